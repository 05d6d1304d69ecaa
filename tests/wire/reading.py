"""Calls that read: every list and record, every parameter, and unusual addresses and headers."""

from collections.abc import Iterator

from wire.call import Box, Call, a_busy_scenario, a_call

# Each list with an id, some fields, and what it may include.
LISTS: tuple[tuple[str, int, str, str], ...] = (
    ("/inbox/conversations", 4, "subject,closed_at", "participants,messages,assignee,bookings"),
    ("/inbox/participants", 2, "read_at,member", "conversation,member"),
    ("/inbox/messages", 12, "content,origin", "sender,attachments,conversation"),
    ("/inbox/attachments", 2, "name,url", "messages"),
    ("/hosts", 3, "firstname,email", "user,participants"),
    ("/bookings", 80, "status,start_at", "client,rental,conversations,source"),
    ("/clients", 5, "fullname,emails", "account"),
    ("/sources", 1, "name", "bookings"),
    ("/inquiries", 31, "firstname,message", "rental,booking,source"),
    ("/rentals", 16, "name", "account"),
    ("/applications", 17, "name", "account"),
    ("/accounts", 1, "business_name", "rentals"),
)
SELECTIONS = (
    "/inbox/messages?page=0&per_page=2&fields=id",
    "/inbox/messages?page=-1&per_page=2&fields=id",
    "/inbox/messages?page=junk&per_page=2&fields=id",
    "/inbox/messages?page=999&per_page=2&fields=id",
    "/inbox/messages?page=32&per_page=2&fields=id",
    "/inbox/messages?per_page=0&fields=id",
    "/inbox/messages?per_page=-5&fields=id",
    "/inbox/messages?per_page=1000&fields=id",
    "/inbox/messages?per_page=1e9&fields=id",
    "/inbox/messages?per_page=1&fields=",
    "/inbox/messages?per_page=1&fields=pigeon",
    "/inbox/messages?per_page=1&fields=content,pigeon,sender",
    "/inbox/messages?per_page=1&fields[]=content&fields[]=origin",
    "/inbox/messages?per_page=1&include=pigeon",
    "/inbox/messages?per_page=1&include=sender,sender,conversation",
    "/inbox/messages?per_page=1&include=sender&fields=content",
    "/inbox/messages?ids=12,40,999,x,-1",
    "/inbox/messages?ids=",
    "/inbox/messages?ids[]=12&ids[]=19&fields=content",
    "/inbox/messages?updated_since=2030-06-01&fields=id",
    "/inbox/messages?updated_since=2030-05-31%2012:00:00%20UTC&fields=id",
    "/inbox/messages?updated_since=2030-05-31T14:00:00%2B02:00&fields=id",
    "/inbox/messages?updated_since=1906459200&fields=id&per_page=2",
    "/inbox/messages?updated_since=junk&fields=id&per_page=2",
    "/inbox/messages?updated_since=9999-12-31&fields=id",
    "/inbox/messages?per_page=2&fields=id&colour=red&colour=blue",
    "/inbox/messages?per_page=1&fields=id&&&=&a&%25&%zz",
    "/inbox/messages/12,19,40?fields=content",
    "/inbox/messages/40,12,12?fields=content&include=attachments",
    "/inbox/messages/12,999",
    "/inbox/conversations/4?fields=subject&include=assignee",
    "/bookings?from=2030-06-10&until=2030-07-01&fields=status",
    "/bookings?from=2030-06-10&months=1&fields=status",
    "/bookings?from=9999-12-31T23:59:59Z&months=1&fields=status",
    "/bookings?until=0001-01-01&fields=status",
    "/bookings?status=booked&fields=status",
    "/bookings?status=tentative,unavailable&fields=status",
    "/bookings?status=pigeon&fields=status",
    "/bookings?from=2000-01-01&include_canceled=true&fields=status,canceled_at",
    "/bookings?from=2000-01-01&include_canceled=false&fields=status",
    "/bookings?rental_id=16&fields=status",
    "/bookings?rental_id=16,17&fields=status",
    "/bookings?client_id=37&fields=status",
    "/bookings?rental_id=junk&client_id=junk&fields=status",
    "/bookings?updated_since=2030-05-01&fields=status&per_page=3",
    "/bookings/80,79?include=client&fields=status",
    "/accounts/me",
    "/me",
    "/me?fields=partnership_invoice_recipient",
    "/auth",
)


def records() -> Iterator[Call]:
    """Every list, and one record of each."""
    box = Box("agency")
    yield box.made()
    for path, number, fields, include in LISTS:
        yield from box.steps(
            ("GET", f"{path}?per_page=3"),
            ("GET", f"{path}?per_page=2&page=2&fields={fields}"),
            ("GET", f"{path}?per_page=2&include={include}"),
            ("GET", f"{path}?ids={number}&fields={fields}&include={include}"),
            ("GET", f"{path}?updated_since=2030-05-31T12:00:00Z&per_page=2&fields={fields}"),
            ("GET", f"{path}/{number}"),
        )


def selections() -> Iterator[Call]:
    """What can be asked of a list, sensible or not."""
    yield from Box("agency").steps(*(("GET", target) for target in SELECTIONS))


def addresses() -> Iterator[Call]:
    """Addresses, hosts and headers that are out of the ordinary."""
    box = Box("plain")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("GET", "//inbox//messages"),
        ("GET", "/inbox/messages/"),
        ("GET", "//inbox/messages//22/"),
        ("GET", "/inbox/messages.json"),
        ("GET", "/inbox/messages/22.json"),
        ("HEAD", "/inbox/messages"),
        ("HEAD", "/inbox/messages/22"),
        ("GET", "/inbox/%6Dessages?fields=content"),
    )
    for host in ("fake.test", "fake.test:80", "fake.test:8443", "inbox_mock:8089", "[::1]:8089", "junk/host", ""):
        yield box.api("GET", "/inbox/messages?per_page=1", headers={"Host": host})
    yield a_call("GET", "//api/v3/inbox/messages?fields=content", headers={"Authorization": "Bearer <<plain.token>>"})
    yield a_call("GET", "http://fake.test/api/v3/hosts", headers={"Authorization": "Bearer <<plain.token>>"})
    yield a_call("GET", "/api/v3/hosts", headers={"authorization": "bearer <<plain.token>>"})
    yield a_call("GET", "/api/v3/hosts", headers={"Authorization": "BEARER   <<plain.token>>  "})
    yield a_call("GET", "/api/v3/hosts?access_token=<<plain.token>>")
    yield box.api("GET", "/inbox/conversations/11", keep={"plain.etag": r"ETag: (\S+)"})
    for tags in ("<<plain.etag>>", '"other", <<plain.etag>>', "*", '"other"', "junk"):
        yield box.api("GET", "/inbox/conversations/11", headers={"If-None-Match": tags})
    yield box.api("GET", "/inbox/conversations/11?fields=subject", headers={"If-None-Match": "<<plain.etag>>"})
    yield box.api("HEAD", "/inbox/conversations/11", headers={"If-None-Match": "<<plain.etag>>"})
    for accept in ("text/html", "application/json", "image/png;q=1"):
        yield box.api("GET", "/hosts/2", headers={"Accept": accept, "Accept-Encoding": "gzip", "Origin": "https://elsewhere.example"})

"""Calls that the API refuses: 400, 401, 403, 404, 405, 413, 414, 422 and 429."""

from collections.abc import Iterator

from wire.call import Box, Call, Step, a_body, a_busy_scenario, a_call, a_message, a_scenario
from wire.writing import JOHN, STAY

BROKEN = (
    b"",
    b"  \n ",
    b"{",
    b"messages",
    b'{"messages":[{},]}',
    b"{}{}",
    b"content=hello&conversation_id=11",
    b'{"messages":[{"content":"\xff\xfe"}]}',
    b'{"messages":[{"content":"\\ud800"}]}',
    b'{"messages":[{"content":NaN}]}',
    b"null",
    b"[]",
    b"{}",
    b'{"conversations":[{}]}',
    b'{"messages":{"content":"x"}}',
    b'{"messages":[]}',
    b'{"messages":[{},{}]}',
    b'{"messages":[null]}',
    b'{"data":{"type":"messages","attributes":{}}}',
)
WRITES = (
    ("POST", "/inbox/conversations"),
    ("POST", "/rentals/16/bookings"),
    ("PUT", "/inbox/conversations/11"),
    ("PATCH", "/inbox/conversations/11"),
    ("PUT", "/inbox/conversations/11/connect_booking"),
    ("PUT", "/inbox/messages/22/add_attachment"),
    ("DELETE", "/bookings/80"),
    ("PUT", "/applications/17"),
)
WRONG_MESSAGES: tuple[dict[str, object], ...] = (
    {"content": ""},
    {"content": 7},
    {"conversation_id": 999},
    {"conversation_id": "11; DROP TABLE messages"},
    {"conversation_id": 2**63},
    {"sender_id": 999},
    {"origin": "pigeon"},
    {"visibility": "all"},
    {"visibility": None},
    {"channel": "fax"},
    {"sent_at": "noon"},
    {"sent_at": "2030-02-30"},
    {"attachment_ids": [999]},
    {"attachment_ids": "1"},
    {"content": None, "origin": "pigeon", "visibility": "x", "sent_at": None},
)
WRONG = (
    ("POST", "/inbox/messages", a_body("messages")),
    ("POST", "/inbox/participants", a_body("participants")),
    ("POST", "/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="User")),
    ("POST", "/inbox/participants", a_body("participants", conversation_id=11, member_id=999, member_type="Host")),
    ("POST", "/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host", read="perhaps")),
    ("POST", "/inbox/conversations", a_body("conversations", default_channel="fax", assignee_id=999, closed="perhaps")),
    ("PUT", "/inbox/conversations/11", a_body("conversations", closed="perhaps")),
    ("PUT", "/inbox/conversations/11", a_body("conversations", assignee_id=999)),
    ("POST", "/hosts", a_body("hosts", firstname="Jan")),
    ("POST", "/hosts", a_body("hosts", firstname="Jan", lastname="Kowalski", email="nobody", user_id=999)),
    ("PUT", "/hosts/2", a_body("hosts", firstname=None)),
    ("POST", "/clients", a_body("clients", fullname="x" * 151)),
    ("POST", "/clients", a_body("clients", fullname="Somebody", emails=[{"label": "default"}], preferred_locale="tlh")),
    ("POST", "/sources", a_body("sources", name="x" * 51, position=2**31)),
    ("POST", "/rentals/16/bookings", a_body("bookings")),
    ("POST", "/rentals/16/bookings", a_body("bookings", start_at="2031-01-01", end_at="2031-01-08")),
    ("POST", "/rentals/16/bookings", a_body("bookings", **STAY | {"end_at": "2030-08-31"})),
    ("POST", "/rentals/16/bookings", a_body("bookings", **STAY | {"start_at": "2030-07-01"}, final_price="cheap", adults="two")),
    ("POST", "/rentals/16/bookings", a_body("bookings", **STAY, unavailable=True, client_id=999)),
    ("POST", "/rentals/16/bookings", a_body("bookings", start_at="2030-07-02", end_at="2030-07-04", booked=True)),
    ("PUT", "/bookings/80", a_body("bookings", start_at="2030-07-02")),
    ("POST", "/rentals/16/inquiries", a_body("inquiries", firstname="John")),
    ("POST", "/rentals/16/inquiries", a_body("inquiries", **JOHN | {"email": "nobody", "end_at": "2030-12-01"})),
    ("PUT", "/applications/17", a_body("applications", default_price_increase="100")),
)
NOWHERE: tuple[Step, ...] = (
    ("GET", "/nothing"),
    ("GET", ""),
    ("GET", "/"),
    ("POST", "/users", {}),
    ("GET", "/inbox"),
    ("GET", "/inbox/messages/999"),
    ("GET", "/inbox/messages/0"),
    ("GET", "/inbox/messages/abc"),
    ("GET", "/inbox/messages/%FF%FE"),
    ("GET", "/inbox/messages/1%0D%0ASet-Cookie:%20a=b"),
    ("GET", "/inbox/messages/../../../etc/passwd"),
    ("GET", "/inbox/messages/1/2/3"),
    ("GET", "/bookings/999"),
    ("PUT", "/inbox/conversations/999", a_body("conversations", closed=True)),
    ("PUT", "/inbox/conversations/11/connect_booking", a_body("bookings", id=999)),
    ("PUT", "/inbox/conversations/11/connect_booking", a_body("bookings", id=[80])),
    ("PUT", "/inbox/conversations/11/disconnect_pigeon", a_body("bookings", id=80)),
    ("POST", "/rentals/999/bookings", a_body("bookings", **STAY)),
    ("POST", "/rentals/abc/inquiries", a_body("inquiries", **JOHN)),
    ("DELETE", "/bookings/999"),
    ("DELETE", "/inbox/conversations/11"),
    ("DELETE", "/hosts/2"),
    ("PUT", "/inbox/messages", a_message()),
    ("PATCH", "/inbox/messages", a_message()),
    ("POST", "/inbox/conversations/11/connect_booking", a_body("bookings", id=80)),
    ("POST", "/bookings", a_body("bookings", **STAY)),
    ("POST", "/accounts", {}),
    ("BREW", "/inbox/messages"),
    ("OPTIONS", "/inbox/messages"),
    ("TRACE", "/me"),
)
AUTHORIZATIONS = (
    "",
    "Bearer",
    "Basic ZGVtbzpkZW1v",
    "Bearer nobody",
    "Token token=demo",
    f"Bearer {'0' * 64}",
    "bearer' OR 1=1 --",
    "Bearer caf\u00e9",
    "Bearer <<refusing.token>>0",
    "Bearer <<refusing.client_secret>>",
)


def unreadable() -> Iterator[Call]:
    """Bodies that are none."""
    box = Box("refusing")
    yield box.made(a_busy_scenario())
    for body in BROKEN:
        yield box.api("POST", "/inbox/messages", body)
    for method, path in WRITES:
        yield box.api(method, path, b"{")
        yield box.api(method, path, b'{"pigeons":[{}]}')


def invalid() -> Iterator[Call]:
    """Values that are not accepted."""
    box = Box("refusing")
    for wrong in WRONG_MESSAGES:
        yield box.api("POST", "/inbox/messages", a_message(**wrong))
    yield from box.steps(*WRONG)


def unauthorised() -> Iterator[Call]:
    """Tokens that are none, that are no longer good, or that do not suffice."""
    box = Box("refusing")
    yield a_call("GET", "/api/v3/inbox/messages")
    yield a_call("POST", "/api/v3/inbox/messages", a_message())
    yield a_call("DELETE", "/api/v3/bookings/80")
    for authorization in AUTHORIZATIONS:
        yield a_call("GET", "/api/v3/inbox/messages", headers={"Authorization": authorization})
    yield box.token("public", "public")
    yield box.token("reader", "inbox_read")
    yield box.token("owner", "bookings_write_owned")
    yield box.token("mortal", "inbox_read", expires_in=60)
    yield box.token("revoked", "inbox_read")
    yield box.admin("DELETE", "/tokens/<<refusing.revoked>>")
    for token in ("public", "reader", "owner", "mortal", "revoked"):
        for path in ("/inbox/messages/22", "/bookings/80", "/me", "/auth", "/accounts"):
            yield box.api("GET", path, bearer=token)
    for token in ("public", "reader"):
        yield box.api("POST", "/inbox/messages", a_message(), bearer=token)
    yield box.api("POST", "/rentals/16/bookings", a_body("bookings", **STAY), bearer="owner")
    yield box.api("PUT", "/bookings/80", a_body("bookings", expected_checkin_time="14:45"), bearer="owner")
    yield box.api("DELETE", "/bookings/80", bearer="owner")
    yield box.api("GET", "/bookings", bearer="owner")
    yield box.admin("POST", "/clock/advance", {"by": "61s"})
    yield box.api("GET", "/inbox/messages/22", bearer="mortal")
    for token in ("<<refusing.reader>>", "nobody"):
        yield box.admin("POST", f"/tokens/{token}/refresh_token")
    other = Box("accounts")
    yield other.made(a_scenario(accounts=[{"id": 1}, {"id": 2, "business_name": "Modest Huts"}]))
    yield other.token("stranger", "bookings_write", "inbox_write", account_id=2)
    for path in ("/accounts", "/rentals", "/rentals/16", "/hosts/2", "/auth"):
        yield other.api("GET", path, bearer="stranger")


def nowhere() -> Iterator[Call]:
    """Addresses and methods that are not there."""
    box = Box("refusing")
    yield from box.steps(*NOWHERE)
    for target in ("/nothing", "/api", "/api/v3/nothing", "/api/v2/bookings", "/uploads", "/oauth/nothing"):
        yield a_call("GET", target)
    yield a_call("DELETE", "/api/v3/inbox/messages")


def too_much() -> Iterator[Call]:
    """More than the API takes: requests in an hour, characters of an address, bytes of a body."""
    box = Box("limited")
    yield box.made(a_busy_scenario(rate_limit=3))
    yield from box.steps(
        ("GET", "/hosts"),
        ("GET", "/nothing"),
        ("POST", "/inbox/messages", a_message(content="")),
        ("GET", "/hosts"),
        ("POST", "/inbox/messages", a_message()),
        ("GET", "/nothing"),
    )
    yield box.api("GET", "/hosts", headers={"If-None-Match": "*"})
    yield from box.steps(
        ("POST", "S/clock/advance", {"by": "59m"}), ("GET", "/hosts"), ("POST", "S/clock/advance", {"by": "1m"}), ("GET", "/hosts")
    )
    plain = Box("refusing")
    yield plain.api("GET", f"/inbox/messages?colour={'x' * 100_000}")
    yield plain.api("GET", f"/inbox/messages?fields={'a,' * 500}")
    yield plain.api("POST", "/inbox/messages", headers={"Content-Length": str(65 * 1024 * 1024), "Connection": "close"})

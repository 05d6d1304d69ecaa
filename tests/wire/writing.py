"""Calls that write: every operation that creates, changes or cancels, attachments and their files, and strict sandboxes."""

from base64 import b64encode
from collections.abc import Iterator

from wire.call import Box, Call, a_body, a_busy_scenario, a_call, a_message

PICTURE = b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x07\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x00IEND\xaeB`\x82"
).decode()
GIF = b64encode(b"GIF89a\x03\x00\x07\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;").decode()
PDF = b64encode(b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n").decode()
PAGE = b64encode(b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>").decode()
STAY = {"start_at": "2030-09-01T16:00:00Z", "end_at": "2030-09-08T10:00:00Z", "booked": True}
JOHN = {"firstname": "John", "lastname": "Smith", "email": "john@example.com", "start_at": "2030-12-12", "end_at": "2030-12-13"}
ADA = {
    "fullname": "Ada Lindner",
    "preferred_locale": "de",
    "emails": [{"label": "default", "email": "ada@example.com"}],
    "phones": [{"label": "default", "number": "+49 30 901820"}],
    "addresses": [{"label": "default", "address1": "Gasse 1", "city": "Berlin", "country_code": "DE"}],
}


def creating() -> Iterator[Call]:
    """A new record of each kind, some with everything said."""
    box = Box("creating")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("POST", "/inbox/conversations", a_body("conversations", subject="Arrival")),
        ("POST", "/inbox/conversations", a_body("conversations", subject="Größe 🏔️", default_channel="email", assignee_id=2, closed=True)),
        ("POST", "/inbox/conversations?fields=subject&include=assignee", a_body("conversations", assignee_id="2")),
        ("POST", "/inbox/conversations", a_body("conversations", default_channel="airbnb", pigeon=True, links={"bookings": [80]})),
        ("POST", "/inbox/participants", a_body("participants", conversation_id=12, member_id=2, member_type="Host")),
        ("POST", "/inbox/participants", a_body("participants", conversation_id="12", member_id=1, member_type="Client", read="true")),
        ("POST", "/inbox/participants", a_body("participants", conversation_id=11, member_id=2, member_type="Host")),
        ("POST", "/inbox/messages", a_message()),
        ("POST", "/inbox/messages", a_message(channel=None)),
        ("POST", "/inbox/messages", a_message(visibility="internal", content="Für uns. 🏔️")),
        ("POST", "/inbox/messages", a_message(channel="email", origin="email", sent_at="2030-06-01 14:00:00 +0200")),
        ("POST", "/inbox/messages", a_message(sender_id=1)),
        ("POST", "/inbox/messages?fields=content&include=sender,conversation", a_message(conversation_id=12, sender_id=3)),
        ("POST", "/hosts", a_body("hosts", firstname="Léa", lastname="Martin", email="lea@example.com")),
        ("POST", "/hosts", a_body("hosts", firstname="Jan", lastname="Zweig", user_id=2, source_id=5)),
        ("POST", "/clients", a_body("clients", **ADA)),
        ("POST", "/clients", a_body("clients", firstname="Grace", lastname="Hopper", company="Navy", passport="X1", notes="-")),
        ("POST", "/sources", a_body("sources", name="Fair")),
        ("POST", "/sources", a_body("sources", name="Flyer", position=3)),
        ("POST", "/rentals/16/bookings", a_body("bookings", **STAY)),
        ("POST", "/rentals/16/bookings", a_body("bookings", **STAY | {"start_at": "2030-10-01", "end_at": "2030-10-04", "adults": 2})),
        ("POST", "/rentals/16/bookings", a_body("bookings", start_at="2030-11-01", end_at="2030-11-02", unavailable=True)),
        ("POST", "/rentals/16/bookings", a_body("bookings", start_at="2030-11-05", end_at="2030-11-07", tentative_expires_at="2030-06-08")),
        (
            "POST",
            "/rentals/16/bookings?include=client,rental",
            a_body("bookings", start_at="2031-01-01", end_at="2031-01-03", booked=True, client_id=2, final_price="99.5", currency="EUR"),
        ),
        ("POST", "/rentals/16/inquiries", a_body("inquiries", **JOHN)),
        ("POST", "/rentals/16/inquiries", a_body("inquiries", **JOHN, adults=2, children=1, message="A cot?", source_id=5, phone="1")),
        ("POST", "//rentals//16//bookings/", a_body("bookings", **STAY | {"start_at": "2031-03-29", "end_at": "2031-03-31"})),
    )
    chunked = b'8\r\n{"hosts"\r\n2c\r\n:[{"firstname":"Jan","lastname":"Stueckweise"}\r\n2\r\n]}\r\n0\r\n\r\n'
    yield box.api("POST", "/hosts", chunked, headers={"Transfer-Encoding": "chunked"})
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "nonsense"):
        yield box.api("POST", "/sources", a_body("sources", name=kind), headers={"Content-Type": kind})
    yield from box.steps(*(("GET", path) for path in ("/inbox/conversations", "/inbox/participants", "/inbox/messages", "/bookings")))


def updating() -> Iterator[Call]:
    """Changes of each kind, by PUT and by its alias PATCH, actions and cancelling."""
    box = Box("updating")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("POST", "/inbox/conversations", a_body("conversations", subject="Arrival")),
        ("POST", "/rentals/16/bookings", a_body("bookings", **STAY)),
        ("POST", "/clients", a_body("clients", fullname="Ada Lindner")),
        ("POST", "S/clock/advance", {"by": "1m"}),
        ("PUT", "/inbox/conversations/11", a_body("conversations", closed=True)),
        ("PATCH", "/inbox/conversations/11", a_body("conversations", closed="false", assignee_id=2)),
        ("PUT", "/inbox/conversations/11", a_body("conversations", marked_as_spam=True, assignee_id=None)),
        ("PUT", "/inbox/conversations/11?fields=subject", a_body("conversations")),
        ("PUT", "/inbox/conversations/12", a_body("conversations", default_channel="vrbo", subject="Ignored")),
        ("PUT", "/inbox/conversations/12/connect_booking", a_body("bookings", id=80)),
        ("PATCH", "/inbox/conversations/12/connect_booking", a_body("bookings", id=81)),
        ("PUT", "/inbox/conversations/12/connect_booking", a_body("bookings", id=81)),
        ("PUT", "/inbox/conversations/12/disconnect_booking", a_body("bookings", id=80)),
        ("PATCH", "/inbox/conversations/12/disconnect_booking?include=bookings", a_body("bookings", id=80)),
        ("PUT", "/inbox/participants/2", a_body("participants", read=True)),
        ("PATCH", "/inbox/participants/2", a_body("participants", read=False)),
        ("PUT", "/inbox/messages/22", a_body("messages", content="From five.")),
        ("PATCH", "/inbox/messages/22", a_body("messages", visibility="internal")),
        ("PUT", "/inbox/messages/21", a_body("messages", content="Nobody said this.")),
        ("PUT", "/hosts/2", a_body("hosts", email="jan@example.com")),
        ("PATCH", "/hosts/2", a_body("hosts", firstname="Janek", email=None)),
        ("PUT", "/clients/2", a_body("clients", **ADA)),
        ("PATCH", "/clients/2", a_body("clients", notes="Knows the way.")),
        ("PUT", "/clients/1", a_body("clients", notes="Not ours.")),
        ("PUT", "/sources/5", a_body("sources", name="Web")),
        ("PATCH", "/sources/5", a_body("sources", position=2)),
        ("PUT", "/inquiries/31", a_body("inquiries", adults=3)),
        ("PATCH", "/inquiries/31", a_body("inquiries", message="Two cots?")),
        ("PUT", "/applications/17", a_body("applications", default_price_increase="5.0")),
        ("PATCH", "/applications/17", a_body("applications", default_price_increase=7)),
        ("PUT", "/bookings/81", a_body("bookings", adults=3, notes="Late.", end_at="2030-09-09T10:00:00Z")),
        ("PATCH", "/bookings/81", a_body("bookings", expected_checkin_time="14:45", status="Canceled")),
        ("PUT", "/bookings/80", a_body("bookings", expected_checkin_time="14:45")),
        ("PUT", "/bookings/80", a_body("bookings", notes="Not ours.")),
        ("PUT", "/bookings/81", a_body("bookings", tentative_expires_at="2030-06-08")),
        ("PUT", "/bookings/81", a_body("bookings", booked=False, unavailable=True)),
        ("DELETE", "/bookings/81"),
        ("DELETE", "/bookings/81"),
        ("DELETE", "/bookings/80", a_body("bookings", cancelation_reason="payment_failed", cancelation_message_to_guest="Sorry")),
        ("GET", "/bookings?include_canceled=true"),
        ("GET", "/bookings/80?include_canceled=true"),
        ("GET", "/bookings?updated_since=2030-06-01T12:00:30Z"),
        ("GET", "/inbox/conversations?updated_since=2030-06-01T12:00:30Z"),
    )


def uploading() -> Iterator[Call]:
    """Attachments, their files as a browser fetches them, and messages that carry them."""
    box = Box("uploading")
    files = "/inbox/attachments"
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("POST", files, a_body("attachments", name="map.jpg", file=PICTURE)),
        ("POST", files, a_body("attachments", name="dot.gif", file=f"data:image/gif;base64,{GIF}")),
        ("POST", files, a_body("attachments", file=PDF)),
        ("POST", files, a_body("attachments", name="page.html", file=PAGE)),
        ("POST", files, a_body("attachments", name="Fußmatte.txt", file="U2NobMO8c3NlbAo=")),
        ("POST", files, a_body("attachments", name="x", remote_file_url="http://127.0.0.1:9/images/logo.png?size=2")),
        ("POST", files, a_body("attachments", name="nothing.txt")),
        ("POST", files, a_body("attachments", name="map.png", file="not Base64!")),
        ("POST", files, a_body("attachments", remote_file_url="javascript:alert(1)")),
        ("PUT", "/inbox/messages/22/add_attachment", a_body("attachments", id=1)),
        ("PATCH", "/inbox/messages/22/add_attachment", a_body("attachments", id=2)),
        ("PUT", "/inbox/messages/22/add_attachment", a_body("attachments", id=2)),
        ("PUT", "/inbox/messages/22/add_attachment", a_body("attachments", id=999)),
        ("POST", "/inbox/messages?include=attachments", a_message(attachment_ids=[1, "3"])),
        ("PUT", f"{files}/1", a_body("attachments", name="logo.png")),
        ("PATCH", f"{files}/2", a_body("attachments", file=PICTURE)),
        ("PUT", f"{files}/9", a_body("attachments", name="x")),
        ("DELETE", f"{files}/1"),
        ("GET", f"{files}?include=messages"),
        ("GET", "/inbox/messages/22,23?include=attachments&fields=content"),
    )
    uploads = "/uploads/<<uploading.id>>"
    for path in ("1/file.png", "2/file.png", "2/file.gif", "3/file.pdf", "4/file.html", "4/page.html", "5/file.txt", "6/logo.png"):
        yield a_call("GET", f"{uploads}/{path}")
    yield a_call("HEAD", f"{uploads}/1/file.png")
    for method, target in (
        ("GET", f"{uploads}/99/a.png"),
        ("GET", f"{uploads}/x/a.png"),
        ("GET", f"{uploads}/1"),
        ("POST", f"{uploads}/1/a"),
    ):
        yield a_call(method, target)
    yield a_call("GET", "/uploads/ffffffffffff/1/file.png")


def strictly() -> Iterator[Call]:
    """What only a strict sandbox refuses."""
    box = Box("strict")
    yield box.made(a_busy_scenario(), strict=True, seed=3)
    yield from box.steps(
        ("POST", "/inbox/conversations", a_body("conversations", default_channel="airbnb")),
        ("POST", "/inbox/conversations", a_body("conversations", subject="Our own")),
        ("PUT", "/inbox/conversations/12/connect_booking", a_body("bookings", id=80)),
        ("POST", "/inbox/participants", a_body("participants", conversation_id=11, member_id=1, member_type="Client")),
        ("POST", "/inbox/messages", a_message(sender_id=1)),
        ("POST", "/inbox/messages", a_message()),
        ("GET", "/inbox/conversations?include=messages,participants"),
    )
    dated = Box("assuming")
    switches = {
        "sent_at_optional": True,
        "visibility_all": True,
        "if_none_match": False,
        "created_by": "links",
        "attachment_urls": "relative",
    }
    yield dated.made(a_busy_scenario(assume=switches))
    message = a_message(visibility="all")
    del message["messages"][0]["sent_at"]
    yield from dated.steps(("POST", "/inbox/messages", message), ("POST", "/inbox/attachments", a_body("attachments", file=PICTURE)))
    yield dated.api("GET", "/inbox/messages", headers={"If-None-Match": "*"})

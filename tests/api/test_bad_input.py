"""Whatever comes in, the API answers in its own format, and what it refuses changes nothing."""

from urllib.parse import urlsplit

import orjson
import pytest

from api.formats import in_the_apis_format
from builders import a_body, a_booking, a_message, a_scenario, without
from fake import Caller, Mock, Sandbox
from inbox_mock.api.rendering import why_header
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PARTICIPANTS, everything

pytestmark = pytest.mark.both_transports


A_BOOKING = {"start_at": "2031-01-01", "end_at": "2031-01-08", "booked": True}
HUGE = b"9" * 400


@pytest.fixture
def here(in_process: Mock) -> Sandbox:
    """The same as ``inbox``, in process only: what is wrong with a body is found behind either transport."""
    return in_process.sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))


def refuses(sandbox: Sandbox, status: int, method: str, path: str, payload: object) -> bool:
    """Whether the answer has this status, is in the API's format, and left everything as it was."""
    before = everything(sandbox.api)
    answer = sandbox.api.call(method, path, payload)
    assert answer.status == status, answer.body
    assert in_the_apis_format(answer)
    assert everything(sandbox.api) == before
    return True


BROKEN = {
    "nothing": b"",
    "white space": b"  \n ",
    "an open brace": b"{",
    "a word": b"messages",
    "single quotes": b"{'messages': []}",
    "a trailing comma": b'{"messages":[{},]}',
    "two documents": b"{}{}",
    "a form": b"content=hello&conversation_id=11",
    "bad UTF-8": b'{"messages":[{"content":"\xff\xfe"}]}',
    "UTF-16": '{"messages":[{}]}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{",
    "a lone surrogate": b'{"messages":[{"content":"\\ud800"}]}',
    "a raw control character": b'{"messages":[{"content":"\x01"}]}',
    "no number": b'{"messages":[{"content":NaN}]}',
    "a number without end": b'{"messages":[{"content":' + HUGE + b"}]}",
    "deep nesting": b'{"messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "deep objects": b'{"messages":[' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}",
    "null": b"null",
    "a number": b"7",
    "a text": b'"messages"',
    "a list": b"[]",
    "an empty object": b"{}",
    "another resource": b'{"conversations":[{}]}',
    "the singular": b'{"message":{"content":"x"}}',
    "no list": b'{"messages":{"content":"x"}}',
    "an empty list": b'{"messages":[]}',
    "two records": b'{"messages":[{},{}]}',
    "a list of nothing": b'{"messages":[null]}',
    "a list of lists": b'{"messages":[[]]}',
    "JSON:API 1.0": b'{"data":{"type":"messages","attributes":{}}}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_none_is_400(inbox: Sandbox, body: bytes) -> None:
    assert refuses(inbox, 400, "POST", MESSAGES, body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", CONVERSATIONS),
        ("POST", PARTICIPANTS),
        ("POST", ATTACHMENTS),
        ("POST", "/hosts"),
        ("POST", "/clients"),
        ("POST", "/sources"),
        ("POST", "/rentals/16/bookings"),
        ("POST", "/rentals/16/inquiries"),
        ("PUT", f"{CONVERSATIONS}/11"),
        ("PATCH", f"{CONVERSATIONS}/11"),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking"),
        ("PUT", f"{CONVERSATIONS}/11/disconnect_booking"),
        ("PUT", f"{PARTICIPANTS}/2"),
        ("PUT", "/bookings/80"),
        ("DELETE", "/bookings/80"),
        ("PUT", "/applications/17"),
    ],
)
@pytest.mark.parametrize("body", [b"{", b"[]", b'{"pigeons":[{}]}'], ids=["broken", "a list", "pigeons"])
def test_every_write_refuses_such_a_body(here: Sandbox, method: str, path: str, body: bytes) -> None:
    assert refuses(here, 400, method, path, body)


WRONG = {
    "content": [[], {}, True, ""],
    "conversation_id": ["eleven", 0, -11, 1.5, [], {}, True, 2**63, "11; DROP TABLE messages"],
    "sender_id": ["two", 999, 2**62],
    "origin": [7, [], "", "pigeon", None],
    "visibility": [7, [], "", "all", None],
    "channel": [7, [], "", "fax"],
    "sent_at": [7, [], {}, "", "noon", "2030-02-30", "0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-10:00"],
    "attachment_ids": [7, "1", [999], [[]], [None], [{"id": 1}]],
}


@pytest.mark.parametrize(("attribute", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_of_the_wrong_kind_is_422(here: Sandbox, attribute: str, value: object) -> None:
    assert refuses(here, 422, "POST", MESSAGES, orjson.dumps(a_message(**{attribute: value})))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", PARTICIPANTS, a_body("participants", conversation_id=11, member_id=2, member_type="User")),
        ("POST", PARTICIPANTS, a_body("participants", conversation_id=11, member_id=999, member_type="Host")),
        ("POST", PARTICIPANTS, a_body("participants", conversation_id=11, member_id=2, member_type="Host", read="perhaps")),
        ("POST", ATTACHMENTS, a_body("attachments", name="map.png")),
        ("POST", ATTACHMENTS, a_body("attachments", name="map.png", file="not Base64!")),
        ("POST", ATTACHMENTS, a_body("attachments", name="map.png", remote_file_url="javascript:alert(1)")),
        ("POST", "/hosts", a_body("hosts", firstname="Jan")),
        ("POST", "/hosts", a_body("hosts", firstname="Jan", lastname="Kowalski", email="nobody")),
        ("POST", "/hosts", a_body("hosts", firstname="Jan", lastname="Kowalski", user_id=999)),
        ("POST", "/clients", a_body("clients", emails=[])),
        ("POST", "/clients", a_body("clients", fullname="x" * 151)),
        ("POST", "/clients", a_body("clients", fullname="Somebody", emails="somebody@example.com")),
        ("POST", "/clients", a_body("clients", fullname="Somebody", emails=[{"label": "default"}])),
        ("POST", "/clients", a_body("clients", fullname="Somebody", preferred_locale="tlh")),
        ("POST", "/sources", a_body("sources", name="x" * 51)),
        ("POST", "/sources", a_body("sources", name="Source", position=2**31)),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"end_at": "2030-12-31"})),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"adults": "two"})),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"adults": 10**12})),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"final_price": "cheap"})),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"final_price": 1e300})),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"unavailable": True})),
        ("POST", "/rentals/16/bookings", a_body("bookings", start_at="2031-01-01", end_at="2031-01-08")),
        ("POST", "/rentals/16/bookings", a_body("bookings", **A_BOOKING | {"client_id": 999})),
        ("PUT", f"{CONVERSATIONS}/11", a_body("conversations", closed="perhaps")),
        ("PUT", f"{CONVERSATIONS}/11", a_body("conversations", assignee_id=999)),
        ("PUT", f"{CONVERSATIONS}/11", a_body("conversations", closed=True, default_channel="fax")),
        ("PUT", "/hosts/2", a_body("hosts", firstname=None)),
        ("PUT", "/applications/17", a_body("applications", default_price_increase="100")),
    ],
)
def test_so_it_is_for_the_other_resources(here: Sandbox, method: str, path: str, body: object) -> None:
    assert refuses(here, 422, method, path, body)


def test_a_number_beyond_64_bits_is_422(inbox: Sandbox) -> None:
    body = orjson.dumps(a_message()).replace(b'"sender_id":2', b'"sender_id":' + b"9" * 40)

    assert refuses(inbox, 422, "POST", MESSAGES, body)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/inbox/conversations", "/api/v3/inbox/conversations"),
        ("/api/v3/api/v3/bookings/80", "/api/v3/bookings/80"),
        ("/api/v3/conversations", "/api/v3/inbox/conversations"),
        ("/api/v3/inbox/mesages", "/api/v3/inbox/messages"),
    ],
)
def test_an_address_that_is_nearly_right_is_told_with_the_right_one(mock: Mock, path: str, meant: str) -> None:
    answer = Caller(mock.transport, token="demo", base="").call("GET", path)

    assert (answer.status, answer.headers["X-Mock-Why"]) == (404, f"no such address; did you mean {meant}?")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/nothing", None),
        ("GET", "", None),
        ("GET", "/", None),
        ("POST", "/users", {}),
        ("GET", "/users/1", None),
        ("GET", "/inbox", None),
        ("GET", f"{MESSAGES}/%FF%FE", None),
        ("GET", f"{MESSAGES}/1%0D%0ASet-Cookie:%20a=b", None),
        ("GET", f"{MESSAGES}/../../../etc/passwd", None),
        ("GET", f"{MESSAGES}/1/2/3", None),
        ("PUT", f"{CONVERSATIONS}/999", a_body("conversations", closed=True)),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=999)),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=None)),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking", a_body("bookings")),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=[80])),
        ("PUT", f"{CONVERSATIONS}/11/connect_booking", a_body("bookings", id=True)),
        ("PUT", f"{CONVERSATIONS}/11/disconnect_pigeon", a_body("bookings", id=80)),
        ("POST", "/rentals/999/bookings", a_body("bookings", **A_BOOKING)),
        ("POST", "/rentals/abc/inquiries", a_body("inquiries", firstname="A", lastname="B", email="a@b", **A_BOOKING)),
        ("DELETE", "/bookings/999", None),
    ],
)
def test_what_does_not_exist_is_404(inbox: Sandbox, method: str, path: str, body: object) -> None:
    assert refuses(inbox, 404, method, path, body)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{CONVERSATIONS}/11", {"GET", "PUT"}),
        ("DELETE", f"{MESSAGES}/1", {"GET", "PUT"}),
        ("DELETE", "/hosts/2", {"GET", "PUT"}),
        ("PUT", MESSAGES, {"GET", "POST"}),
        ("PATCH", MESSAGES, {"GET", "POST"}),
        ("POST", f"{CONVERSATIONS}/11/connect_booking", {"PUT"}),
        ("GET", f"{CONVERSATIONS}/11/connect_booking", {"PUT"}),
        ("POST", "/bookings", {"GET"}),
        ("POST", "/accounts", {"GET"}),
        ("BREW", MESSAGES, {"GET", "POST"}),
        ("OPTIONS", MESSAGES, {"GET", "POST"}),
    ],
)
def test_a_method_that_is_not_there_is_405_and_told_which_are(inbox: Sandbox, method: str, path: str, allowed: set[str]) -> None:
    before = everything(inbox.api)

    answer = inbox.api.call(method, path, {})

    assert answer.status == 405
    assert answer.errors == [{"code": "method_not_allowed"}]
    assert answer.headers["Content-Type"] == "application/vnd.api+json; charset=utf-8"
    assert set(answer.headers["Allow"].split(", ")) >= allowed
    assert method not in answer.headers["Allow"]
    assert everything(inbox.api) == before


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic ZGVtbzpkZW1v",
        "Bearer nobody",
        "Token token=demo",
        f"Bearer {'0' * 64}",
        f"Bearer {'z' * 64}",
        "Bearer caf\u00e9",
        "Bearer " + "a" * 50_000,
        "bearer' OR 1=1 --",
    ],
)
def test_a_token_that_is_none_is_401(mock: Mock, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode().decode("latin-1")}

    answer = mock.caller().call("GET", MESSAGES, headers=headers)

    assert answer.status == 401
    assert answer.errors == [{"code": "unauthorized"}]
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert 'error_description="The access token is invalid"' in answer.headers["WWW-Authenticate"]


def test_a_write_without_token_changes_nothing(inbox: Sandbox, mock: Mock) -> None:
    before = everything(inbox.api)

    assert mock.caller().post(MESSAGES, a_message()).status == 401
    assert mock.caller(str(inbox.api.token)[:-1] + "x").post(MESSAGES, a_message()).status == 401
    assert mock.caller().delete("/bookings/80").status == 401

    assert everything(inbox.api) == before


def test_a_garbled_token_is_401(inbox: Sandbox, mock: Mock) -> None:
    token = str(inbox.api.token)

    for garbled in (token[:-1], token + "0", token.upper(), token[::-1], token[:12], token[12:], token[:12] + "0" * 52):
        assert mock.caller(garbled).get(MESSAGES).status == 401


def test_a_write_without_its_scope_is_403_and_changes_nothing(inbox: Sandbox) -> None:
    before = everything(inbox.api)

    answer = inbox.api_with("inbox_read").post(MESSAGES, a_message())

    assert answer.status == 403
    assert answer.errors == [{"code": "forbidden"}]
    assert in_the_apis_format(answer)
    assert everything(inbox.api) == before


def test_one_refused_attribute_stops_all_of_them(inbox: Sandbox) -> None:
    assert refuses(inbox, 422, "POST", MESSAGES, without(a_message(content="Never stored"), "visibility"))
    assert refuses(inbox, 422, "POST", MESSAGES, a_message(attachment_ids=[999]))


def test_an_unknown_path_is_told_without_a_token_too(mock: Mock) -> None:
    answer = mock.caller().get("/nothing")

    assert answer.status == 404
    assert answer.errors == [{"code": "not_found"}]
    assert urlsplit(mock.root).netloc not in answer.body.decode()


@pytest.mark.parametrize("price", ["1e1500000000", "1e999999999999999999", "1e3", "9" * 100_000, "NaN", "1_000", 1e300])
def test_a_price_is_no_power(inbox: Sandbox, price: object) -> None:
    body = orjson.dumps(a_body("bookings", final_price=price))

    answer = inbox.api.call("PUT", "/bookings/80", body)

    assert answer.errors == [{"code": "validation_failed", "field": "final_price", "title": "is not a number"}]


def test_what_is_included_is_included_once(here: Sandbox) -> None:
    answer = here.api_with("bookings_read").get("/bookings", include=",".join(["conversations", "client"] * 300))

    assert answer.headers["X-Mock-Why"].count("conversations are not included") == 1


def test_why_is_told_in_a_header_that_every_client_can_read() -> None:
    assert why_header("naïve\r\nX-Bad: yes") == [("X-Mock-Why", "na?ve??X-Bad: yes")]
    assert [len(why) for _, why in why_header("x" * 3000)] == [1000]


@pytest.mark.parametrize("path", ["/rentals/16,17/bookings", "/rentals/16,17/inquiries"])
def test_nothing_is_made_at_several_rentals(mock: Mock, path: str) -> None:
    rentals = [{"id": 16, "name": "A"}, {"id": 17, "name": "B"}]
    sandbox = mock.sandbox({"rentals": rentals})
    stay = {"start_at": "2030-07-01T15:00:00Z", "end_at": "2030-07-08T11:00:00Z"}
    asker = {"firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com"} if "inquiries" in path else {}

    assert sandbox.api.post(path, a_body(path.rpartition("/")[2], **stay, **asker)).status == 404


def test_many_ids_are_filtered_by(inbox: Sandbox) -> None:
    ids = ",".join(str(number) for number in range(1, 2000))

    assert inbox.api.get("/bookings", rental_id=ids).ids == [80]
    assert inbox.api.get("/bookings", rental_id="17").ids == []

"""Odd input that is tolerated, or ignored: parameters, media types, bodies, texts, times."""

import pytest

from api.formats import in_the_apis_format
from builders import a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from whole import CONVERSATIONS, MESSAGES, everything

pytestmark = pytest.mark.both_transports


@pytest.mark.parametrize(
    "parameter",
    [
        "page",
        "per_page",
        "fields",
        "include",
        "updated_since",
        "ids",
        "from",
        "until",
        "months",
        "status",
        "include_canceled",
        "rental_id",
        "client_id",
    ],
)
@pytest.mark.parametrize(
    "junk",
    ["", "0", "-1", "junk", "%00", "%FF%FE", "%F0%9F%98%80", "1e9", "9" * 40, "%0D%0AX-Bad:%20yes", "'%22%3C%3E;--", "[]", "9999-12-31"],
)
def test_junk_in_a_parameter_is_tolerated(mock: Mock, parameter: str, junk: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))

    for path in ("/bookings", MESSAGES):
        answer = sandbox.api.get(f"{path}?{parameter}={junk}")
        assert answer.status == 200
        assert "X-Bad" not in answer.headers
        assert "\n" not in answer.headers["Link"]


@pytest.mark.parametrize(
    "query",
    [
        "from=9990-01-01&months=1200",
        "from=9999-12-31T23:59:59Z&months=1",
        "from=0001-01-01&months=999999999",
        "until=0001-01-01",
        "&&&",
        "=",
        "a",
        "%",
        "%zz",
        "page=1;page=2",
        "?",
    ],
)
def test_strange_queries_are_tolerated(inbox: Sandbox, query: str) -> None:
    assert inbox.api.get(f"/bookings?{query}").status == 200


def test_a_query_of_a_hundred_kilobytes_is_answered_in_the_apis_format(inbox: Sandbox) -> None:
    answer = inbox.api.get(MESSAGES, colour="x" * 100_000)

    assert answer.status == 414
    assert in_the_apis_format(answer)


@pytest.mark.parametrize(
    "query", ["&".join(f"p{number}=1" for number in range(1500)), "fields=" + "a," * 5000, "include=" + "sender," * 3000]
)
def test_a_long_query_is_answered(inbox: Sandbox, query: str) -> None:
    assert inbox.api.get(f"{MESSAGES}?{query}").status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/vnd.api+json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
    ],
)
def test_the_media_type_of_a_body_is_not_enforced(inbox: Sandbox, content_type: str) -> None:
    answer = inbox.api.call("POST", MESSAGES, a_message(), headers={"Content-Type": content_type})

    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/vnd.api+json; charset=utf-8"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/vnd.api+json", "text/html", "image/png;q=1", "nonsense"])
def test_whatever_is_accepted_the_answer_is_json(inbox: Sandbox, accept: str) -> None:
    for path, status in ((MESSAGES, 200), ("/nothing", 404)):
        answer = inbox.api.get(path, headers={"Accept": accept})
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/vnd.api+json; charset=utf-8")


@pytest.mark.parametrize("body", [b"{}", b"", b"{", b"\xff", b'{"messages":[{"content":"x"}]}'])
def test_the_body_of_a_get_is_ignored(inbox: Sandbox, body: bytes) -> None:
    before = everything(inbox.api)

    answer = inbox.api.call("GET", MESSAGES, body)

    assert answer.status == 200
    assert everything(inbox.api) == before


@pytest.mark.parametrize("body", [None, b"", b"{}", {"bookings": [{}]}, {"bookings": [{"cancelation_reason": "payment_failed"}]}])
def test_the_body_of_a_cancellation_is_optional(inbox: Sandbox, body: object) -> None:
    assert inbox.api.call("DELETE", "/bookings/80", body).status == 204


@pytest.mark.parametrize(
    "content",
    [
        "\u0000",
        "a\u0000b",
        "\u0001\u001f\u007f",
        "a\u2028b\u2029",
        "\ufeff",
        "\U0001f600 \u05e9\u05dc\u05d5\u05dd",
        "</script><script>",
        "'; DROP TABLE messages; --",
        "x" * 200_000,
    ],
)
def test_any_text_is_kept_to_the_letter(inbox: Sandbox, content: str) -> None:
    posted = inbox.api.post(MESSAGES, a_message(content=content))

    assert posted.status == 201
    assert inbox.api.get(f"{MESSAGES}/{posted.record['id']}").record["content"] == content


@pytest.mark.parametrize("sender", [1, 2])
@pytest.mark.parametrize("sent_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_message_of_the_end_of_time_is_accepted(inbox: Sandbox, sent_at: str, sender: int) -> None:
    answer = inbox.api.post(MESSAGES, a_message(sent_at=sent_at, sender_id=sender))

    assert answer.status == 201
    assert answer.record["sent_at"] == sent_at


@pytest.mark.parametrize(("start_at", "end_at"), [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")])
def test_a_stay_at_the_end_of_time_is_accepted(inbox: Sandbox, start_at: str, end_at: str) -> None:
    answer = inbox.api.post("/rentals/16/bookings", a_body("bookings", start_at=start_at, end_at=end_at, booked=True))

    assert answer.status == 201
    assert inbox.api.get("/bookings?from=0001-01-01").status == 200


def test_what_may_not_be_written_is_ignored(inbox: Sandbox) -> None:
    before = inbox.api.get(f"{CONVERSATIONS}/11").record
    forged = {
        "id": 99,
        "account_id": 2,
        "subject": "Mine",
        "read_at": "2000-01-01",
        "created_by_id": 1,
        "pigeons": 3,
        "links": {"bookings": []},
    }

    answer = inbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", **forged))

    assert answer.status == 200
    assert answer.record | {"updated_at": None} == before | {"updated_at": None}

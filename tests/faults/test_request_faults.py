"""Faults of the API that need no wire: what the client is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import orjson
import pytest

from builders import START, a_body, a_booking, a_message, a_scenario
from conftest import OPTIONS
from fake import InProcess, Mock, Sandbox
from faulty import entries, set_fault, statuses, the_fault
from inbox_mock.app import create_app
from whole import CONVERSATIONS, MESSAGES

pytestmark = pytest.mark.both_transports

SYNCED_AT = "x-updated-since-request-synced-at"


def test_a_status_is_answered_as_often_as_it_should(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=503, times=2)

    answers = [inbox.api.get(MESSAGES) for _ in range(3)]

    assert statuses(*answers) == [503, 503, 200]
    assert answers[0].errors == [{"code": "service_unavailable", "title": "Service Unavailable"}]
    assert answers[0].headers["Content-Type"] == "application/vnd.api+json; charset=utf-8"


def test_a_status_comes_with_the_body_that_is_wanted(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=502, body={"oops": True}, times=1)
    set_fault(inbox, "status", status=504, body="<h1>Gateway Time-out</h1>", retry_after=7)

    first, second = inbox.api.get(MESSAGES), inbox.api.get(MESSAGES)

    assert (first.status, first.json) == (502, {"oops": True})
    assert (second.status, second.body) == (504, b"<h1>Gateway Time-out</h1>")
    assert second.headers["Content-Type"] == "text/html; charset=utf-8"
    assert second.headers["Retry-After"] == "7"
    assert "Retry-After" not in first.headers


def test_nothing_is_done_when_a_status_is_answered(inbox: Sandbox) -> None:
    set_fault(inbox, "status", times=1)

    assert inbox.api.post(MESSAGES, a_message()).status == 503

    assert inbox.api.get(MESSAGES).records == []


def test_what_was_asked_for_may_be_done_though_a_gateway_answers(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=504, applied=True, times=1)

    assert inbox.api.post(MESSAGES, a_message()).status == 504

    (message,) = inbox.api.get(MESSAGES).records
    assert message["content"] == a_message()["messages"][0]["content"]
    assert [event["event"] for event in entries(inbox)[0]["caused"]] == ["inbox_message_created", "inbox_conversation_updated"]


def test_an_answer_with_more_keys_is_as_it_was_besides(inbox: Sandbox) -> None:
    (usual,) = inbox.api.get(f"{CONVERSATIONS}/11").json["conversations"]
    set_fault(inbox, "more_keys", times=1)
    whole = inbox.api.get(f"{CONVERSATIONS}/11").json
    (found,) = whole["conversations"]

    assert found.keys() - usual.keys() == {"sentiment", "labels"}
    assert found["links"].keys() - usual["links"].keys() == {"labels"}
    assert {name: value for name, value in found.items() if name in usual and name != "links"} == {
        name: value for name, value in usual.items() if name != "links"
    }
    assert whole.keys() == {"links", "conversations", "meta"}


def test_an_answer_with_more_keys_counts_as_read(inbox: Sandbox) -> None:
    set_fault(inbox, "more_keys")
    for path in (CONVERSATIONS, "/me", CONVERSATIONS):
        inbox.api.get(path)

    assert [violation["code"] for violation in inbox.admin.get("/report").json["violations"]] == ["SYN001"]


def test_a_malformed_answer_is_no_json(inbox: Sandbox) -> None:
    good = inbox.api.get(MESSAGES)
    set_fault(inbox, "malformed")

    answer = inbox.api.get(MESSAGES)

    assert answer.status == 200
    assert answer.body == good.body[:-1]
    assert answer.headers["Content-Length"] == str(len(answer.body))
    with pytest.raises(orjson.JSONDecodeError):
        _ = answer.json


def test_a_slow_answer_moves_the_sandboxes_clock_and_nobody_waits(inbox: Sandbox) -> None:
    set_fault(inbox, "slow", by="40s", times=1)

    answer = inbox.api.get(MESSAGES)

    assert 40 <= float(answer.headers["X-Runtime"]) < 45
    assert answer.headers[SYNCED_AT] == "2030-06-01 12:00:40 UTC"
    assert inbox.now() == "2030-06-01T12:00:40Z"


def test_what_falls_due_while_an_answer_takes_its_time_happens_at_its_own_time(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]))
    set_fault(sandbox, "slow", by="15m", times=1)

    (conversation,) = sandbox.api.get(CONVERSATIONS).records

    assert conversation["created_at"] == "2030-06-01T12:10:00Z"
    assert entries(sandbox)[0]["caused"] == []


def test_a_really_slow_answer_waits_half_a_minute_at_the_most() -> None:
    waited: list[float] = []
    sandbox = Mock(InProcess(create_app(OPTIONS, wait=waited.append).app)).sandbox(a_scenario())
    set_fault(sandbox, "slow", by="90s", real=True)

    sandbox.api.get(MESSAGES)

    assert waited == [30]
    assert sandbox.now() == START


def test_the_sandbox_answers_others_while_one_waits() -> None:
    seen: list[int] = []
    transport = InProcess(create_app(OPTIONS, wait=lambda _seconds: seen.append(other.api.get("/hosts").status)).app)
    other = Mock(transport).sandbox(a_scenario())
    set_fault(other, "slow", real=True, match={"path": MESSAGES})

    other.api.get(MESSAGES)

    assert seen == [200]


def test_who_waits_for_a_slow_answer_makes_way_for_others() -> None:
    happened: list[str] = []

    class Stopping(Event):
        def wait(self, timeout: float | None = None) -> bool:
            happened.append(f"waited for {timeout}")
            return False

    @contextmanager
    def meanwhile(_sandbox_id: str) -> Iterator[None]:
        happened.append("stood aside")
        yield
        happened.append("came back")

    fake = create_app(OPTIONS)
    fake.sandboxes.around.meanwhile, fake.sandboxes.around.stopping = meanwhile, Stopping()
    sandbox = Mock(InProcess(fake.app)).sandbox(a_scenario())
    set_fault(sandbox, "slow", by="2s", real=True)

    sandbox.api.get(MESSAGES)

    assert happened == ["stood aside", "waited for 2.0", "came back"]


@pytest.mark.parametrize(
    ("kind", "says"), [("expired_token", "The access token expired"), ("revoked_token", "The access token was revoked")]
)
def test_a_token_that_is_no_longer_good_is_refused_from_then_on(inbox: Sandbox, kind: str, says: str) -> None:
    set_fault(inbox, kind, match={"path": MESSAGES, "nth": 2})

    answers = [inbox.api.get(path) for path in (MESSAGES, MESSAGES, "/hosts")]

    assert statuses(*answers) == [200, 401, 401]
    assert answers[1].errors == [{"code": "unauthorized"}]
    assert f'error_description="{says}"' in answers[2].headers["WWW-Authenticate"]
    assert "X-RateLimit-Limit" not in answers[1].headers


def test_another_token_is_as_good_as_ever(inbox: Sandbox) -> None:
    fault = set_fault(inbox, "expired_token", times=1)
    assert inbox.api.get(MESSAGES).status == 401

    assert inbox.api_with("inbox_read").get(MESSAGES).status == 200

    inbox.admin.delete(f"/faults/{fault['id']}")
    assert inbox.api.get(MESSAGES).status == 200


def test_a_used_up_hour_is_used_up_until_it_is_over(inbox: Sandbox) -> None:
    set_fault(inbox, "rate_limit", times=1, match={"path": MESSAGES}, retry_after=60)

    answers = [inbox.api.get(path) for path in (MESSAGES, "/hosts")]

    assert statuses(*answers) == [429, 429]
    assert answers[1].errors == [{"code": "rate_limit_exceeded", "title": "API v3 rate limit exceeded."}]
    assert answers[1].headers["X-RateLimit-Remaining"] == "0"
    assert answers[1].headers["Retry-After"] == "60"
    inbox.advance("1h")
    assert inbox.api.get(MESSAGES).status == 200


def test_the_last_request_of_an_hour_is_answered_and_those_after_it_are_refused(inbox: Sandbox) -> None:
    set_fault(inbox, "rate_limit", times=1, match={"path": MESSAGES}, answered=True)

    before, last, *after = [inbox.api.get(path) for path in ("/hosts", MESSAGES, MESSAGES, "/hosts")]

    assert statuses(before, last, *after) == [200, 200, 429, 429]
    assert int(before.headers["X-RateLimit-Remaining"]) > 0
    assert [answer.headers["X-RateLimit-Remaining"] for answer in (last, *after)] == ["0", "0", "0"]
    inbox.advance("1h")
    assert inbox.api.get(MESSAGES).status == 200


def test_a_stale_read_shows_a_write_later(inbox: Sandbox) -> None:
    set_fault(inbox, "stale_read")
    inbox.advance("10s")
    posted = inbox.api.post(MESSAGES, a_message(sent_at=inbox.now())).record

    stale = inbox.api.get(MESSAGES)

    assert stale.records == []
    assert stale.headers["X-Total-Count"] == "0"
    assert stale.headers[SYNCED_AT] == "2030-06-01 12:00:00 UTC"
    assert inbox.api.get(f"{MESSAGES}/{posted['id']}").status == 404
    inbox.advance("50s")
    assert inbox.api.get(MESSAGES).records == [posted]


def test_a_stale_read_can_lie_about_its_age(inbox: Sandbox) -> None:
    set_fault(inbox, "stale_read", honest=False, **{"for": "5m"})
    inbox.advance("10s")

    assert inbox.api.get(MESSAGES).headers[SYNCED_AT] == "2030-06-01 12:00:10 UTC"


def test_a_stale_read_can_concern_one_list_only(inbox: Sandbox) -> None:
    set_fault(inbox, "stale_read", match={"path": CONVERSATIONS})
    inbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True))

    assert inbox.api.get(CONVERSATIONS).record["closed_at"] is None
    assert inbox.api.get(f"{CONVERSATIONS}/11").record["closed_at"] is not None


def test_a_fault_that_needs_the_wire_says_so_in_process(in_process: Mock) -> None:
    sandbox = in_process.sandbox(a_scenario(bookings=[a_booking()]))
    set_fault(sandbox, "timeout_after", times=1)

    answer = sandbox.api.post(CONVERSATIONS, a_body("conversations", subject="Hello"))

    assert answer.status == 501
    assert answer.errors[0]["code"] == "not_implemented"
    assert "only a server on a port can do that" in answer.headers["X-Mock-Why"]
    assert sandbox.api.get(CONVERSATIONS).ids == [11]


def test_the_journal_says_which_fault_struck(inbox: Sandbox) -> None:
    fault = set_fault(inbox, "status", times=1)

    answer = inbox.api.get(MESSAGES)

    assert answer.headers["X-Mock-Why"] == f"fault {fault['id']} (status) struck"
    (entry,) = entries(inbox)
    assert (entry["status"], entry["why"]) == (503, f"fault {fault['id']} (status) struck")


def test_a_count_is_kept_although_the_request_is_refused(inbox: Sandbox) -> None:
    set_fault(inbox, "slow", by="1s", times=1)

    assert inbox.api.post(MESSAGES, a_message(sender_id=999)).status == 422

    assert the_fault(inbox)["left"] == 0


def test_a_reset_takes_faults_away(inbox: Sandbox) -> None:
    set_fault(inbox, "status")
    set_fault(inbox, "stale_read")

    inbox.admin.post("/reset")

    assert inbox.admin.get("/faults").json == {"faults": []}
    assert inbox.api.get(MESSAGES).status == 200

"""Shipped scenarios of who takes part, and who writes."""

from builders import a_body
from fake import Mock
from scenarios.library.seen import CONVERSATION, CONVERSATIONS, MESSAGES, PARTICIPANTS, answer, contents, past, thread


def test_no_host_participant(mock: Mock) -> None:
    sandbox = mock.sandbox("no-host-participant")

    before = sandbox.api.get(PARTICIPANTS).records
    joined = sandbox.api.post(PARTICIPANTS, a_body("participants", conversation_id=11, member_id=2, member_type="Host")).record
    answer(sandbox, sender_id=joined["id"])
    sandbox.advance("1m")

    assert [participant["links"]["member"]["type"] for participant in before] == ["Client"]
    assert [speaker for speaker, _ in thread(sandbox)] == ["guest", "host"]


def test_two_client_participants(mock: Mock) -> None:
    api = mock.sandbox("two-client-participants").api

    members = {record["id"]: record["links"]["member"] for record in api.get(PARTICIPANTS).records}

    assert [members[message["links"]["sender"]] for message in api.get(MESSAGES).records] == [
        {"id": 37, "type": "Client"},
        {"id": 38, "type": "Client"},
    ]


def test_guest_writes_before_host_joins(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-writes-before-host-joins")

    sandbox.advance("34m")
    before = [record["links"]["member"]["type"] for record in sandbox.api.get(PARTICIPANTS).records]
    sandbox.advance("1m")

    assert (before, contents(sandbox)) == (["Client"], ["Is anybody there?"])
    assert sandbox.api.get(PARTICIPANTS).records[-1]["links"]["member"] == {"id": 2, "type": "Host"}
    assert past(sandbox, "hosts_notified") == []


def test_host_answers_on_channel(mock: Mock) -> None:
    sandbox = mock.sandbox("host-answers-on-channel")

    sandbox.advance("5m")

    message = sandbox.api.get(MESSAGES).records[-1]
    assert (message["origin"], message["created_by_id"], message["links"]["sender"]) == ("airbnb_message", 65, 2)
    assert thread(sandbox)[-1] == ("host", "From four o'clock. I am in the Airbnb app.")


def test_staff_answers_meanwhile(mock: Mock) -> None:
    sandbox = mock.sandbox("staff-answers-meanwhile")

    sandbox.advance("1m")
    answer(sandbox, content="From four o'clock!", sent_at="2030-06-01T12:01:00Z")
    sandbox.advance("1m")

    assert thread(sandbox)[1:] == [("host", "From four o'clock."), ("host", "From four o'clock!")]
    assert sandbox.api.get(MESSAGES).records[1]["created_by_type"] == "User"
    assert sandbox.api.get(CONVERSATION).record["closed_at"] == "2030-06-01T12:00:40Z"


def test_guest_reopens_closed(mock: Mock) -> None:
    sandbox = mock.sandbox("guest-reopens-closed")

    before = sandbox.api.get(CONVERSATION).record["closed_at"]
    sandbox.advance("10m")

    assert (before, sandbox.api.get(CONVERSATION).record["closed_at"]) == ("2030-06-01T11:30:00Z", None)


def test_deadline_close(mock: Mock) -> None:
    sandbox = mock.sandbox("deadline-close")

    before = sandbox.api.get(CONVERSATION).record["deadline_response_at"]
    answer(sandbox)

    assert before == "2030-06-01T12:10:00Z"
    assert sandbox.api.get(CONVERSATION).record["deadline_response_at"] is None


def test_spam(mock: Mock) -> None:
    sandbox = mock.sandbox("spam")

    sandbox.advance("5m")

    marked, marked_while_you_look = sandbox.api.get(CONVERSATIONS).records
    assert (marked["marked_as_spam_at"], marked["closed_at"]) == ("2030-06-01T10:40:00Z", "2030-06-01T10:40:00Z")
    assert (marked_while_you_look["marked_as_spam_at"], marked_while_you_look["closed_at"]) == ("2030-06-01T12:05:00Z", None)


def test_two_updates_in_one_second(mock: Mock) -> None:
    sandbox = mock.sandbox("two-updates-in-one-second")

    sandbox.advance("10s")

    conversation = sandbox.api.get(CONVERSATION).record
    assert conversation["updated_at"] == conversation["last_message_at"] == "2030-06-01T12:00:10Z"
    assert conversation["links"]["assignee"] == 2
    assert sandbox.api.get(CONVERSATIONS, updated_since="2030-06-01T12:00:10Z").ids == [11]

"""Faults of webhooks, by event."""

import json
from collections.abc import Iterator

import pytest

from builders import a_body, a_message
from fake import Sandbox
from faulty import set_fault, the_fault
from inbox_mock.webhooks.sender import sign
from receiver import Receiver, deliveries, receiving, subscribe
from whole import CONVERSATIONS, MESSAGES

CREATED, UPDATED = "inbox_message_created", "inbox_message_updated"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def post(sandbox: Sandbox, content: str = "Welcome!") -> int:
    answer = sandbox.api.post(MESSAGES, a_message(content=content, sent_at=sandbox.now()))
    assert answer.status == 201, answer.body
    return int(answer.record["id"])


def contents(receiver: Receiver, event: str = CREATED) -> list[str]:
    return [payload["resource"]["message"]["content"] for payload in receiver.of(event)]


@pytest.mark.parametrize(("kind", "options", "copies"), [("duplicated", {}, 2), ("burst", {}, 10), ("burst", {"copies": 3}, 3)])
def test_a_webhook_comes_more_than_once(inbox: Sandbox, receiver: Receiver, kind: str, options: dict[str, object], copies: int) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, kind, match={"event": CREATED}, times=1, **options)

    post(inbox, "struck")
    post(inbox, "not struck")
    inbox.advance("0s")

    assert contents(receiver) == [*["struck"] * copies, "not struck"]
    assert len({received.body for received in receiver.received}) == 2


def test_a_delayed_webhook_tells_of_the_record_as_it_was(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "delayed", by="30m", match={"event": CREATED}, times=1)
    message_id = post(inbox, "before")
    inbox.api.put(f"{MESSAGES}/{message_id}", a_body("messages", content="after"))

    inbox.advance("29m")
    assert receiver.received == []
    inbox.advance("1m")

    assert contents(receiver) == ["before"]


def test_a_reordered_webhook_is_overtaken_by_the_next(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "reordered", times=1)
    post(inbox, "first")
    inbox.advance("1m")
    assert receiver.received == []

    post(inbox, "second")
    post(inbox, "third")
    inbox.advance("0s")

    assert contents(receiver) == ["second", "first", "third"]


def test_a_reordered_webhook_comes_even_if_there_is_no_next(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "reordered", within="5m")
    post(inbox, "only")

    inbox.advance("4m")
    assert receiver.received == []
    inbox.advance("1m")

    assert contents(receiver) == ["only"]


def test_a_lost_webhook_never_comes_and_the_journal_says_so(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "lost", times=1)
    post(inbox, "lost")
    post(inbox, "found")

    inbox.advance("1d")

    assert contents(receiver) == ["found"]
    lost, found = deliveries(inbox)
    assert lost["outcome"] == "not sent: fault 1 (lost) struck"
    assert lost["attempts"][0]["why"] == "fault 1 (lost) struck: not sent"
    assert found["outcome"] == "delivered"


def test_a_forged_webhook_is_signed_with_a_wrong_secret(inbox: Sandbox, receiver: Receiver) -> None:
    secret = subscribe(inbox, receiver.url, CREATED)["secret"]
    set_fault(inbox, "forged", times=1)
    post(inbox)
    post(inbox)

    inbox.advance("0s")

    good = [received.header("X-Content-Signature") == sign(secret, received.body) for received in receiver.received]
    assert good == [False, True]
    assert deliveries(inbox)[0]["attempts"][0]["why"] == "fault 1 (forged) struck"


def struck_by(kind: str, inbox: Sandbox, receiver: Receiver, number: int = 1) -> list[tuple[str | None, bytes, str]]:
    """So many webhooks that a fault strikes: the signature of each, its body, and the signature that would be right."""
    secret = subscribe(inbox, receiver.url, CREATED)["secret"]
    set_fault(inbox, kind, times=number)
    for _ in range(number):
        post(inbox)
    inbox.advance("0s")
    return [(dict(found.headers).get("X-Content-Signature"), found.body, sign(secret, found.body)) for found in receiver.received]


def test_an_unsigned_webhook_has_no_signature(inbox: Sandbox, receiver: Receiver) -> None:
    ((given, _, _),) = struck_by("unsigned", inbox, receiver)

    assert given is None
    assert deliveries(inbox)[0]["attempts"][0]["signature"]["valid"] is False


def test_a_tampered_webhook_has_the_genuine_signature_of_another_body(inbox: Sandbox, receiver: Receiver) -> None:
    ((given, body, right),) = struck_by("tampered", inbox, receiver)
    secret = inbox.admin.get("/webhooks").json["webhooks"][0]["secret"]

    assert given != right
    assert given == sign(secret, body + b"\n")


def test_near_misses_are_wrong_in_a_few_digits_here_and_there(inbox: Sandbox, receiver: Receiver) -> None:
    wrong = [
        [place for place in range(40) if (given or "")[place] != right[place]]
        for given, _, right in struck_by("near_miss", inbox, receiver, 3)
    ]

    assert sorted(wrong) == [list(range(8)), list(range(16, 24)), list(range(32, 40))]


def test_a_webhook_that_is_cut_short_bears_the_first_digits_of_its_signature(inbox: Sandbox, receiver: Receiver) -> None:
    ((given, _, right),) = struck_by("cut_short", inbox, receiver)

    assert given == right[:8]


def test_a_replayed_webhook_bears_the_signature_of_the_one_before(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "replayed", match={"nth": 2})
    for content in ("signed", "struck", "not struck"):
        post(inbox, content)
        inbox.advance("0s")

    first, second, third = (dict(found.headers)["X-Content-Signature"] for found in receiver.received)
    assert contents(receiver) == ["signed", "struck", "not struck"]
    assert first == second != third
    assert [found["attempts"][0]["signature"]["valid"] for found in deliveries(inbox)] == [True, False, True]


def test_the_first_webhook_of_all_cannot_be_replayed_and_bears_the_signature_of_another_body(inbox: Sandbox, receiver: Receiver) -> None:
    ((given, body, _),) = struck_by("replayed", inbox, receiver)
    secret = inbox.admin.get("/webhooks").json["webhooks"][0]["secret"]

    assert given == sign(secret, body + b"\n")


def test_a_respelled_webhook_says_the_same_in_other_bytes_and_is_signed_rightly(inbox: Sandbox, receiver: Receiver) -> None:
    ((given, body, right),) = struck_by("respelled", inbox, receiver)

    assert given == right
    assert json.loads(body)["event"] == CREATED
    assert body not in {json.dumps(json.loads(body), separators=style).encode() for style in (None, (",", ":"))}


def test_a_stale_webhook_tells_what_the_one_before_told(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED, UPDATED)
    set_fault(inbox, "stale")
    message_id = post(inbox, "before")

    inbox.api.put(f"{MESSAGES}/{message_id}", a_body("messages", content="after"))
    inbox.advance("0s")

    assert contents(receiver, CREATED) == ["before"]
    assert contents(receiver, UPDATED) == ["before"]
    assert the_fault(inbox)["struck"] == 1


def test_a_stale_webhook_tells_how_it_was_when_the_fault_was_set(inbox: Sandbox, receiver: Receiver) -> None:
    message_id = post(inbox, "before")
    subscribe(inbox, receiver.url, UPDATED)
    set_fault(inbox, "stale", times=1)

    for content in ("after", "later"):
        inbox.api.put(f"{MESSAGES}/{message_id}", a_body("messages", content=content))
    inbox.advance("0s")

    assert contents(receiver, UPDATED) == ["before", "later"]


def test_only_the_event_that_is_named_is_struck(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED, "inbox_conversation_updated")
    set_fault(inbox, "lost", match={"event": "inbox_conversation_*"})
    post(inbox)
    inbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", closed=True))

    inbox.advance("0s")

    assert set(receiver.events) == {CREATED}


def test_the_nth_webhook_is_struck(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, CREATED)
    set_fault(inbox, "lost", match={"event": CREATED, "nth": 2})
    for content in ("one", "two", "three"):
        post(inbox, content)

    inbox.advance("0s")

    assert contents(receiver) == ["one", "three"]

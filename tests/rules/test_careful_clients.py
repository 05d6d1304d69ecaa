"""A careful client is never blamed, whatever goes wrong around it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.oauth import an_application
from builders import a_booking, a_message, a_scenario
from fake import Answer, Caller, Mock, OverSocket, Sandbox
from faulty import set_fault
from inbox_mock.webhooks.sender import sign
from receiver import Receiver, receiving, subscribe
from rules.judged import the_report
from whole import CONVERSATIONS, MESSAGES

LISTS = (CONVERSATIONS, MESSAGES, "/inbox/participants", "/bookings")
SCOPES = "inbox_write bookings_read"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503, "times": 1},
    {"kind": "status", "status": 500, "times": 2},
    {"kind": "status", "status": 429, "retry_after": 20, "times": 1},
    {"kind": "rate_limit", "times": 1},
    {"kind": "timeout_after", "times": 1},
    {"kind": "timeout_before", "times": 1},
    {"kind": "dropped", "times": 1},
    {"kind": "dropped", "applied": True, "times": 1},
    {"kind": "malformed", "times": 1},
    {"kind": "truncated", "times": 1},
    {"kind": "expired_token", "times": 1},
    {"kind": "slow", "by": "3h", "times": 1},
    {"kind": "page_shift", "times": 1},
)
WEBHOOK_FAULTS = ("forged", "duplicated", "lost", "reordered", "delayed", "stale")


class TryAgain(Exception):  # noqa: N818 - no error, but how this client gives up for now
    """It cannot go on now, and tries again from the start when it is asked to."""


@dataclass
class Careful:
    """A client that does as the guide says: it keeps only what it is sure of, and waits when it is told to."""

    sandbox: Sandbox
    pair: dict[str, str]
    since: dict[str, str] = field(default_factory=dict)
    known: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    waits: bool = False
    doubtful: set[str] = field(default_factory=set)

    def call(self, method: str, path: str, payload: object = None, **query: Any) -> Any:
        try:
            answer = self._ask(method, path, payload, query)
            while answer.status == 401:
                refreshed = an_application(self.sandbox).refresh(self.pair["refresh_token"])
                assert refreshed.status == 200
                self.pair = refreshed.json
                answer = self._ask(method, path, payload, query)
            if answer.status == 429:
                self.waits = True
            found = None if answer.status >= 400 else answer.json
        except (requests.RequestException, ValueError) as error:
            raise TryAgain from error
        if found is None:
            raise TryAgain
        return answer, found

    def _ask(self, method: str, path: str, payload: object, query: dict[str, Any]) -> Answer:
        return Caller(self.sandbox.transport, self.pair["access_token"]).call(method, path, payload, **query)

    def sync(self) -> None:
        """Bring everything up to date; what fails is asked for again next time."""
        for path in LISTS:
            self.update(path)

    def update(self, path: str) -> None:
        """Bring one list up to date."""
        query = {"updated_since": self.since[path]} if path in self.since else {}
        found: dict[int, dict[str, Any]] = {}
        page, synced_at = 1, ""
        while True:
            answer, body = self.call("GET", path, **({"page": page} | query))
            synced_at = synced_at or answer.headers["x-updated-since-request-synced-at"]
            found |= {record["id"]: record for record in body[path.rsplit("/", maxsplit=1)[-1]]}
            if 'rel="next"' not in answer.headers["Link"]:
                break
            page += 1
        self.known.setdefault(path, {}).update(found)
        self.since[path] = synced_at

    def reply(self, booking_id: int, content: str) -> None:
        """Answer the guest, once."""
        if content in self.doubtful:
            self.update(MESSAGES)
            if any(message["content"] == content for message in self.known[MESSAGES].values()):
                return
        for conversation in self.known.get(CONVERSATIONS, {}).values():
            if booking_id not in conversation["links"]["bookings"] or conversation["created_by_type"] != "Doorkeeper::Application":
                continue
            host = self._host(conversation["id"])
            body = a_message(conversation_id=conversation["id"], sender_id=host, content=content, channel=conversation["default_channel"])
            self.doubtful.add(content)
            self.call("POST", MESSAGES, body)

    def _host(self, conversation_id: int) -> int:
        for participant in self.known["/inbox/participants"].values():
            links = participant["links"]
            if links["conversation"] == conversation_id and links["member"]["type"] == "Host":
                return int(participant["id"])
        body = {"participants": [{"conversation_id": conversation_id, "member_id": 2, "member_type": "Host"}]}
        added = self.call("POST", "/inbox/participants", body)[1]["participants"][0]
        self.known["/inbox/participants"][added["id"]] = added
        return int(added["id"])


STEPS = st.one_of(
    st.tuples(st.just("sync"), st.just(0)),
    st.tuples(st.just("sync"), st.just(0)),
    st.tuples(st.just("reply"), st.integers(0, 5)),
    st.tuples(st.just("fault"), st.integers(0, len(FAULTS) - 1)),
    st.tuples(st.just("webhook fault"), st.integers(0, len(WEBHOOK_FAULTS) - 1)),
    st.tuples(st.just("advance"), st.sampled_from([0, 1, 10, 60, 150, 1500])),
    st.tuples(st.just("guest"), st.integers(0, 1)),
    st.tuples(st.just("book"), st.integers(0, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 1)),
)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def a_world(mock: Mock, receiver: Receiver, page_cap: int) -> tuple[Sandbox, Careful]:
    """Two bookings on Airbnb, small pages, a client that has been authorised, and a receiver that checks signatures."""
    second = a_booking(id=81, start_at="+40d", end_at="+42d", conversation=12)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), second], page_cap=page_cap))
    secret = subscribe(sandbox, receiver.url)["secret"]

    def check(received: Any) -> None:
        receiver.status = 200 if received.header("X-Content-Signature") == sign(secret, received.body) else 401

    receiver.received.clear()
    receiver.on_request = check
    return sandbox, Careful(sandbox, an_application(sandbox).tokens(scope=SCOPES))


def play(sandbox: Sandbox, client: Careful, name: str, number: int) -> None:
    """Take one step."""
    match name:
        case "fault":
            set_fault(sandbox, **FAULTS[number])
        case "webhook fault":
            set_fault(sandbox, WEBHOOK_FAULTS[number], times=1)
        case "guest":
            sandbox.admin.post(f"/conversations/{11 + number}/messages", {"from": "guest", "content": f"Hello {number}"})
        case "book":
            sandbox.admin.post("/bookings", {"channel": ("airbnb", "booking-com", "direct")[number % 3], "rental_id": 16})
        case "cancel":
            sandbox.admin.post(f"/bookings/{80 + number}/cancel")
        case "advance":
            sandbox.advance(f"{number}m")
        case _ if client.waits:
            sandbox.advance("1h")
            client.waits = False
        case "sync":
            client.sync()
        case "reply":
            client.reply(80 + number % 2, f"Answer {number}")


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=1, max_size=25), page_cap=st.sampled_from([1, 2, 100]))
def test_a_careful_client_is_never_blamed(served: str, receiver: Receiver, steps: list[tuple[str, int]], page_cap: int) -> None:
    transport = OverSocket(served)
    sandbox, client = a_world(Mock(transport), receiver, page_cap)
    try:
        for name, number in steps:
            try:
                play(sandbox, client, name, number)
            except TryAgain:
                continue
        report = the_report(sandbox)
        assert [violation for violation in report["violations"] if violation["severity"] == "error"] == []
    finally:
        transport.session.close()
        Caller(transport, base="/__admin").delete(f"/sandboxes/{sandbox.id}")


def test_the_careful_client_does_its_job(served: str, receiver: Receiver) -> None:
    transport = OverSocket(served)
    sandbox, client = a_world(Mock(transport), receiver, 2)
    client.sync()
    client.reply(80, "From four.")
    sandbox.advance("1h")

    assert [one["content"] for one in sandbox.handle.thread(11)] == ["From four."]
    assert set(client.known) == set(LISTS)
    transport.session.close()

"""Bookings, people, API clients and time in any order: what channels do is what a small model says.

``INBOX_MOCK_STATEFUL_EXAMPLES`` and ``INBOX_MOCK_STATEFUL_STEPS`` make longer runs of it.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from builders import a_body, a_message, a_scenario
from fake import Mock
from stateful.interrupted import Interrupted, Interruptible, hold_to_model

START = datetime(2030, 6, 1, 12, tzinfo=UTC)
CHANNELS = ("airbnb", "booking-com", "direct")
OPENING = {"airbnb": 300, "booking-com": 600}
LONGEST_RELAY = 5
RUN = settings(
    max_examples=int(os.environ.get("INBOX_MOCK_STATEFUL_EXAMPLES", "40")),
    stateful_step_count=int(os.environ.get("INBOX_MOCK_STATEFUL_STEPS", "30")),
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Said:
    """A message: who said it, in which words, and the window in which it reaches the guest, if it does."""

    who: str
    words: str
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass
class Talk:
    """A conversation; ``channel`` is None for one that a client made."""

    channel: str | None
    bookings: list[int]
    hosts: dict[int, int] = field(default_factory=dict)
    guests: list[int] = field(default_factory=list)
    said: dict[int, Said] = field(default_factory=dict)
    closed: bool = False


@dataclass
class Booking:
    """``due`` is when its channel opens the conversation, and None when it never does."""

    channel: str
    due: datetime | None
    arguments: tuple[bool, int]
    cancelled: bool = False
    talk: int | None = None


class Channels(Interrupted):
    """One sandbox, and beside it what should be true of it."""

    bookings = Bundle("bookings")
    own = Bundle("own")

    @initialize()
    def begin(self) -> None:
        self.sandbox = Mock(self.server).sandbox(a_scenario())
        self.api, self.admin = self.sandbox.api, self.sandbox.admin
        self.now = START
        self.booked: dict[int, Booking] = {}
        self.talks: dict[int, Talk] = {}

    @rule(
        target=bookings,
        channel=st.sampled_from(CHANNELS),
        delay=st.sampled_from([None, 0, 60, 3600]),
        host=st.booleans(),
        clients=st.integers(1, 3),
    )
    def a_guest_books(self, channel: str, delay: int | None, host: bool, clients: int) -> int:
        arguments: dict[str, Any] = {"channel": channel, "host_participant": host, "client_participants": clients}
        if channel != "direct":
            arguments["conversation_delay"] = "never" if delay is None else f"{delay}s"
        booking_id = int(self.done(self.admin.post("/bookings", arguments)).json["booking"]["id"])
        due = None if channel == "direct" or delay is None else self.now + timedelta(seconds=delay)
        self.booked[booking_id] = Booking(channel, due, (host, clients))
        self.channels_open_what_is_due()
        return booking_id

    @rule(seconds=st.sampled_from([0, 1, 5, 59, 600, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.sandbox.advance(f"{seconds}s")
        self.now += timedelta(seconds=seconds)
        self.channels_open_what_is_due()

    @rule(booking_id=consumes(bookings))
    def a_guest_cancels(self, booking_id: int) -> None:
        self.done(self.admin.post(f"/bookings/{booking_id}/cancel"))
        self.booked[booking_id].cancelled, self.booked[booking_id].due = True, None

    @rule(booking_id=bookings)
    def the_channel_opens_now(self, booking_id: int) -> None:
        booking = self.booked[booking_id]
        answer = self.admin.post(f"/bookings/{booking_id}/conversation")
        may = booking.channel != "direct" and booking.talk is None
        assert answer.status == (200 if may else 422), answer.body
        if may:
            self.opens(booking_id, booking, planned=booking.due is not None)

    @rule(target=own, default_channel=st.sampled_from(["airbnb", "email", None]))
    def a_client_makes_a_conversation(self, default_channel: str | None) -> int:
        made = int(self.done(self.api.post("/inbox/conversations", a_body("conversations", default_channel=default_channel))).record["id"])
        self.talks[made] = Talk(None, [])
        return made

    @rule(conversation_id=own, booking_id=bookings)
    def a_client_connects_it(self, conversation_id: int, booking_id: int) -> None:
        body = {"bookings": [{"id": booking_id}]}
        self.done(self.api.put(f"/inbox/conversations/{conversation_id}/connect_booking", body))
        self.talks[conversation_id].bookings = sorted({*self.talks[conversation_id].bookings, booking_id})

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), member_type=st.sampled_from(["Host", "Client"]))
    def a_client_adds_a_participant(self, data: st.DataObject, member_type: str) -> None:
        conversation_id = data.draw(st.sampled_from(sorted(self.talks)))
        member = 2 if member_type == "Host" else self.api.post("/clients", a_body("clients", fullname="Somebody")).record["id"]
        body = a_body("participants", conversation_id=conversation_id, member_id=member, member_type=member_type)
        added = int(self.done(self.api.post("/inbox/participants", body)).record["id"])
        if member_type == "Host":
            self.talks[conversation_id].hosts[added] = 2
        else:
            self.talks[conversation_id].guests.append(added)

    @precondition(lambda self: any(talk.hosts or talk.guests for talk in self.talks.values()))
    @rule(data=st.data(), kind=st.sampled_from(["default", "none", "other", "internal"]))
    def a_client_writes(self, data: st.DataObject, kind: str) -> None:
        conversation_id = data.draw(st.sampled_from(sorted(n for n, talk in self.talks.items() if talk.hosts or talk.guests)))
        talk = self.talks[conversation_id]
        sender = data.draw(st.sampled_from(sorted([*talk.hosts, *talk.guests])))
        default = talk.channel or "airbnb"
        channel = {"default": default, "none": None, "other": "email", "internal": None}[kind]
        visibility = "internal" if kind == "internal" else "external"
        words = f"Message {sum(len(t.said) for t in self.talks.values())}"
        body = a_message(conversation_id=conversation_id, sender_id=sender, channel=channel, visibility=visibility, content=words)
        answer = self.api.post("/inbox/messages", body)
        if kind == "internal" and sender in talk.guests:
            assert answer.status == 422
            return
        said = Said("host", words)
        if talk.channel is not None and sender in talk.hosts and kind == "default":
            said.earliest, said.latest = self.now + timedelta(seconds=1), self.now + timedelta(seconds=LONGEST_RELAY)
        assert ("X-Mock-Why" in answer.headers) == (said.earliest is None)
        talk.closed = talk.closed and sender not in talk.guests
        talk.said[int(self.done(answer).record["id"])] = said

    @precondition(lambda self: any(talk.channel for talk in self.talks.values()))
    @rule(data=st.data(), who=st.sampled_from(["guest", "host"]))
    def somebody_writes_on_the_channel(self, data: st.DataObject, who: str) -> None:
        conversation_id = data.draw(st.sampled_from(sorted(number for number, talk in self.talks.items() if talk.channel)))
        talk, words = self.talks[conversation_id], f"From the {who}"
        message = self.done(self.admin.post(f"/conversations/{conversation_id}/messages", {"from": who, "content": words})).json["message"]
        sender = message["links"]["sender"]
        if who == "host" and not talk.hosts:
            talk.hosts[sender] = 2
        assert sender in (talk.hosts if who == "host" else talk.guests)
        talk.closed = talk.closed and who != "guest"
        talk.said[int(message["id"])] = Said(who, words, self.now, self.now)

    @precondition(lambda self: any(talk.said for talk in self.talks.values()))
    @rule(data=st.data())
    def a_client_edits(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(n for talk in self.talks.values() for n in talk.said)))
        self.done(self.api.put(f"/inbox/messages/{number}", a_body("messages", content="Edited")))

    @precondition(lambda self: self.talks)
    @rule(data=st.data(), closed=st.booleans())
    def a_client_closes(self, data: st.DataObject, closed: bool) -> None:
        conversation_id = data.draw(st.sampled_from(sorted(self.talks)))
        self.done(self.api.put(f"/inbox/conversations/{conversation_id}", a_body("conversations", closed=closed)))
        self.talks[conversation_id].closed = closed

    @invariant()
    def bookings_have_the_conversations_that_are_theirs(self) -> None:
        for booking_id, booking in self.booked.items():
            found = self.api.get(f"/bookings/{booking_id}", include_canceled="true").record
            assert found["links"]["conversations"] == sorted(n for n, talk in self.talks.items() if booking_id in talk.bookings)
            assert (found["status"] == "Canceled") == booking.cancelled

    @invariant()
    def conversations_are_those_that_were_opened_or_made(self) -> None:
        found = {record["id"]: record for record in self.api.get("/inbox/conversations").records}
        assert sorted(found) == sorted(self.talks)
        for number, talk in self.talks.items():
            assert found[number]["links"]["participants"] == sorted([*talk.hosts, *talk.guests])
            assert found[number]["links"]["messages"] == sorted(talk.said)
            assert (found[number]["closed_at"] is not None) == talk.closed
            assert found[number]["created_by_id"] == {"airbnb": 65, "booking-com": 66, None: 17}[talk.channel]

    @invariant()
    def guests_see_what_was_relayed_and_nothing_else(self) -> None:
        for number, talk in self.talks.items():
            answer = self.admin.get(f"/conversations/{number}/thread")
            if talk.channel is None:
                assert answer.status == 404
                continue
            seen = {message["message_id"]: (message["from"], message["content"]) for message in answer.json["messages"]}
            sure = {n for n, said in talk.said.items() if said.latest is not None and said.latest <= self.now}
            possible = {n for n, said in talk.said.items() if said.earliest is not None and said.earliest <= self.now}
            assert sure <= seen.keys() <= possible
            assert seen == {n: (talk.said[n].who, talk.said[n].words) for n in seen}

    @invariant()
    def what_is_pending_is_what_channels_still_owe(self) -> None:
        pending = self.admin.get("/timeline").json["pending"]
        owed = sorted((b.due.strftime("%Y-%m-%dT%H:%M:%SZ"), n) for n, b in self.booked.items() if b.due is not None)
        alive = [event for event in pending if event["kind"] == "conversation_opened"]
        found = sorted((event["due_at"], event["about"]["booking_id"]) for event in alive)
        assert [pair for pair in found if not self.booked[pair[1]].cancelled] == owed
        relayed = {event["about"]["message_id"] for event in pending if event["kind"] == "message_relayed"}
        for talk in self.talks.values():
            for number, said in talk.said.items():
                assert (number in relayed) <= (said.latest is not None and said.latest > self.now)

    def channels_open_what_is_due(self) -> None:
        """Note the conversations whose time has come: without a delay that is when the guest books."""
        for booking_id, booking in sorted(self.booked.items(), key=lambda item: (item[1].due or START, item[0])):
            if booking.due is not None and booking.due <= self.now:
                self.opens(booking_id, booking)

    def opens(self, booking_id: int, booking: Booking, *, planned: bool = True) -> None:
        """Note that a channel has opened a conversation, and hold its participants against what was wished for, if it was planned."""
        host, clients = booking.arguments if planned else (None, 1)
        own = {number for number, talk in self.talks.items() if booking_id in talk.bookings}
        linked = self.api.get(f"/bookings/{booking_id}").record["links"]["conversations"]
        (number,) = set(linked) - own
        talk = Talk(booking.channel, [booking_id])
        for participant_id in self.api.get(f"/inbox/conversations/{number}").record["links"]["participants"]:
            member = self.api.get(f"/inbox/participants/{participant_id}").record["links"]["member"]
            if member["type"] == "Host":
                talk.hosts[participant_id] = member["id"]
            else:
                talk.guests.append(participant_id)
        assert len(talk.guests) == clients
        assert host is None or len(talk.hosts) == int(host)
        booking.talk, booking.due, self.talks[number] = number, None, talk

    def done(self, answer: Any) -> Any:
        assert answer.status in {200, 201}, answer.body
        return answer


def test_channels_do_what_the_model_says(server: Interruptible) -> None:
    hold_to_model(Channels, server, RUN)

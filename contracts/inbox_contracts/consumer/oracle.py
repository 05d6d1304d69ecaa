"""The oracle: what a client should believe of a world, by the records that the service holds."""

from collections.abc import Callable
from functools import cache

import orjson

from inbox_contracts.consumer.driver import JSON

NOUNS = {"booking": "booking", "inbox_conversation": "conversation", "inbox_message": "message"}
"""The noun of a webhook's record, by what its event's name begins with."""

TELLING = ("closed_at", "content")
"""Attributes by which two states of a record of one second are told apart."""


class WorldState:
    """The records of the client's account, as the service holds them: rows of the views ``*_records``, in the order of their ids.

    Those of a noun are read when they are first asked for; ``owning`` are the channels that open conversations by themselves.
    """

    def __init__(self, read: Callable[[str], list[JSON]], owning: frozenset[str]) -> None:
        self._of = cache(lambda noun: [_with_ids(row) for row in read(noun)])
        self.owning = owning

    @property
    def bookings(self) -> list[JSON]:
        """The bookings."""
        return self._of("booking")

    @property
    def conversations(self) -> list[JSON]:
        """The conversations."""
        return self._of("conversation")

    @property
    def participants(self) -> list[JSON]:
        """The participants of all conversations."""
        return self._of("participant")

    @property
    def messages(self) -> list[JSON]:
        """The messages in all conversations."""
        return self._of("message")

    def channel_conversation(self, booking_id: int) -> JSON | None:
        """Return the conversation that the booking's channel opened, or None."""
        return next((row for row in self.conversations if row["channel"] is not None and booking_id in row["bookings"]), None)

    def is_answerable(self, booking_id: int) -> bool:
        """Return whether the booking's guest can be answered, now or after the channel has opened the conversation."""
        return any(row["id"] == booking_id and self._has_a_guest_on_a_channel(row) for row in self.bookings)

    def _has_a_guest_on_a_channel(self, booking: JSON) -> bool:
        return booking["canceled_at"] is None and booking["channel"] in self.owning

    @property
    def awaiting(self) -> set[int]:
        """The ids of bookings whose channel has still to open the conversation."""
        opened = {booking_id for row in self.conversations if row["channel"] is not None for booking_id in row["bookings"]}
        return {row["id"] for row in self.bookings if self._has_a_guest_on_a_channel(row) and row["id"] not in opened}

    @property
    def cancelled(self) -> set[int]:
        """The ids of cancelled bookings."""
        return {row["id"] for row in self.bookings if row["canceled_at"] is not None}

    @property
    def hosted(self) -> frozenset[int]:
        """The ids of conversations in which a Host takes part."""
        return frozenset(row["conversation_id"] for row in self.participants if row["member_type"] == "Host")

    def host_messages(self) -> list[JSON]:
        """Return the messages that Hosts wrote."""
        hosts = {row["id"] for row in self.participants if row["member_type"] == "Host"}
        return [row for row in self.messages if row["sender_id"] in hosts]

    def last_host_message(self, booking_id: int) -> JSON | None:
        """Return the last message of a Host in the conversation that the booking's channel opened, or None."""
        conversation = self.channel_conversation(booking_id)
        written = [row for row in self.host_messages() if conversation is not None and row["conversation_id"] == conversation["id"]]
        return written[-1] if written else None

    def times_read(self, booking_id: int, content: str) -> int:
        """Return how often the booking's guest sees a text that a Host wrote."""
        theirs = {row["id"] for row in self.conversations if booking_id in row["bookings"]}
        written = (row for row in self.host_messages() if _sent_as(row) == content and row["conversation_id"] in theirs)
        return sum(row["on_channel_at"] is not None for row in written)

    def times_sent(self, content: str) -> int:
        """Return how often a text was sent, in any conversation."""
        return sum(_sent_as(row) == content for row in self.messages)

    def said_by(self, application_id: int) -> list[tuple[int, list[int], str]]:
        """Return the conversation, its bookings and the content of each message that an application sent."""
        bookings = {row["id"]: row["bookings"] for row in self.conversations}
        return [
            (row["conversation_id"], bookings[row["conversation_id"]], _sent_as(row))
            for row in self.messages
            if (row["created_by_type"], row["created_by_id"]) == ("Doorkeeper::Application", application_id)
        ]

    def expected_belief(self) -> JSON:
        """Return what a client should believe: bookings that are not cancelled, and every conversation with all that is in it."""
        return {
            "bookings": [
                {"id": row["id"], "conversation_ids": row["conversations"]} for row in self.bookings if row["canceled_at"] is None
            ],
            "conversations": [
                {
                    "id": row["id"],
                    "booking_ids": row["bookings"],
                    "closed": row["closed_at"] is not None,
                    "participants": _of(row["id"], self.participants, "id", "member_type", "member_id"),
                    "messages": _of(row["id"], self.messages, "id", "sender_id", "content"),
                }
                for row in self.conversations
            ],
        }


def is_outdated(record: JSON, stored: JSON | None) -> bool:
    """Return whether a record that a webhook brings is older than the stored one, or another one of the same second."""
    if stored is None or record["updated_at"] > stored["updated_at"]:
        return False
    return bool(record["updated_at"] < stored["updated_at"]) or any(record[name] != stored[name] for name in TELLING if name in record)


def _with_ids(row: JSON) -> JSON:
    """Return a row in which the ids of other records, JSON in a view, are lists."""
    return {**row, **{name: orjson.loads(row[name]) for name in ("bookings", "conversations") if name in row}}


def _sent_as(message: JSON) -> str:
    """Return in which words a message was sent: staff may have changed them since, and the guest still reads these."""
    return str(message["on_channel_as"] or message["content"])


def _of(conversation_id: int, rows: list[JSON], *fields: str) -> list[JSON]:
    return [{name: row[name] for name in fields} for row in rows if row["conversation_id"] == conversation_id]

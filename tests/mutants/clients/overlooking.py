"""Clients that overlook what has changed, since something else looks as it did before: a number, a webhook, a message of their own."""

from collections.abc import Mapping
from typing import Any

from inbox_client import Inbox
from inbox_client.api import JSON
from inbox_client.inbox import APPLICATION, maker_of
from mutants.clients.broken import broken
from mutants.clients.receiving import record_in


@broken("keeps what it has said as it said it, though staff change it", "BELIEF", "staff_edit")
class KeepsItsOwnWords(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if name != "messages" or record["id"] not in self.copy[name] or maker_of(record)[0] != APPLICATION:
            super().remember(name, record)


class AnswersOnTheChannelOf(Inbox):
    """Answers on the channel of a message, where there is one."""

    def chosen(self, written: list[JSON]) -> JSON | None:
        raise NotImplementedError

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        there = [one for _, one in sorted(self.copy["messages"].items()) if one["links"]["conversation"] == conversation["id"]]
        message = self.chosen(there)
        super().say(conversation if message is None else conversation | {"default_channel": message["channel"]}, sender, content)


@broken("answers on the channel of the guest's first message", "MSG002", "written_elsewhere")
class AnswersOnTheFirstChannel(AnswersOnTheChannelOf):
    def chosen(self, written: list[JSON]) -> JSON | None:
        return next((one for one in written if not self.is_host(one["links"]["sender"])), None)


@broken("answers on the channel of the guest's last message", "MSG002", "written_elsewhere")
class AnswersOnTheLastChannel(AnswersOnTheChannelOf):
    def chosen(self, written: list[JSON]) -> JSON | None:
        return next((one for one in reversed(written) if not self.is_host(one["links"]["sender"])), None)


@broken("answers on the channel of the newest message that has one", "MSG002", "written_elsewhere")
class AnswersOnTheNewestChannel(AnswersOnTheChannelOf):
    def chosen(self, written: list[JSON]) -> JSON | None:
        return next((one for one in reversed(written) if one["channel"] is not None), None)


class FollowsHintsIf(Inbox):
    """Follows a webhook about a conversation that it knows only if what it brings differs."""

    def differs(self, told: JSON, known: JSON) -> bool:
        raise NotImplementedError

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before, accepted = set(self.hinted), super().receive(headers, body)
        kind, record = record_in(body)
        known = self.copy["conversations"].get(record["id"]) if kind == "conversation" else None
        if accepted and known is not None and not self.differs(record, known):
            self.hinted = before
        return accepted


@broken("asks for a conversation that a webhook names if the number of its bookings differs", "BELIEF", "several_connected")
class CountsTheBookings(FollowsHintsIf):
    def differs(self, told: JSON, known: JSON) -> bool:
        return len(told["links"]["bookings"]) != len(known["links"]["bookings"])


@broken("asks for a conversation that a webhook names if the webhook tells of other bookings", "BELIEF", "connected_later")
class ComparesTheBookings(FollowsHintsIf):
    def differs(self, told: JSON, known: JSON) -> bool:
        return sorted(told["links"]["bookings"]) != sorted(known["links"]["bookings"])


@broken("passes over a webhook that tells of a conversation without bookings", "BELIEF", "several_connected")
class WantsBookingsInAWebhook(FollowsHintsIf):
    def differs(self, told: JSON, known: JSON) -> bool:
        return bool(told["links"]["bookings"])


class TakesChangesIf(Inbox):
    """Takes up a change of a message that it knows only if it has a reason to."""

    def takes(self, told: JSON, known: JSON) -> bool:
        raise NotImplementedError

    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name != "messages" or known is None or self.takes(record, known):
            super().remember(name, record)


@broken("takes up what is changed in messages of a later second only", "BELIEF", "two_changes_in_a_second")
class WantsALaterSecond(TakesChangesIf):
    def takes(self, told: JSON, known: JSON) -> bool:
        return bool(told["updated_at"] > known["updated_at"])


@broken("takes up the first change of a message only", "BELIEF", "two_changes_in_a_second")
class TakesOneChange(TakesChangesIf):
    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.changed: set[int] = set()

    def takes(self, told: JSON, known: JSON) -> bool:
        changes = told["content"] != known["content"]
        first = changes and told["id"] not in self.changed
        self.changed |= {told["id"]} if changes else set()
        return first or not changes


@broken("takes up no change of an internal note", "BELIEF", "staff_edit")
class KeepsNotes(TakesChangesIf):
    def takes(self, told: JSON, known: JSON) -> bool:
        return bool(told["visibility"] != "internal")

"""Clients that lose what a webhook tells of and no list does, or take another account's for their own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from inbox_client import Api, Inbox, Later, LostAnswer, Refused
from inbox_client.api import JSON, Answer
from mutants.clients.broken import broken
from mutants.clients.hearing import PLURALS
from mutants.clients.receiving import record_in


@broken("takes a webhook for a reason to read its lists again, and forgets what it was about", "BELIEF", "connected_later")
class ForgetsWhatItWasAbout(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        self.hinted.clear()
        return accepted


@broken("listens for new conversations only", "BELIEF", "connected_later")
class ListensForNewConversations(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before = set(self.hinted)
        accepted = super().receive(headers, body)
        if not json.loads(body)["event"].endswith("_created"):
            self.hinted = before
        return accepted


@broken("asks only for conversations that it does not know yet when a webhook names them", "BELIEF", "connected_later")
class AsksForUnknownConversations(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        self.hinted -= self.copy["conversations"].keys()
        return accepted


@broken("keeps what the last webhook was about only", "BELIEF", "several_connected")
class KeepsTheLastHint(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before = set(self.hinted)
        accepted = super().receive(headers, body)
        self.hinted = self.hinted - before or before
        return accepted


@broken("keeps what webhooks were about for one sync, and it may fail", "BELIEF", "connected_before_a_failure")
class KeepsHintsForOneSync(Inbox):
    def sync(self) -> None:
        try:
            super().sync()
        finally:
            self.hinted.clear()


@broken("passes over errors when it asks for what webhooks were about", "BELIEF", "connected_before_a_failure")
class SwallowsErrorsOfHints(Inbox):
    def follow_hints(self) -> None:
        try:
            super().follow_hints()
        except LostAnswer:
            self.hinted.clear()


@broken("reads one page of the conversations that it asks for by their ids", "BELIEF", "several_connected")
class ReadsOnePageOfIds(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        for page in super().pages(path, **query):
            yield page
            if path.startswith("inbox/conversations/"):
                return


@broken("takes the time of what it asked for by ids for that of the list", "BELIEF", "several_connected")
class TakesTheTimeOfIds(Inbox):
    def follow_hints(self) -> None:
        pages = self.api.pages

        def timed(path: str, **query: str) -> Iterator[Answer]:
            for page in pages(path, **query):
                self.synced_at["conversations"] = page.synced_at
                yield page

        self.api.pages = timed  # type: ignore[method-assign]
        super().follow_hints()
        self.api.pages = pages  # type: ignore[method-assign]


@broken("keeps the bookings that a conversation had at first", "BELIEF", "connected_later")
class KeepsTheFirstBookings(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name == "conversations" and known is not None:
            record = {**record, "links": {**record["links"], "bookings": known["links"]["bookings"]}}
        super().remember(name, record)


@broken("looks at a conversation again only if its updated_at has moved", "BELIEF", "connected_later")
class LooksAtNewTimesOnly(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if (
            name != "conversations"
            or known is None
            or known["updated_at"] != record["updated_at"]
            or known["closed_at"] != record["closed_at"]
        ):
            super().remember(name, record)


@broken("is not prepared for a conversation that its token does not show", "CRASH", "other_account")
class DiesOfAStranger(Inbox):
    def follow_hints(self) -> None:
        for number in sorted(self.hinted):
            (record,) = self.api.call("GET", f"{self.api.url}/inbox/conversations/{number}").records
            self.remember("conversations", record)


@broken("waits for a conversation that its token does not show", "STUCK", "other_account")
class WaitsForAStranger(Inbox):
    def follow_hints(self) -> None:
        asked = set(self.hinted)
        super().follow_hints()
        if not asked <= self.copy["conversations"].keys():
            self.hinted = asked
            raise Later("a conversation is still to come")


@broken("believes in a conversation that a webhook tells of, until a list says otherwise", "BELIEF", "other_account")
class BelievesInStrangers(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        kind, record = record_in(body)
        if accepted and kind in PLURALS and record["id"] not in self.copy[PLURALS[kind]] and record.get("status") != "Canceled":
            self.copy[PLURALS[kind]][record["id"]] = record
        return accepted


@broken("gives up all that webhooks were about when one of it is not there", "BELIEF", "mixed_hints")
class GivesUpAllHints(Inbox):
    def follow_hints(self) -> None:
        asked = sorted(self.hinted)
        try:
            found: list[Any] = [self.api.call("GET", f"{self.api.url}/inbox/conversations/{number}").records[0] for number in asked]
        except Refused as refused:
            if refused.status != 404:
                raise
            found = []
        for record in found:
            self.remember("conversations", record)
        self.hinted.clear()


class TakesForACopy(Inbox):
    """Takes a webhook for a copy of one that it has heard."""

    def key(self, event: str, record: JSON) -> object:
        raise NotImplementedError

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        heard: set[object] = self.__dict__.setdefault("heard", set())
        before, key = set(self.hinted), self.key(json.loads(body)["event"], record_in(body)[1])
        accepted = super().receive(headers, body)
        if key in heard:
            self.hinted = before
        heard.add(key)
        return accepted


@broken("takes a webhook of the same event, record and updated_at for a copy", "BELIEF", "connected_later")
class TakesTheSameTimeForACopy(TakesForACopy):
    def key(self, event: str, record: JSON) -> object:
        return event, record["id"], record["updated_at"]


@broken("takes a webhook of the same event and record for a copy", "BELIEF", "connected_later")
class TakesTheSameRecordForACopy(TakesForACopy):
    def key(self, event: str, record: JSON) -> object:
        return event, record["id"]

"""Clients betrayed by a database, a queue or a cache: what is gone stays, what hardly differs is the same, what comes again is known."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from inbox_client import Api, Inbox, Later, LostAnswer
from inbox_client.api import JSON, Answer
from mutants.clients.broken import broken
from mutants.clients.listing import SwallowsErrorsOf
from mutants.clients.receiving import record_in
from mutants.clients.syncing import Keeps
from mutants.clients.writing import send


class Merges(Inbox):
    """Merges what a record links to into what it linked to before."""

    name, link = "", ""

    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name == self.name and known is not None:
            ties = {*known["links"][self.link], *record["links"][self.link]}
            record = {**record, "links": {**record["links"], self.link: sorted(ties)}}
        super().remember(name, record)


@broken("never takes a booking out of a conversation", "BELIEF", "disconnected_later")
class KeepsBookingsThatAreGone(Merges):
    name, link = "conversations", "bookings"


@broken("never takes a conversation from a booking", "BELIEF", "disconnected_later")
class KeepsConversationsThatAreGone(Merges):
    name, link = "bookings", "conversations"


@broken("takes a webhook for a copy whose body it has seen before", "BELIEF", "disconnected_later")
class KnowsTheBody(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before, heard = set(self.hinted), self.__dict__.setdefault("heard", set())
        accepted, told = super().receive(headers, body), hashlib.sha256(body).digest()
        self.hinted = before if told in heard else self.hinted
        heard.update({told} if accepted else ())
        return accepted


@broken("takes an answer that is the last one of its hour for a refusal", "TWICE", "refused_answer")
class StopsAtTheLastRequest(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        answer = super().exchange(method, url, **more)
        if answer.headers.get("X-RateLimit-Remaining") == "0":
            raise Later("the hour's requests are used up", not_before=int(answer.headers["X-RateLimit-Reset"]))
        return answer


@broken("keeps a newer state of a booking only if its updated_at has moved", "SYN005", "two_changes_in_a_second")
class KeepsTheFirstBookingOfASecond(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name != "bookings" or known is None or known["updated_at"] < record["updated_at"]:
            super().remember(name, record)


@broken("writes a text anew only if its database does not hold both for equal, which heeds no case", "BELIEF", "staff_edit")
class ComparesByCollation(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"], {})
        if name == "messages" and known.get("content", "").casefold() == record["content"].casefold():
            record = {**record, "content": known["content"]}
        super().remember(name, record)


@broken("asks for messages since the newest one that it has read", "BELIEF", "change_between_pages")
class AsksFromTheNewestMessage(Keeps):
    def time_of(self, name: str, synced_at: str, records: list[JSON]) -> str:
        newest = max((record["updated_at"].replace("T", " ").replace("Z", " UTC") for record in records), default="")
        return max(newest, self.synced_at.get(name, "")) or synced_at if name == "messages" else synced_at


@broken("keeps the time that the last page of the bookings tells", "SYN005", "change_between_pages")
class KeepsTheTimeOfTheLastBookings(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        *_, last = every = list(super().pages(path, **query))
        yield from (Answer(page.status, last.headers if path == "bookings" else page.headers, page.body, page.next_url) for page in every)


@broken("takes the time at which it read the hosts for that of the messages", "BELIEF", "joined_while_answering")
class TakesTheTimeOfTheHosts(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        made = super().add_host(conversation)
        self.synced_at["messages"] = self.synced_at["hosts"]
        return made


@broken("passes over a 429 when it asks for what webhooks were about", "BELIEF", "connected_before_a_failure")
class SwallowsA429OfHints(Inbox):
    def follow_hints(self) -> None:
        try:
            super().follow_hints()
        except Later as later:
            if later.not_before is None:
                raise
            self.hinted.clear()


@broken("does not ask for a conversation that is closed when a webhook names it", "BELIEF", "several_connected")
class AsksForOpenConversations(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before, accepted = set(self.hinted), super().receive(headers, body)
        kind, record = record_in(body)
        self.hinted = before if kind == "conversation" and record["closed_at"] else self.hinted
        return accepted


@broken("forgets what webhooks were about when it gets a new token", "BELIEF", "several_connected")
class ForgetsHintsWithItsToken(Inbox):
    def catch_up(self, name: str) -> None:
        before = self.api.token
        super().catch_up(name)
        if self.api.token != before:
            self.hinted.clear()


@broken("takes the account of its first webhook for its own", "BELIEF", "mixed_hints")
class TakesTheFirstAccountForItsOwn(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        before, accepted = set(self.hinted), super().receive(headers, body)
        account = json.loads(body)["account_id"]
        if accepted and self.__dict__.setdefault("account", account) != account:
            self.hinted = before
        return accepted


@broken("passes over a 429 when it reads messages", "BELIEF", "rate_limit")
class SwallowsA429OfMessages(Inbox):
    def catch_up(self, name: str) -> None:
        try:
            super().catch_up(name)
        except Later as later:
            if later.not_before is None or name != "messages":
                raise


@broken("passes over errors when it reads conversations", "BELIEF", "spoiled_answer")
class SwallowsErrorsOfConversations(SwallowsErrorsOf):
    swallowed = "conversations"


@broken("gives its answers in the order in which it was told: one that waits keeps all others back", "STUCK", "conversation_never")
class AnswersInOrder(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        queue: list[tuple[int, str]] = self.__dict__.setdefault("queue", [])
        if (booking_id, content) not in queue:
            queue.append((booking_id, content))
        if queue[0] != (booking_id, content):
            self.sync()
            raise Later("an earlier answer waits")
        super().reply(booking_id, content)
        queue.pop(0)


@broken("makes sure by a sync that its answer is there, and puts it off once more when that fails", "TWICE", "written_while_answering")
class ConfirmsBySyncing(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        super().reply(booking_id, content)
        self.sync()


@broken("says its answer in a note, too", "UNASKED", "two_guests")
class AnswersInANoteToo(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        send(self, conversation, sender, content, visibility="internal", channel=None)


@broken("keeps its answer as a file, too", "CLUTTER", "two_guests")
class AnswersInAFileToo(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        self.api.create("inbox/attachments", name="answer.txt", remote_file_url="https://files.example.com/answer.txt")


@broken("keeps a new token only if the answer that it was needed for was given", "CRASH", "refused_answer")
class RollsBackATokenOfItsAnswer(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        before = self.api.token, self.api.refresh_token
        try:
            super().reply(booking_id, content)
        except LostAnswer:
            self.api.token, self.api.refresh_token = before
            raise

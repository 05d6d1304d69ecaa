"""Clients with what goes wrong where an API meets queues, caches, databases and loops: none of it is about the inbox itself."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from inbox_client import Api, Inbox, Later, Refused
from inbox_client.api import JSON, Answer
from inbox_client.inbox import LISTS
from mutants.clients.believing import SYNCED_AT
from mutants.clients.broken import broken
from mutants.clients.syncing import Keeps


@broken("asks with If-None-Match, and is not prepared for a 304", "CRASH", "two_changes_in_a_second")
class DiesOfA304(Api):
    kept: dict[str, Answer] | None = None

    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        self.kept = self.kept or {}
        key = f"{method} {url} {more.get('fields')}"
        if key in self.kept:
            more["headers"] = {**more["headers"], "If-None-Match": self.kept[key].headers["ETag"]}
        answer = super().exchange(method, url, **more)
        if method == "GET" and answer.status == 200:
            self.kept[key] = answer
        return self.taken_for(answer, self.kept[key]) if answer.status == 304 else answer

    def taken_for(self, answer: Answer, _kept: Answer) -> Answer:
        return answer


@broken("takes a 304 for what it has kept of a page, and for the end of the list", "SYN002", "error_between_pages")
class EndsAListWithA304(DiesOfA304):
    def taken_for(self, _answer: Answer, kept: Answer) -> Answer:
        return Answer(200, kept.headers, kept.body, None)


class RollsBack(Inbox):
    """Takes back, when a sync fails, what its transaction held."""

    def held(self) -> Callable[[], None]:
        raise NotImplementedError

    def sync(self) -> None:
        roll_back = self.held()
        try:
            super().sync()
        except Later:
            roll_back()
            raise


@broken("keeps a new token in the transaction of a sync, and takes it back when that fails", "CRASH", "token_expires")
class RollsBackItsToken(RollsBack):
    def held(self) -> Callable[[], None]:
        before = self.api.token, self.api.refresh_token

        def roll_back() -> None:
            self.api.token, self.api.refresh_token = before

        return roll_back


@broken("takes records back when a sync fails, and not the times up to which it has read", "BELIEF", "server_error")
class RollsBackItsRecords(RollsBack):
    def held(self) -> Callable[[], None]:
        before = {name: dict(records) for name, records in self.copy.items()}
        return lambda: setattr(self, "copy", before)


@broken("keeps its lock when a sync fails", "STUCK", "server_error")
class StaysLocked(Inbox):
    locked = False

    def sync(self) -> None:
        if self.locked:
            raise Later("another sync is under way")
        self.locked = True
        super().sync()
        self.locked = False


@broken("stops for good after three failures in a row", "STUCK", "fails_three_times")
class OpensItsCircuit(Inbox):
    failures = 0

    def sync(self) -> None:
        if self.failures > 2:
            raise Later("the circuit is open")
        self.failures += 1
        super().sync()
        self.failures = 0


class AnswersApart(Inbox):
    """Does something else while it answers than while it synchronises."""

    answering = False

    def reply(self, booking_id: int, content: str) -> None:
        self.answering = True
        try:
            super().reply(booking_id, content)
        finally:
            self.answering = False


@broken("answers from its copy, and does not look whether the booking is there by now", "STUCK", "no_host")
class AnswersFromItsCopy(AnswersApart):
    def sync(self) -> None:
        if not self.answering:
            super().sync()


@broken("answers from its copy of who takes part, and adds a host beside one who has joined", "CLUTTER", "host_added_late")
class AnswersWithOldParticipants(AnswersApart):
    def catch_up(self, name: str) -> None:
        if not (self.answering and name == "participants" and name in self.synced_at):
            super().catch_up(name)


@broken("reads Retry-After of a 429, which has none", "CRASH", "rate_limit")
class ReadsRetryAfter(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        try:
            return super().exchange(method, url, **more)
        except Later as later:
            if later.not_before is not None:
                raise KeyError("Retry-After") from later
            raise


@broken("asks for what has changed without from", "BELIEF", "distant_stays")
class ForgetsFromLater(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        return super().pages(path, **{name: given for name, given in query.items() if name != "from" or "updated_since" not in query})


@broken("reads a list only if it holds another number of records than before", "SYN005", "staff_edit")
class ComparesCounts(Inbox):
    def catch_up(self, name: str) -> None:
        path, query = LISTS[name]
        first = next(self.api.pages(path, **query, per_page="1"))
        if int(first.headers["X-Total-Count"]) != len(self.copy[name]):
            super().catch_up(name)


@broken("reads messages of conversations alone whose last_message_at has moved", "BELIEF", "staff_edit")
class LooksAtLastMessageAt(Inbox):
    def sync(self) -> None:
        self.moved: set[int] = set()
        super().sync()

    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"], {})
        if name == "conversations" and known.get("last_message_at") != record["last_message_at"]:
            self.moved.add(record["id"])
        if name != "messages" or record["links"]["conversation"] in self.moved or record["id"] not in self.copy[name]:
            super().remember(name, record)


@broken("dies of a record that comes twice in one list", "CRASH", "page_shift")
class InsertsAListAtOnce(Inbox):
    def catch_up(self, name: str) -> None:
        self.inserted: set[tuple[str, int]] = set()
        super().catch_up(name)

    def remember(self, name: str, record: JSON) -> None:
        if (name, record["id"]) in self.inserted:
            raise ValueError("ON CONFLICT DO UPDATE command cannot affect row a second time")
        self.inserted.add((name, record["id"]))
        super().remember(name, record)


@broken("takes what has the words that it has said for an echo of them", "MSG003", "lost_answer")
class PassesOverEchoes(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        self.words = {*getattr(self, "words", ()), content}
        super().say(conversation, sender, content)

    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        if name == "messages":
            words: set[str] = getattr(self, "words", set())
            self.copy[name] = {i: found for i, found in self.copy[name].items() if i in before or found["content"] not in words}


@broken("keeps what two webhooks were about, and no more", "BELIEF", "several_connected")
class KeepsTwoHints(Inbox):
    def receive(self, headers: Any, body: bytes) -> bool:
        before = set(self.hinted)
        accepted = super().receive(headers, body)
        self.hinted = self.hinted if len(self.hinted) < 3 else before
        return accepted


@broken("asks one by one for what webhooks were about, and leaves the rest when one is not there", "BELIEF", "mixed_hints")
class AsksOneByOne(Inbox):
    def follow_hints(self) -> None:
        hinted, self.hinted = self.hinted, set()
        try:
            for number in sorted(hinted):
                for page in self.api.pages(f"inbox/conversations/{number}"):
                    for record in page.records:
                        self.remember("conversations", record)
        except Refused:
            return


@broken("sends the files of the thread along with its answer", "UNASKED", "attachments")
class SendsFilesAlong(Api):
    def create(self, path: str, **attributes: object) -> JSON:
        files = {record["id"] for page in self.pages("inbox/attachments") for record in page.records}
        return super().create(path, **attributes, **({"attachment_ids": sorted(files)} if path == "inbox/messages" else {}))


def _writes_times(name: str, fault: str, form: Callable[[datetime], str]) -> type[Keeps]:
    def time_of(_self: Keeps, _name: str, synced_at: str, _records: list[JSON]) -> str:
        return form(datetime.strptime(synced_at, SYNCED_AT).replace(tzinfo=UTC))

    return broken(fault, "SYN001", "staff_edit")(type(name, (Keeps,), {"time_of": time_of}))


WRITES_TIMES = [
    _writes_times("WritesTheDayFirst", "writes times with the day first", lambda at: at.strftime("%d/%m/%Y %H:%M:%S")),
    _writes_times("SwapsDayAndMonth", "writes the day where the month belongs", lambda at: at.strftime("%Y-%d-%m %H:%M:%S UTC")),
    _writes_times("WritesSeconds", "writes times as seconds since 1970", lambda at: str(int(at.timestamp()))),
    _writes_times("EscapesTimesTwice", "escapes times twice", lambda at: quote(at.strftime(SYNCED_AT))),
    _writes_times("LosesThePlus", "writes an offset whose plus comes as a blank", lambda at: at.strftime("%Y-%m-%dT%H:%M:%S 00:00")),
]

"""Clients that lose what changes while they read, or the place where they were."""

from collections.abc import Iterable, Iterator
from typing import Any

from inbox_client import Api, Inbox, Later, Refused
from inbox_client.api import JSON, Answer
from inbox_client.inbox import LISTS
from mutants.clients.believing import Drops
from mutants.clients.broken import broken


@broken("keeps the time that the last page of a list tells, not the first one", "SYN005", "change_between_pages")
class KeepsTheTimeOfTheLastPage(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        *_, last = every = list(super().pages(path, **query))
        yield from (Answer(page.status, last.headers, page.body, page.next_url) for page in every)


@broken("keeps one time for all lists: that of the last one", "SYN004", "change_between_lists")
class KeepsOneTimeForAllLists(Inbox):
    def sync(self) -> None:
        super().sync()
        self.synced_at = dict.fromkeys(self.synced_at, max(self.synced_at.values()))


@broken("goes on with the next page when the token has expired", "BELIEF", "token_expires_between_pages")
class SkipsThePageOfARefresh(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        before = self.token
        for page in super().pages(path, **query):
            if self.token == before:
                yield page
            before = self.token


@broken("takes a list for complete when the token expires", "SYN002", "token_expires_between_pages")
class EndsAListWithItsToken(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        for number, page in enumerate(super().pages(path, **query)):
            if number == 0:
                before = self.token
            if self.token != before:
                return
            yield page


@broken("reads a list to its end with the token that it began with", "AUT001", "token_expires_between_pages")
class ReadsAListWithOneToken(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        pages = super().pages(path, **query)
        yield next(pages)
        first = self.token
        for page in pages:
            self.token = first
            yield page


@broken("goes on where a listing failed, however long ago that was", "BELIEF", "shrinks_before_a_retry")
class ResumesWhereItFailed(Api):
    failed: dict[str, str] | None = None

    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        self.failed = self.failed or {}
        url = self.failed.get(path)
        page = self.call("GET", url) if url else self.call("GET", f"{self.url}/{path}", fields=query)
        self.failed.pop(path, None)
        yield page
        while page.next_url is not None:
            self.failed[path] = page.next_url
            page = self.call("GET", page.next_url)
            del self.failed[path]
            yield page


@broken("passes over a server's error in the middle of a sync, and says that all is well", "BELIEF", "server_error")
class SwallowsErrors(Inbox):
    def catch_up(self, name: str) -> None:
        try:
            super().catch_up(name)
        except Later as later:
            if later.not_before is not None:
                raise


@broken("asks for what has changed since a second later", "SYN003", "two_changes_in_a_second")
class AsksFromTheNextSecond(Inbox):
    def catch_up(self, name: str) -> None:
        super().catch_up(name)
        at, second = self.synced_at[name][:17], int(self.synced_at[name][17:19])
        self.synced_at[name] = f"{at}{min(second + 1, 59):02} UTC"


@broken("reads five pages of a list at most", "SYN002", "long_lists")
class ReadsFivePages(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        for _, page in zip(range(5), super().pages(path, **query), strict=False):
            yield page


@broken("reads twenty pages of a list at most", "SYN002", "long_lists")
class ReadsTwentyPages(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        for _, page in zip(range(20), super().pages(path, **query), strict=False):
            yield page


@broken("loses the parameters of a list that it asks for once more with a new token", "SYN004", "token_expires")
class LosesParametersWithTheToken(Api):
    def call(self, method: str, url: str, **more: Any) -> Answer:
        if self.token is not None and method == "GET":
            answer = self.exchange(method, url, headers={"Authorization": f"Bearer {self.token}"}, **more)
            if answer.status < 400:
                return answer
            if answer.status != 401:
                raise Refused(f"{method} {url}: {answer.status} {answer.body}", answer.status)
            self.token = None
            more.pop("fields", None)
        return super().call(method, url, **more)


class Keeps(Inbox):
    """Keeps what a list brings in its own way: what is deleted, what is missing in a full listing, and the time to ask from."""

    def forget(self, name: str, ids: Iterable[int]) -> None:
        for number in ids:
            self.copy[name].pop(number, None)

    def miss(self, name: str, ids: Iterable[int]) -> None:
        for number in ids:
            self.copy[name].pop(number, None)

    def time_of(self, name: str, synced_at: str, records: list[JSON]) -> str:
        return synced_at

    def catch_up(self, name: str) -> None:
        path, query = LISTS[name]
        since = {"updated_since": self.synced_at[name]} if name in self.synced_at else {}
        pages = list(self.api.pages(path, **query, **since))
        records = [record for page in pages for record in page.records]
        missing = set() if since else self.copy[name].keys() - {record["id"] for record in records}
        for record in records:
            self.remember(name, record)
        self.forget(name, list(dict.fromkeys(number for page in pages for number in page.deleted_ids)))
        self.miss(name, missing)
        self.synced_at[name] = self.time_of(name, pages[0].synced_at, records)


@broken("asks for what has changed since the newest record that it has read", "SYN005", "change_between_pages")
class AsksFromTheNewestRecord(Keeps):
    def time_of(self, name: str, synced_at: str, records: list[JSON]) -> str:
        newest = max((record["updated_at"].replace("T", " ").replace("Z", " UTC") for record in records), default="")
        return max(newest, self.synced_at.get(name, "")) or synced_at


@broken("asks for messages since its own one", "BELIEF", "written_while_answering")
class AsksFromItsOwnMessage(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        newest = max(message["updated_at"] for message in self.copy["messages"].values())
        self.synced_at["messages"] = max(self.synced_at["messages"], newest.replace("T", " ").replace("Z", " UTC"))


@broken("keeps what an interrupted listing brought and the next one did not", "SYN004", "shrinks_before_a_retry")
class KeepsWhatAFullListingMisses(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name]) if name not in self.synced_at else {}
        super().catch_up(name)
        self.copy[name] = before | self.copy[name]


@broken("deletes the first one of those that are deleted", "SYN004", "cancelled_together")
class DeletesTheFirst(Keeps):
    def forget(self, name: str, ids: Iterable[int]) -> None:
        super().forget(name, list(ids)[:1])


@broken("deletes the last one of those that are deleted", "SYN004", "cancelled_together")
class DeletesTheLast(Keeps):
    def forget(self, name: str, ids: Iterable[int]) -> None:
        super().forget(name, list(ids)[-1:])


@broken("deletes at the end of a sync, and forgets to when that is interrupted", "SYN004", "fails_after_a_deletion")
class DeletesAtTheEnd(Keeps):
    dead: frozenset[int] = frozenset()

    def sync(self) -> None:
        self.dead = frozenset()
        super().sync()
        super().forget("bookings", self.dead)

    def forget(self, name: str, ids: Iterable[int]) -> None:
        self.dead |= {*ids} if name == "bookings" else set()


@broken("takes what has the id of a deleted booking for deleted, in every list", "BELIEF", "shared_id")
class TakesIdsForDeleted(Keeps):
    dead: frozenset[int] = frozenset()

    def forget(self, name: str, ids: Iterable[int]) -> None:
        super().forget(name, ids)
        self.dead |= {*ids}

    def remember(self, name: str, record: JSON) -> None:
        if record["id"] not in self.dead:
            super().remember(name, record)


@broken("drops messages and participants of a conversation that it has not read yet", "BELIEF", "opened_between_lists")
class DropsPartsOfTheUnknown(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name in {"participants", "messages"} and record["links"]["conversation"] not in self.copy["conversations"]


@broken("drops conversations of a booking that it has not read yet", "BELIEF", "opened_between_lists")
class DropsConversationsOfTheUnknown(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        bookings = record["links"].get("bookings")
        return name == "conversations" and bool(bookings) and not self.copy["bookings"].keys() & {*bookings}


@broken("drops messages of a participant whom it has not read yet", "BELIEF", "opened_between_lists")
class DropsMessagesOfTheUnknown(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and record["links"]["sender"] not in self.copy["participants"]


@broken("keeps ids in 16 bits", "BELIEF", "large_ids")
class DropsLargeIds(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["id"] > 0xFFFF


@broken("takes a new record with a lower id than another for an old one", "BELIEF", "large_ids")
class ExpectsIdsToRise(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if name != "bookings" or record["id"] in self.copy[name] or record["id"] > max(self.copy[name], default=0):
            super().remember(name, record)

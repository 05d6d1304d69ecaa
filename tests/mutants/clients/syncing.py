"""Clients that lose what changes while they read, or the place where they were."""

from collections.abc import Iterator

from inbox_client import Api, Inbox, Later
from inbox_client.api import Answer
from mutants.clients.broken import broken


@broken("keeps the time that the last page of a list tells, not the first one", "BELIEF", "change_between_pages")
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

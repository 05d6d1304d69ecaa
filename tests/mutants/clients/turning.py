"""Clients that turn pages wrongly, or take too little from one."""

from collections.abc import Callable, Iterator

from inbox_client import Api, Inbox, LostAnswer
from inbox_client.api import ENVELOPE, JSON, Answer
from inbox_client.inbox import LISTS
from mutants.clients.broken import broken


@broken("counts pages from zero", "SYN002", "many_pages")
class CountsPagesFromZero(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        total, number = 1, 0
        while number < total:
            page = self.call("GET", f"{self.url}/{path}", fields={**query, "page": str(number)})
            total, number = int(page.headers["X-Total-Pages"]), number + 1
            yield page


@broken("reads a hundred records of a list at most", "SYN002", "full_page")
class ReadsAHundred(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        count = 0
        for page in super().pages(path, **query):
            yield page
            count += len(page.records)
            if count >= 100:
                return


@broken("ends a list with the first page that brings what it has already", "SYN002", "error_between_pages")
class EndsWithWhatItHas(Inbox):
    def catch_up(self, name: str) -> None:
        path, query = LISTS[name]
        synced_at = None
        for page in self.api.pages(path, **query, **({"updated_since": self.synced_at[name]} if name in self.synced_at else {})):
            synced_at = synced_at or page.synced_at
            had = [record["id"] for record in page.records if self.copy[name].get(record["id"]) == record]
            for record in page.records:
                self.remember(name, record)
            for record_id in page.deleted_ids:
                self.copy[name].pop(record_id, None)
            if had:
                break
        self.synced_at[name] = str(synced_at)


@broken("takes a list for complete when its next page has failed three times", "BELIEF", "fails_twice")
class EndsAfterThreeTries(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        page = self.call("GET", f"{self.url}/{path}", fields=query)
        yield page
        while page.next_url is not None:
            for _ in range(3):
                try:
                    page = self.call("GET", page.next_url)
                except LostAnswer:
                    continue
                yield page
                break
            else:
                return


@broken("is content with the first page of a list that has failed three times", "BELIEF", "fails_three_times")
class IsContentWithTheFirstPage(Api):
    failures: dict[str, int] | None = None

    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        self.failures = self.failures or {}
        try:
            for number, page in enumerate(super().pages(path, **query)):
                yield page
                if number == 0 and self.failures.get(path, 0) > 2:
                    break
        except LostAnswer:
            self.failures[path] = self.failures.get(path, 0) + 1
            raise
        self.failures.pop(path, None)


def _takes(name: str, fault: str, killed_by: str, hazard: str, change: Callable[[list[JSON], int], list[JSON]]) -> type[Api]:
    def pages(self: Api, path: str, **query: str) -> Iterator[Answer]:
        for number, page in enumerate(Api.pages(self, path, **query)):
            plural = next(key for key in page.body if key not in ENVELOPE)
            yield Answer(page.status, page.headers, {**page.body, plural: change(page.records, number)}, page.next_url)

    return broken(fault, killed_by, hazard)(type(name, (Api,), {"pages": pages}))


TAKES = [
    _takes("TakesTheLastOfAPage", "keeps the last record of each page, several times", "BELIEF", "many_pages", lambda found, _: found[-1:]),
    _takes("SkipsTheFirst", "skips the first record of later pages", "BELIEF", "many_pages", lambda found, number: found[min(number, 1) :]),
    _takes(
        "OverwritesTheLast",
        "overwrites a page's last record with the one before",
        "BELIEF",
        "many_pages",
        lambda found, _: found[:-1] or found,
    ),
    _takes("TakesNinetyNine", "keeps 99 records of a page", "BELIEF", "full_page", lambda found, _: found[:99]),
]

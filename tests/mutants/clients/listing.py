"""Clients that lose their place in lists, or the time from which they ask again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from inbox_client import Api, Inbox, Later, LostAnswer
from inbox_client.api import Answer
from inbox_client.inbox import INBOX
from mutants.clients.believing import SYNCED_AT
from mutants.clients.broken import broken


def _takes_time(for_list: str, of_list: str) -> type[Inbox]:
    def sync(self: Inbox) -> None:
        Inbox.sync(self)
        self.synced_at[for_list] = self.synced_at[of_list]

    code = "SYN004" if for_list == "bookings" else "BELIEF"
    name = f"Takes_time_of_{of_list}_for_{for_list}"
    fault = f"asks for {for_list} from the time at which it read {of_list}, which was later"
    return broken(fault, code, "change_between_lists")(type(name, (Inbox,), {"sync": sync}))


TIMES = [
    _takes_time("bookings", "conversations"),
    _takes_time("conversations", "participants"),
    _takes_time("conversations", "messages"),
    _takes_time("participants", "messages"),
]


class WritesTimesOtherwise(Inbox):
    """Writes the synced-at of a list otherwise than it got it."""

    def otherwise(self, at: datetime) -> str:
        raise NotImplementedError

    def catch_up(self, name: str) -> None:
        super().catch_up(name)
        at = datetime.strptime(self.synced_at[name], SYNCED_AT)  # noqa: DTZ007 - it says UTC itself
        self.synced_at[name] = self.otherwise(at)


@broken("rounds times up to the minute", "SYN003", "stale_read")
class RoundsUpToTheMinute(WritesTimesOtherwise):
    def otherwise(self, at: datetime) -> str:
        return (at + timedelta(seconds=-at.second % 60)).strftime(SYNCED_AT)


@broken("writes times as those of Paris, and says UTC", "SYN003", "staff_edit")
class WritesLocalTimes(WritesTimesOtherwise):
    def otherwise(self, at: datetime) -> str:
        return (at + timedelta(hours=2)).strftime(SYNCED_AT)


@broken("writes hours up to twelve", "SYN003", "turn_of_the_year")
class WritesTwelveHours(WritesTimesOtherwise):
    def otherwise(self, at: datetime) -> str:
        return at.strftime("%Y-%m-%d %I:%M:%S UTC")


@broken("keeps the date of the answer before midnight with the time after it", "SYN003", "turn_of_the_year")
class WritesTheNextDay(WritesTimesOtherwise):
    def otherwise(self, at: datetime) -> str:
        return at.strftime(SYNCED_AT) if at.hour < 23 else (at + timedelta(days=1)).strftime(SYNCED_AT)


@broken("counts a list as read, though it failed", "BELIEF", "error_between_pages")
class CountsAFailedListAsRead(Inbox):
    def catch_up(self, name: str) -> None:
        try:
            super().catch_up(name)
        except Later:
            self.synced_at[name] = max(self.synced_at.values(), default="2030-06-01 12:00:00 UTC")
            raise


@broken("goes on with the list after the one that failed", "BELIEF", "server_error")
class GoesOnAfterTheListThatFailed(Inbox):
    done = 0

    def sync(self) -> None:
        while self.done < len(INBOX):
            self.done += 1
            self.catch_up(INBOX[self.done - 1])
        self.done = 0
        self.follow_hints()


@broken("reads one list a sync, in turn, and says each time that all is read", "BELIEF", "closed_meanwhile")
class ReadsOneListASync(Inbox):
    turn = -1

    def sync(self) -> None:
        self.turn += 1
        for name in INBOX if self.turn == 0 else [INBOX[self.turn % len(INBOX)]]:
            self.catch_up(name)


@broken("reads anew every second time only, and says each time that all is read", "BELIEF", "staff_edit")
class ReadsEverySecondTime(Inbox):
    turn = 0

    def sync(self) -> None:
        self.turn += 1
        if self.turn % 2:
            super().sync()


@broken("stops reading after three syncs", "BELIEF", "two_changes_in_a_second")
class StopsAfterThreeSyncs(Inbox):
    turn = 0

    def sync(self) -> None:
        self.turn += 1
        if self.turn <= 3:
            super().sync()


@broken("takes the answer that it has kept for an address for its newest", "BELIEF", "two_changes_in_a_second")
class KeepsAnswersByAddress(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        kept: dict[str, Answer] = self.__dict__.setdefault("kept", {})
        address = f"{method} {url} {more.get('fields')}"
        if method != "GET":
            return super().exchange(method, url, **more)
        if address not in kept:
            answer = super().exchange(method, url, **more)
            if answer.status >= 400:
                return answer
            kept[address] = answer
        return kept[address]


@broken("counts the pages of a list when it reads the first one", "SYN002", "page_shift")
class CountsPagesAtFirst(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        first = next(super().pages(path, **query))
        yield first
        for number in range(2, int(first.headers["X-Total-Pages"]) + 1):
            yield self.call("GET", f"{self.url}/{path}", fields={**query, "page": str(number)})


@broken("reads the last page first, and then those before it", "BELIEF", "page_shift")
class ReadsBackwards(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        first = next(super().pages(path, **query))
        yield first
        for number in range(int(first.headers["X-Total-Pages"]), 1, -1):
            yield self.call("GET", f"{self.url}/{path}", fields={**query, "page": str(number)})


@broken("ends a list when it has as many records as its first page counted", "SYN002", "page_shift")
class EndsWithTheCount(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        left: int | None = None
        for page in super().pages(path, **query):
            left = (int(page.headers["X-Total-Count"]) if left is None else left) - len(page.records)
            yield page
            if left <= 0:
                return


@broken("asks for later pages without the list's parameters", "SYN002", "past_booking")
class LosesParametersOnLaterPages(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        page, number = next(super().pages(path, **query)), 1
        yield page
        while page.next_url is not None:
            number += 1
            page = self.call("GET", f"{self.url}/{path}", fields={"page": str(number)})
            yield page


@broken("looks at deleted_ids only where a page has records", "SYN004", "cancelled_booking")
class LooksAtDeletionsBesideRecords(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        answer = super().exchange(method, url, **more)
        if answer.body.get("bookings") == []:
            answer.body.get("meta", {}).pop("deleted_ids", None)
        return answer


@broken("leaves a page out that failed twice", "BELIEF", "fails_twice")
class LeavesOutWhatFailsTwice(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        url, more = f"{self.url}/{path}", {"fields": query}
        number = 1
        while url:
            for last in (False, True):
                try:
                    page = self.call("GET", url, **more)
                except LostAnswer:
                    if not last or number == 1:
                        continue
                    number += 1
                    url, more = f"{self.url}/{path}", {"fields": {**query, "page": str(number)}}
                else:
                    yield page
                    number += 1
                    url, more = page.next_url or "", {}
                    break
            else:
                if number == 1:
                    raise Later("the first page failed twice")


@broken("passes over a page that repeats a record of an earlier one", "BELIEF", "page_shift")
class PassesOverPagesThatRepeat(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        seen: set[int] = set()
        for page in super().pages(path, **query):
            ids = {record["id"] for record in page.records}
            if not ids & seen:
                yield page
            seen |= ids


@broken("takes a list that failed three times for empty", "BELIEF", "fails_three_times")
class TakesAFailingListForEmpty(Inbox):
    def catch_up(self, name: str) -> None:
        for _ in range(3):
            try:
                super().catch_up(name)
            except LostAnswer:
                continue
            return


class SwallowsErrorsOf(Inbox):
    """Passes over what keeps one list back."""

    swallowed = ""

    def catch_up(self, name: str) -> None:
        try:
            super().catch_up(name)
        except Later as later:
            if later.not_before is not None or name != self.swallowed:
                raise


@broken("passes over errors when it reads participants", "BELIEF", "server_error")
class SwallowsErrorsOfParticipants(SwallowsErrorsOf):
    swallowed = "participants"


@broken("passes over errors when it reads messages", "BELIEF", "fails_three_times")
class SwallowsErrorsOfMessages(SwallowsErrorsOf):
    swallowed = "messages"


@broken("passes over errors when it reads bookings", "BELIEF", "server_error")
class SwallowsErrorsOfBookings(SwallowsErrorsOf):
    swallowed = "bookings"


@broken("takes messages from the conversations that have changed", "BELIEF", "staff_edit")
class TakesMessagesFromConversations(Inbox):
    def catch_up(self, name: str) -> None:
        if name == "messages":
            return
        super().catch_up(name)
        if name == "conversations":
            for conversation in [found for found in self.copy[name].values() if found.get("read_by") != found["updated_at"]]:
                conversation["read_by"] = conversation["updated_at"]
                (whole,) = self.api.call("GET", f"{self.api.url}/inbox/conversations/{conversation['id']}?include=messages").records
                for message in whole["messages"]:
                    self.remember("messages", message)

"""Clients that do not believe what is true."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from unicodedata import normalize

from driver import Driver
from inbox_client import Api, Inbox
from inbox_client.api import JSON, Answer
from inbox_client.inbox import LISTS
from mutants.clients.broken import broken

SYNCED_AT = "%Y-%m-%d %H:%M:%S UTC"


@broken("asks for everything, every time", "SYN001", "answered_elsewhere")
class ListsEverythingAgain(Inbox):
    def catch_up(self, name: str) -> None:
        self.synced_at.pop(name, None)
        super().catch_up(name)


@broken("reads the first page only", "SYN002", "many_pages")
class ReadsTheFirstPageOnly(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        yield next(super().pages(path, **query))


@broken("asks for what changed since a time of its own clock, which is two minutes fast", "SYN003", "guest_reopens")
class TrustsItsOwnClock(Inbox):
    def catch_up(self, name: str) -> None:
        super().catch_up(name)
        fast = datetime.strptime(self.synced_at[name], SYNCED_AT) + timedelta(minutes=2)  # noqa: DTZ007 - it says UTC itself
        self.synced_at[name] = fast.strftime(SYNCED_AT)


@broken("takes the answer's Date for the time up to which it is in step", "SYN003", "stale_read")
class TakesTheDateForTheSyncedAt(Api):
    def exchange(self, method: str, url: str, **more: object) -> Answer:
        answer = super().exchange(method, url, **more)
        date = datetime.strptime(answer.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")  # noqa: DTZ007 - it says GMT itself
        headers = {"X-Updated-Since-Request-Synced-At": date.strftime(SYNCED_AT)}
        return Answer(answer.status, headers, answer.body, answer.next_url)


@broken("keeps bookings that were cancelled", "SYN004", "cancelled_booking")
class KeepsWhatIsGone(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        self.copy[name] = before | self.copy[name]


@broken("keeps the first state of a record that it saw", "BELIEF", "connected_later")
class NeverLooksAgain(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if record["id"] not in self.copy[name]:
            super().remember(name, record)


@broken("counts a list as read when its first page has come", "BELIEF", "error_between_pages")
class CountsTheFirstPageAsAll(Inbox):
    def catch_up(self, name: str) -> None:
        path, query = LISTS[name]
        since = {"updated_since": self.synced_at[name]} if name in self.synced_at else {}
        for page in self.api.pages(path, **query, **since):
            self.synced_at[name] = page.synced_at
            for record in page.records:
                self.remember(name, record)
            for record_id in page.deleted_ids:
                self.copy[name].pop(record_id, None)


class Drops(Inbox):
    """Keeps a part of what it is told only."""

    def drops(self, name: str, record: JSON) -> bool:
        raise NotImplementedError

    def remember(self, name: str, record: JSON) -> None:
        super().remember(name, record)
        if self.drops(name, record):
            self.copy[name].pop(record["id"])


@broken("drops conversations that are closed", "BELIEF", "closed_meanwhile")
class DropsWhatIsClosed(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["closed_at"] is not None


@broken("drops conversations that are spam", "BELIEF", "spam")
class DropsSpam(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["marked_as_spam_at"] is not None


@broken("drops conversations that are assigned to anybody but Jan", "BELIEF", "reassigned")
class DropsWhatIsAssignedToOthers(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["links"]["assignee"] not in {None, 2}


@broken("drops notes that hosts write to each other", "BELIEF", "internal_note")
class DropsInternalNotes(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and record["visibility"] == "internal"


@broken("drops what was written in the channel's own app by a host", "BELIEF", "answered_elsewhere")
class DropsWhatWasAnsweredElsewhere(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and record["origin"] != "bookingsync_inbox" and self.is_host(record["links"]["sender"])


@broken("drops bookings that no channel made", "BELIEF", "direct_booking")
class DropsDirectBookings(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["created_by_type"] == "User"


@broken("knows one guest in each conversation", "BELIEF", "two_guests")
class KnowsOneGuest(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        others = (found for found in self.copy[name].values() if found["id"] != record["id"])
        guest = record["links"].get("member", {}).get("type") == "Client"
        return name == "participants" and guest and any(found["links"]["member"]["type"] == "Client" for found in others)


@broken("takes a conversation that was closed for closed for ever", "BELIEF", "guest_reopens")
class NeverReopens(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"], {})
        super().remember(name, {**record, "closed_at": known["closed_at"]} if known.get("closed_at") else record)


@broken("asks for bookings to come only", "BELIEF", "past_booking")
class SeesBookingsToComeOnly(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        return super().pages(path, **{name: value for name, value in query.items() if name != "from"})


@broken("reads participants once, and never again", "BELIEF", "host_added_late")
class ReadsParticipantsOnce(Inbox):
    def catch_up(self, name: str) -> None:
        if name != "participants" or name not in self.synced_at:
            super().catch_up(name)


@broken("looks for messages only after a webhook told of one", "BELIEF", "lost_webhook")
class ReliesOnWebhooks(Inbox):
    told = True

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        self.told = self.told or b"inbox_message" in body
        return super().receive(headers, body)

    def catch_up(self, name: str) -> None:
        if name != "messages" or self.told or name not in self.synced_at:
            super().catch_up(name)
        if name == "messages":
            self.told = False


@broken("holds messages as a list, so that what comes twice is there twice", "BELIEF", "page_shift")
class BelievesWhatComesTwice(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if name == "bookings" and self.copy[name].get(record["id"]) == record:
            self.copy[name][-record["id"]] = record
        super().remember(name, record)


@broken("remembers the world before", "BELIEF", "direct_booking")
class RemembersTheWorldBefore(Driver):
    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        self.before = dict(self.inbox.copy["bookings"]) if hasattr(self, "inbox") else {}
        return super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)

    def sync(self) -> JSON:
        told = super().sync()
        known = {booking["id"] for booking in told["bookings"]}
        told["bookings"] += [{"id": number, "conversation_ids": []} for number in self.before if number not in known]
        return told


@broken("asks for bookings that are booked only", "BELIEF", "other_statuses")
class SeesWhatIsBookedOnly(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        return super().pages(path, **query, **({"status": "booked"} if path == "bookings" else {}))


@broken("drops tentative bookings", "BELIEF", "other_statuses")
class DropsTentativeBookings(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["status"] == "Tentative"


@broken("takes days on which a rental is unavailable for no bookings", "BELIEF", "other_statuses")
class DropsUnavailableDays(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["status"] == "Unavailable"


@broken("asks for cancelled bookings too, and believes in them", "SYN004", "cancelled_before")
class BelievesInCancelledBookings(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        return super().pages(path, **query, **({"include_canceled": "true"} if path == "bookings" else {}))


@broken("takes ids of deleted bookings for ids of every list", "BELIEF", "shared_id")
class ForgetsInEveryList(Inbox):
    def catch_up(self, name: str) -> None:
        known = set(self.copy[name])
        super().catch_up(name)
        for record_id in known - self.copy[name].keys() if name == "bookings" else ():
            for records in self.copy.values():
                records.pop(record_id, None)


class ToldOtherwise(Driver):
    """Tells something else than its client knows."""

    def otherwise(self, conversation: JSON) -> None:
        raise NotImplementedError

    def sync(self) -> JSON:
        told = super().sync()
        for conversation in told["conversations"]:
            self.otherwise(conversation)
        return told


@broken("keeps one booking of each conversation", "BELIEF", "cancelled_beside")
class KeepsOneBookingOfAConversation(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        del conversation["booking_ids"][1:]


@broken("keeps hosts of a conversation by their id, so that one who takes part twice is there once", "BELIEF", "same_host_twice")
class KeepsEachHostOnce(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        conversation["participants"] = list({(one["member_type"], one["member_id"]): one for one in conversation["participants"]}.values())


@broken("composes characters in what it reads", "BELIEF", "odd_words")
class ComposesWhatItReads(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        for message in conversation["messages"]:
            message["content"] = normalize("NFC", message["content"])


@broken("takes blanks away at both ends of what it reads", "BELIEF", "odd_words")
class StripsWhatItReads(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        for message in conversation["messages"]:
            message["content"] = message["content"].strip()


@broken("keeps messages in a column of 255 characters", "BELIEF", "long_words")
class KeepsTheBeginningOfMessages(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        for message in conversation["messages"]:
            message["content"] = message["content"][:255]


@broken("tells what it believed before it read", "BELIEF", "staff_edit")
class TellsWhatItBelievedBefore(Driver):
    before: JSON | None = None

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        self.before = None
        return super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)

    def sync(self) -> JSON:
        told, self.before = self.before, super().sync()
        return told or self.before


@broken("takes participants from the conversations that have changed", "BELIEF", "host_added_late")
class TakesParticipantsFromConversations(Inbox):
    def catch_up(self, name: str) -> None:
        if name == "participants":
            return
        super().catch_up(name)
        if name == "conversations":
            for conversation in [found for found in self.copy[name].values() if found.get("read_by") != found["updated_at"]]:
                conversation["read_by"] = conversation["updated_at"]
                (whole,) = self.api.call("GET", f"{self.api.url}/inbox/conversations/{conversation['id']}?include=participants").records
                for participant in whole["participants"]:
                    self.remember("participants", participant)


@broken("keeps conversations that have a booking only", "BELIEF", "without_a_booking")
class DropsWhatHasNoBooking(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and not record["links"]["bookings"]


@broken("keeps a newer state of a record only if its updated_at has moved", "SYN005", "two_changes_in_a_second")
class KeepsTheFirstStateOfASecond(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if known is None or known["updated_at"] < record["updated_at"]:
            super().remember(name, record)


@broken("stumbles over the id of a deleted booking that it has never seen", "CRASH", "cancelled_before")
class StumblesOverAnUnknownId(Inbox):
    def catch_up(self, name: str) -> None:
        held = self.copy[name]

        class Strict(dict[int, JSON]):
            def pop(self, key: int, *_: object) -> JSON:
                return super().pop(key)

        self.copy[name] = Strict(held)
        super().catch_up(name)


@broken("writes the year of the week, not of the day", "SYN003", "turn_of_the_year")
class WritesTheYearOfTheWeek(Inbox):
    def catch_up(self, name: str) -> None:
        super().catch_up(name)
        at = datetime.strptime(self.synced_at[name], SYNCED_AT)  # noqa: DTZ007 - it says UTC itself
        self.synced_at[name] = at.strftime("%G-%m-%d %H:%M:%S UTC")

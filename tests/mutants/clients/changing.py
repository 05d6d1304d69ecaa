"""Clients that do not bear what changes: bookings that move or end, people who join, words from elsewhere, local clocks."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from inbox_client import Api, Inbox, Later
from inbox_client.api import JSON, Answer
from mutants.clients.believing import SYNCED_AT, Drops, ToldOtherwise
from mutants.clients.broken import broken
from mutants.clients.listing import WritesTimesOtherwise


@broken("takes a booking that was moved for another one", "BELIEF", "moved_booking")
class TakesAMovedBookingForAnother(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name == "bookings" and known is not None and known["start_at"] != record["start_at"]:
            self.copy[name][-record["id"]] = known
        super().remember(name, record)


@broken("drops bookings whose stay is over by now", "BELIEF", "moved_booking")
class DropsWhatIsOver(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["end_at"] < record["updated_at"] and record["end_at"] > record["created_at"][:4]


@broken("asks for ten hours at the most whether a conversation is there", "STUCK", "opened_after_all")
class AsksForTenHours(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        began: dict[int, datetime] = self.__dict__.setdefault("began", {})
        at = datetime.strptime(self.synced_at["bookings"], SYNCED_AT).replace(tzinfo=UTC)
        if at - began.setdefault(booking_id, at) > timedelta(hours=10):
            raise Later(f"booking {booking_id} has had no conversation for ten hours")
        return super().conversation_of(booking_id)


def _keeps_cancelled(name: str, which: str, keeps: Callable[[Inbox, JSON], bool]) -> type[Inbox]:
    def catch_up(self: Inbox, listed: str) -> None:
        before = dict(self.copy[listed])
        Inbox.catch_up(self, listed)
        for number in before.keys() - self.copy[listed].keys() if listed == "bookings" else ():
            if keeps(self, before[number]):
                self.copy[listed][number] = before[number]

    fault = f"keeps a booking that was cancelled if {which}"
    return broken(fault, "SYN004", "cancelled_of_all_kinds")(type(f"KeepsCancelled{name}", (Inbox,), {"catch_up": catch_up}))


def _is_answered(inbox: Inbox, booking: JSON) -> bool:
    messages = (found["links"] for found in inbox.copy["messages"].values())
    return any(links["conversation"] in booking["links"]["conversations"] and inbox.is_host(links["sender"]) for links in messages)


CANCELLED = [
    _keeps_cancelled("UnderWay", "its stay has begun", lambda _, booking: booking["start_at"] < booking["created_at"]),
    _keeps_cancelled("Answered", "its guest was answered", _is_answered),
    _keeps_cancelled("Alone", "it has no conversation", lambda _, booking: not booking["links"]["conversations"]),
    _keeps_cancelled("Tentative", "it was tentative", lambda _, booking: booking["status"] == "Tentative"),
]


@broken("deletes the messages together with their booking", "BELIEF", "cancelled_of_all_kinds")
class DeletesMessagesWithTheBooking(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        for gone in before.keys() - self.copy[name].keys() if name == "bookings" else ():
            for number, message in list(self.copy["messages"].items()):
                if message["links"]["conversation"] in before[gone]["links"]["conversations"]:
                    del self.copy["messages"][number]


@broken("takes the conversation of a cancelled booking for closed", "BELIEF", "cancelled_booking")
class ClosesWithTheBooking(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        for gone in before.keys() - self.copy[name].keys() if name == "bookings" else ():
            for number in before[gone]["links"]["conversations"]:
                if number in self.copy["conversations"]:
                    self.copy["conversations"][number] |= {"closed_at": "now"}


def _keeps_local_times(zone: str) -> type[Inbox]:
    def otherwise(_: Inbox, at: datetime) -> str:
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return local.replace(fold=1, tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime(SYNCED_AT)

    name = f"Keeps_times_of_{zone.rpartition('/')[2]}"
    fault = f"keeps times as those of {zone}, and takes the second one of an hour that comes twice"
    return broken(fault, "SYN003", "clocks_go_back")(type(name, (WritesTimesOtherwise,), {"otherwise": otherwise}))


LOCAL = [_keeps_local_times("Europe/Paris"), _keeps_local_times("America/New_York")]


@broken("asks for the stays since this day eleven years ago, also on the 29th of February", "CRASH", "leap_day")
class AsksSinceThisDay(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        if path == "bookings":
            today = parsedate_to_datetime(self.call("GET", f"{self.url}/hosts").headers["Date"])
            query["from"] = today.replace(year=today.year - 11).strftime("%Y-%m-%d")
        return super().pages(path, **query)


@broken("keeps ids of conversations in 16 bits", "BELIEF", "large_ids")
class DropsLargeConversations(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["id"] > 0xFFFF


@broken("takes a new conversation with a lower id than another for an old one", "BELIEF", "large_ids")
class ExpectsConversationsToRise(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if name != "conversations" or record["id"] in self.copy[name] or record["id"] > max(self.copy[name], default=0):
            super().remember(name, record)


class TakesForTheFirst(ToldOtherwise):
    """Takes what anybody of a kind says for the words of the first one."""

    kind = ""

    def otherwise(self, conversation: JSON) -> None:
        theirs = sorted(one["id"] for one in conversation["participants"] if one["member_type"] == self.kind)
        for message in conversation["messages"]:
            if message["sender_id"] in theirs:
                message["sender_id"] = theirs[0]


@broken("takes what any guest writes for the words of the first one", "BELIEF", "both_guests_write")
class TakesGuestsForTheFirst(TakesForTheFirst):
    kind = "Client"


@broken("takes what any host writes for the words of the first one", "BELIEF", "second_host_writes")
class TakesHostsForTheFirst(TakesForTheFirst):
    kind = "Host"


@broken("knows one host in each conversation", "BELIEF", "second_host_writes")
class KnowsOneHost(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        if name != "participants" or record["links"]["member"]["type"] != "Host":
            return False
        others = (found["links"] for found in self.copy[name].values() if found["id"] != record["id"])
        return any((one["conversation"], one["member"]["type"]) == (record["links"]["conversation"], "Host") for one in others)


@broken("drops what was not written on a channel that it knows", "BELIEF", "written_elsewhere")
class DropsUnknownOrigins(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and record["origin"] not in {"bookingsync_inbox", "airbnb_message", "booking-com"}


@broken("drops conversations on a channel that it does not know", "BELIEF", "written_elsewhere")
class DropsUnknownChannels(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["default_channel"] not in {None, "airbnb", "booking-com"}


@broken("is not prepared for a message that was written elsewhere", "CRASH", "written_elsewhere")
class DiesOfUnknownOrigins(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        if name == "messages":
            {"bookingsync_inbox": 0, "airbnb_message": 1, "airbnb_email": 1, "booking-com": 2, "email": 3}[record["origin"]]
        super().remember(name, record)


DECLARED = {
    "links",
    "id",
    "channel",
    "content",
    "created_at",
    "created_by_id",
    "created_by_type",
    "origin",
    "sent_at",
    "updated_at",
    "visibility",
}
"""The attributes of a message that are documented."""


@broken("is not prepared for an attribute that it has not declared", "CRASH", "more_keys")
class DiesOfMoreKeys(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        for key in record.keys() - DECLARED if name == "messages" else ():
            raise TypeError(f"a message got an unexpected attribute {key!r}")
        super().remember(name, record)


@broken("drops messages that have an attribute which it has not declared", "BELIEF", "more_keys")
class DropsMoreKeys(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and bool(record.keys() - DECLARED)

"""Clients whose copy is of another form than the records: a key that is not unique, a column too small, a relation that goes too far."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

from driver import Driver
from inbox_client import Api, Inbox
from inbox_client.api import JSON, Answer
from mutants.clients.believing import Drops, ToldOtherwise
from mutants.clients.broken import broken


def _one_for_each(records: Iterable[JSON], key: Callable[[JSON], object]) -> list[JSON]:
    """Keep the last record of each key."""
    return list({key(record): record for record in records}.values())


@broken("keeps a text once in each conversation", "BELIEF", "said_again")
class KeepsEachTextOnce(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        conversation["messages"] = _one_for_each(conversation["messages"], lambda message: message["content"])


class KeepsOneOfAKind(Inbox):
    """Keeps one record of each key: a newer one takes the place of an older."""

    name = ""

    def key_of(self, record: JSON) -> object:
        raise NotImplementedError

    def remember(self, name: str, record: JSON) -> None:
        super().remember(name, record)
        if name == self.name:
            same = [number for number, known in self.copy[name].items() if self.key_of(known) == self.key_of(record)]
            for number in same:
                if number != record["id"]:
                    self.copy[name].pop(number)


@broken("keeps messages by conversation and the second in which they were sent", "BELIEF", "said_again")
class KeepsOneMessageASecond(KeepsOneOfAKind):
    name = "messages"

    def key_of(self, record: JSON) -> object:
        return record["links"]["conversation"], record["sent_at"]


@broken("keeps participants by who they are, so that a host is in one conversation only", "BELIEF", "answered_again")
class KeepsAMemberInOneConversation(KeepsOneOfAKind):
    name = "participants"

    def key_of(self, record: JSON) -> object:
        return record["links"]["member"]["type"], record["links"]["member"]["id"]


@broken("keeps participants by the member's number, whichever type it is of", "BELIEF", "two_guests")
class TakesAGuestForAHostOfThatNumber(KeepsOneOfAKind):
    name = "participants"

    def key_of(self, record: JSON) -> object:
        return record["links"]["conversation"], record["links"]["member"]["id"]


@broken("keeps bookings by their guest", "BELIEF", "returning_guest")
class KeepsOneBookingOfAGuest(KeepsOneOfAKind):
    name = "bookings"

    def key_of(self, record: JSON) -> object:
        return record["links"]["client"]


@broken("keeps bookings by rental and dates", "BELIEF", "two_channels")
class KeepsOneBookingOfAStay(KeepsOneOfAKind):
    name = "bookings"

    def key_of(self, record: JSON) -> object:
        return record["links"]["rental"], record["start_at"], record["end_at"]


@broken("keeps one conversation of a booking", "BELIEF", "self_made_conversation")
class KeepsOneConversationOfABooking(Driver):
    def sync(self) -> JSON:
        told = super().sync()
        for booking in told["bookings"]:
            del booking["conversation_ids"][1:]
        return told


@broken("takes a cancelled booking out of its conversation", "BELIEF", "cancelled_booking")
class UntiesCancelledBookings(Driver):
    def sync(self) -> JSON:
        told = super().sync()
        known = {booking["id"] for booking in told["bookings"]}
        for conversation in told["conversations"]:
            conversation["booking_ids"] = [number for number in conversation["booking_ids"] if number in known]
        return told


@broken("deletes the conversation together with its booking", "BELIEF", "cancelled_booking")
class DeletesWithTheBooking(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        for gone in before.keys() - self.copy[name].keys() if name == "bookings" else ():
            for conversation_id in before[gone]["links"]["conversations"]:
                self.copy["conversations"].pop(conversation_id, None)


@broken("replaces its copy by what a list brings, though that is only what has changed", "BELIEF", "staff_edit")
class ReplacesItsCopy(Inbox):
    def catch_up(self, name: str) -> None:
        if name != "hosts":
            self.copy[name] = {}
        super().catch_up(name)


@broken("drops messages that are on no channel", "BELIEF", "kept_in_smily")
class DropsWhatIsOnNoChannel(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and record["channel"] is None and record["visibility"] == "external"


@broken("drops messages that bear attachments", "BELIEF", "attachments")
class DropsWhatBearsAttachments(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and bool(record["links"]["attachments"])


@broken("drops bookings that have no conversation", "BELIEF", "direct_booking")
class DropsBookingsWithoutAConversation(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and not record["links"]["conversations"]


@broken("drops bookings without a guest", "BELIEF", "other_statuses")
class DropsBookingsWithoutAGuest(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["status"] != "Booked"


@broken("drops stays that have begun", "BELIEF", "distant_stays")
class DropsStaysUnderWay(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "bookings" and record["start_at"] <= record["created_at"] <= record["end_at"]


def _asks(name: str, fault: str, **parameters: str) -> type[Api]:
    def pages(self: Api, path: str, **query: str) -> Iterator[Answer]:
        return Api.pages(self, path, **query | (parameters if path == "bookings" else {}))

    return broken(fault, "BELIEF", "distant_stays")(type(name, (Api,), {"pages": pages}))


ASKS = [
    _asks("AsksForStaysOfThisYear", "asks for the stays of the last year and later", **{"from": "2029-06-01"}),
    _asks("AsksForStaysOfNineYears", "asks for the stays of the last nine years and later", **{"from": "2021-06-01"}),
    _asks("AsksForStaysUpToAYear", "asks for the stays up to a year from now", until="2031-06-01"),
    _asks("AsksForThreeMonths", "asks for the stays of three months", months="3"),
]


class AsksFromAWhileAgo(Inbox):
    """Begins with what has changed lately, instead of everything."""

    ago = timedelta()

    def catch_up(self, name: str) -> None:
        if name not in self.synced_at:
            now = parsedate_to_datetime(self.api.call("GET", f"{self.api.url}/hosts").headers["Date"])
            self.synced_at[name] = (now - self.ago).strftime("%Y-%m-%d %H:%M:%S UTC")
        super().catch_up(name)


@broken("begins with what has changed in the last hour", "BELIEF", "past_booking")
class AsksFromAnHourAgo(AsksFromAWhileAgo):
    ago = timedelta(hours=1)


@broken("begins with what has changed in the last month", "BELIEF", "past_booking")
class AsksFromAMonthAgo(AsksFromAWhileAgo):
    ago = timedelta(days=30)


@broken("keeps the newest five messages of a conversation", "BELIEF", "long_lists")
class KeepsTheNewestMessages(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        conversation["messages"] = conversation["messages"][-5:]


@broken("keeps a newer state of a message only if its second has passed", "BELIEF", "two_changes_in_a_second")
class KeepsTheFirstWordsOfASecond(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name != "messages" or known is None or known["updated_at"] < record["updated_at"]:
            super().remember(name, record)


@broken("keeps the first text of a message", "BELIEF", "staff_edit")
class KeepsTheFirstText(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        super().remember(name, {**record, "content": known["content"]} if name == "messages" and known else record)


@broken("keeps the conversations that a booking had at first", "SYN005", "late_conversation")
class KeepsTheFirstConversations(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        old = known["links"]["conversations"] if name == "bookings" and known else None
        super().remember(name, record if old is None else {**record, "links": {**record["links"], "conversations": old}})


class Leaks(Driver):
    """Keeps something of the world before: another account's."""

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        before = getattr(self, "inbox", None)
        can = super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)
        if before is not None:
            self.leak(before)
        return can

    def leak(self, before: Inbox) -> None:
        raise NotImplementedError


@broken("keeps the times of another account's lists", "BELIEF", "staff_edit")
class LeaksTheTimes(Leaks):
    def leak(self, before: Inbox) -> None:
        self.inbox.synced_at = before.synced_at


@broken("checks signatures by another account's secret", "WHK002", "lost_webhook")
class LeaksTheSecret(Leaks):
    def leak(self, before: Inbox) -> None:
        self.inbox.webhook_secret = before.webhook_secret

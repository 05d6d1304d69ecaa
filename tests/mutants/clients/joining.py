"""Clients whose tables leave out what a join, a constraint or a rule of their own does not foresee."""

from collections.abc import Callable, Hashable
from typing import Any

from driver import Driver
from inbox_client import Inbox
from inbox_client.api import JSON
from mutants.clients.believing import Drops
from mutants.clients.broken import broken


def _drops(name: str, plural: str, what: str, hazard: str, test: Callable[[Inbox, JSON], Any]) -> type[Drops]:
    def drops(self: Drops, found: str, record: JSON) -> bool:
        return found == plural and bool(test(self, record))

    return broken(f"drops {what}", "BELIEF", hazard)(type(name, (Drops,), {"drops": drops}))


def _conversation_of(inbox: Inbox, record: JSON) -> JSON:
    return inbox.copy["conversations"].get(record["links"]["conversation"], {})


def _is_in_spam(inbox: Inbox, record: JSON) -> object:
    return _conversation_of(inbox, record).get("marked_as_spam_at")


def _stay_is_over(inbox: Inbox, conversation: JSON) -> bool:
    stays = (inbox.copy["bookings"].get(booking) for booking in conversation["links"]["bookings"])
    return any(stay is not None and stay["end_at"] < conversation["updated_at"] for stay in stays)


DROPS = [
    _drops("KnowsOneRental", "bookings", "bookings of all rentals but one", "other_statuses", lambda _, r: r["links"]["rental"] != 16),
    _drops("WantsAPrice", "bookings", "bookings without a price", "many_pages", lambda _, r: r["final_price"] is None),
    _drops("WantsToBePaid", "bookings", "bookings that cost nothing", "other_statuses", lambda _, r: r["final_price"] in {"0.0", "0.00"}),
    _drops("WantsAdults", "bookings", "bookings that tell no number of guests", "many_pages", lambda _, r: not r["adults"]),
    _drops("JoinsClients", "bookings", "bookings that have no client", "other_statuses", lambda _, r: r["links"]["client"] is None),
    _drops("WantsNights", "bookings", "stays of one day", "distant_stays", lambda _, r: r["start_at"][:10] == r["end_at"][:10]),
    _drops(
        "JoinsMessages", "conversations", "conversations without a message", "without_a_booking", lambda _, r: not r["links"]["messages"]
    ),
    _drops("WantsAChannel", "conversations", "conversations on no channel", "without_a_booking", lambda _, r: not r["default_channel"]),
    _drops(
        "WantsNoInquiry",
        "conversations",
        "what began as an inquiry",
        "without_a_booking",
        lambda _, r: r["links"]["inquiries"],
    ),
    _drops("WantsOneBooking", "conversations", "what has two bookings", "cancelled_beside", lambda _, r: len(r["links"]["bookings"]) > 1),
    _drops("WantsStaysToCome", "conversations", "conversations of stays that are over", "distant_stays", _stay_is_over),
    _drops(
        "PassesOverClosed",
        "messages",
        "messages where it is closed",
        "answered_closed",
        lambda i, r: _conversation_of(i, r).get("closed_at"),
    ),
    _drops("PassesOverSpam", "messages", "messages in spam", "spam", _is_in_spam),
    _drops(
        "PassesOverItsOwn",
        "messages",
        "what was written through the API",
        "answered_again",
        lambda _, r: r["origin"] == "bookingsync_inbox",
    ),
    _drops("PassesOverZero", "messages", "messages that PHP holds for empty", "odd_words", lambda _, r: r["content"] == "0"),
]


def _keeps_one(name: str, plural: str, what: str, hazard: str, key: Callable[[JSON], Hashable]) -> type[Drops]:
    def drops(self: Drops, found: str, record: JSON) -> bool:
        mine = key(record) if found == plural else None
        return mine is not None and any(key(one) == mine for one in self.copy[found].values() if one["id"] != record["id"])

    return broken(f"keeps {what}", "BELIEF", hazard)(type(name, (Drops,), {"drops": drops}))


KEEPS_ONE = [
    _keeps_one("KnowsSubjects", "conversations", "conversations by their subject", "without_a_booking", lambda r: r["subject"]),
    _keeps_one("KnowsReservations", "bookings", "bookings by reservation", "other_statuses", lambda r: r["external_reference"]),
    _keeps_one("KnowsSeconds", "bookings", "bookings by the second in which they were made", "many_pages", lambda r: r["created_at"]),
]


def _takes_for_closed(name: str, fault: str, hazard: str, closed: Callable[[Inbox, JSON], bool]) -> type[Driver]:
    def sync(self: Driver) -> JSON:
        told = Driver.sync(self)
        for conversation in told["conversations"]:
            conversation["closed"] = closed(self.inbox, self.inbox.copy["conversations"][conversation["id"]])
        return told

    return broken(fault, "BELIEF", hazard)(type(name, (Driver,), {"sync": sync}))


def _is_spam(_: Inbox, found: JSON) -> bool:
    return bool(found["closed_at"] or found["marked_as_spam_at"])


def _is_read(_: Inbox, found: JSON) -> bool:
    return bool(found["closed_at"] or found["read_at"])


def _is_over(inbox: Inbox, found: JSON) -> bool:
    return bool(found["closed_at"] or _stay_is_over(inbox, found))


def _is_assigned(_: Inbox, found: JSON) -> bool:
    return bool(found["closed_at"]) and found["links"]["assignee"] is None


def _has_gone_on(_: Inbox, found: JSON) -> bool:
    return bool(found["closed_at"]) and found["closed_at"] >= (found["last_message_at"] or "")


CLOSED = [
    _takes_for_closed("TakesSpamForClosed", "takes spam for closed", "spam", _is_spam),
    _takes_for_closed("TakesReadForClosed", "takes what was read for closed", "same_host_twice", _is_read),
    _takes_for_closed("TakesOverForClosed", "takes conversations of stays that are over for closed", "past_booking", _is_over),
    _takes_for_closed("TakesAssignedForOpen", "takes what is assigned for open", "closed_meanwhile", _is_assigned),
    _takes_for_closed("TakesActivityForOpen", "takes what was written in after it was closed for open", "closed_meanwhile", _has_gone_on),
]


@broken("takes the bookings of a conversation from the bookings", "BELIEF", "cancelled_booking")
class TakesTiesFromBookings(Driver):
    def sync(self) -> JSON:
        told = super().sync()
        for conversation in told["conversations"]:
            tied = [booking["id"] for booking in told["bookings"] if conversation["id"] in booking["conversation_ids"]]
            conversation["booking_ids"] = tied
        return told


@broken("keeps the draft of its message beside what the service has made of it", "BELIEF", "answered_again")
class KeepsItsDrafts(Driver):
    def reply(self, *, booking_id: int, content: str) -> JSON:
        answer = super().reply(booking_id=booking_id, content=content)
        drafts: list[tuple[int, str]] = self.inbox.__dict__.setdefault("drafts", [])
        drafts.append((booking_id, content))
        return answer

    def sync(self) -> JSON:
        told = super().sync()
        for number, (booking_id, content) in enumerate(self.inbox.__dict__.get("drafts", []), 1):
            conversation = next(one for one in told["conversations"] if booking_id in one["booking_ids"])
            conversation["messages"].append({"id": -number, "sender_id": 0, "content": content})
        return told

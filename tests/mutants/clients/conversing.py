"""Clients that meddle with what is the channel's, or cannot wait for it."""

from typing import Any

from inbox_client import Inbox, Later, LostAnswer
from inbox_client.api import JSON
from mutants.clients.broken import broken


class SelfMade(Inbox):
    """Can make a conversation, and tie a booking to it."""

    def make(self, booking_id: int) -> JSON:
        made = self.api.create("inbox/conversations", subject="Your stay")
        tie = f"{self.api.url}/inbox/conversations/{made['id']}/connect_booking"
        tied = self.api.call("PUT", tie, json={"bookings": [{"id": booking_id}]}).records[0]
        self.remember("conversations", tied)
        return tied


@broken("makes a conversation itself when the channel has not opened one yet", "CNV001", "late_conversation")
class CannotWaitForTheChannel(SelfMade):
    def conversation_of(self, booking_id: int) -> JSON | None:
        return super().conversation_of(booking_id) or self.make(booking_id)


@broken("makes a conversation on the channel's name, and waits for it to be taken up", "CNV001", "cancelled_while_waiting")
class OpensInTheChannelsName(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        found = super().conversation_of(booking_id)
        if found is None:
            self.api.create("inbox/conversations", default_channel="airbnb")
            self.api.create("inbox/conversations", default_channel="booking-com")
        return found


@broken("answers in a conversation of its own, and ties the channel's booking to it", "CNV002", "two_channels")
class PrefersItsOwnConversation(SelfMade):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.own: dict[int, JSON] = {}

    def conversation_of(self, booking_id: int) -> JSON | None:
        if super().conversation_of(booking_id) is not None and booking_id not in self.own:
            self.own[booking_id] = self.make(booking_id)
        return self.own.get(booking_id)


@broken("adds the guest to the channel's conversation once more before it answers", "PRT001", "no_host")
class InvitesTheGuest(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        taking_part = (found for found in self.copy["participants"].values() if found["links"]["conversation"] == conversation["id"])
        guest = next(found["links"]["member"] for found in taking_part if found["links"]["member"]["type"] == "Client")
        self.api.create("inbox/participants", conversation_id=conversation["id"], member_id=guest["id"], member_type="Client")
        super().say(conversation, sender, content)


@broken("never looks again at a booking that had no conversation", "SYN005", "late_conversation")
class DecidesTooEarly(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        known = self.copy[name].get(record["id"])
        if name != "bookings" or known is None or known["links"]["conversations"]:
            super().remember(name, record)


@broken("takes a booking without a conversation for one that needs no answer", "TOO_SOON", "conversation_never")
class SaysThatItHasAnswered(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        try:
            super().reply(booking_id, content)
        except Later:
            if booking_id not in self.copy["bookings"] or self.conversation_of(booking_id) is not None:
                raise


@broken("answers in whichever conversation the booking is tied to", "TOO_SOON", "self_made_conversation")
class AnswersInAnyConversation(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        tied = [found for found in self.copy["conversations"].values() if booking_id in found["links"]["bookings"]]
        return tied[0] if tied else None


@broken("waits for a host to take part, and adds none", "STUCK", "no_host")
class WaitsForAHost(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        raise Later(f"nobody can speak in conversation {conversation['id']}")


class LeavesAlone(Inbox):
    """Says that it has answered where it does not."""

    def leaves(self, conversation: JSON, booking: JSON) -> bool:
        raise NotImplementedError

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if not self.leaves(conversation, self.copy["bookings"][conversation["links"]["bookings"][0]]):
            super().say(conversation, sender, content)


@broken("does not answer in spam, and says that it did", "LOST", "answered_anyway")
class LeavesSpamAlone(LeavesAlone):
    def leaves(self, conversation: JSON, booking: JSON) -> bool:
        return conversation["marked_as_spam_at"] is not None


@broken("does not answer what is assigned to another host, and says that it did", "LOST", "answered_anyway")
class LeavesOthersAlone(LeavesAlone):
    def leaves(self, conversation: JSON, booking: JSON) -> bool:
        return bool(conversation["links"]["assignee"] not in {None, 2})


@broken("does not answer guests whose stay is over, and says that it did", "LOST", "answered_anyway")
class LeavesPastStaysAlone(LeavesAlone):
    def leaves(self, conversation: JSON, booking: JSON) -> bool:
        return bool(booking["end_at"] < booking["created_at"])


@broken("does not answer guests whose booking is tentative, and says that it did", "LOST", "answered_anyway")
class LeavesTentativeAlone(LeavesAlone):
    def leaves(self, conversation: JSON, booking: JSON) -> bool:
        return bool(booking["status"] == "Tentative")


@broken("adds whom a conversation is assigned to, though another host takes part", "CLUTTER", "answered_anyway")
class AddsTheNewAssignee(Inbox):
    def host_in(self, conversation: JSON) -> JSON | None:
        found, assignee = super().host_in(conversation), conversation["links"]["assignee"]
        return found if found and assignee in {None, found["links"]["member"]["id"]} else None


@broken("finds a conversation by a part of the booking's number", "LOST", "large_ids")
class LooksForAPartOfTheNumber(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        own = super().conversation_of(booking_id)
        alike = (found for found in self.copy["conversations"].values() if str(booking_id) in str(found["links"]["bookings"]))
        return own and next((found for found in alike if found["default_channel"]), own)


@broken("takes an answer for said after ten tries", "TOO_SOON", "conversation_never")
class SaysSoAfterTenTries(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        tries: dict[tuple[int, str], int] = self.__dict__.setdefault("tries", {})
        tries[booking_id, content] = tries.get((booking_id, content), 0) + 1
        if tries[booking_id, content] <= 10:
            super().reply(booking_id, content)


@broken("does not say the same words to a guest a second time, though it is told to", "LOST", "told_again")
class SaysTheSameOnce(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        done: set[tuple[int, str]] = self.__dict__.setdefault("done", set())
        if (booking_id, content) not in done:
            super().reply(booking_id, content)
            done.add((booking_id, content))


@broken("takes a message for said when its answer is lost a second time", "LOST", "lost_twice")
class TakesTheSecondLossForSent(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        before = (booking_id, content) in self.unsure
        try:
            super().reply(booking_id, content)
        except LostAnswer as lost:
            if not before or not str(lost).startswith("POST"):
                raise


@broken("forgets that an answer was lost when it is lost a second time", "MSG003", "lost_twice")
class ForgetsTheSecondLoss(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        before = (booking_id, content) in self.unsure
        try:
            super().reply(booking_id, content)
        except LostAnswer as lost:
            if before and str(lost).startswith("POST"):
                del self.unsure[booking_id, content]
            raise


@broken("forgets that an answer was lost when it cannot look for it", "MSG003", "lost_answer_and_look")
class ForgetsWhenItCannotLook(Inbox):
    def sync(self) -> None:
        try:
            super().sync()
        except Later:
            self.unsure.clear()
            raise


@broken("writes what hosts have said once more, as it has read it", "UNASKED", "answered_elsewhere")
class WritesWhatHostsHaveSaid(Inbox):
    def remember(self, name: str, record: JSON) -> None:
        is_new = name == "messages" and record["id"] not in self.copy[name]
        super().remember(name, record)
        if is_new and self.is_host(record["links"]["sender"]):
            self.api.call("PUT", f"{self.api.url}/inbox/messages/{record['id']}", json={"messages": [{"content": record["content"]}]})


@broken("renames a host whom it adds", "UNASKED", "no_host")
class RenamesHosts(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        made = super().add_host(conversation)
        self.api.call("PUT", f"{self.api.url}/hosts/{made['links']['member']['id']}", json={"hosts": [{"firstname": "Our"}]})
        return made

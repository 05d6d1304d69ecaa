"""Clients that meddle with what is the channel's, or cannot wait for it."""

from inbox_client import Inbox, Later
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
    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
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

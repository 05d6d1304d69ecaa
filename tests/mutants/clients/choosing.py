"""Clients that choose another conversation than the guest's, tie bookings by themselves, or are sure of what they cannot know."""

from inbox_client import Inbox, Later, LostAnswer, Refused
from inbox_client.api import JSON
from inbox_client.inbox import maker_of
from mutants.clients.broken import broken


class Chooses(Inbox):
    """Chooses among the conversations of a booking in its own way."""

    def suits(self, booking: JSON, conversation: JSON) -> bool:
        raise NotImplementedError

    def conversation_of(self, booking_id: int) -> JSON | None:
        booking, conversations = self.copy["bookings"].get(booking_id), self.copy["conversations"]
        there = [conversations[number] for number in sorted(conversations)] if booking else []
        return next((found for found in there if booking and self.are_tied(booking, found) and self.suits(booking, found)), None)

    def are_tied(self, booking: JSON, conversation: JSON) -> bool:
        return booking["id"] in conversation["links"]["bookings"] or conversation["id"] in booking["links"]["conversations"]


@broken("takes any conversation that has a channel for that of the booking's channel", "TOO_SOON", "self_made_conversation")
class TakesAnyChannel(Chooses):
    def suits(self, booking: JSON, conversation: JSON) -> bool:
        return conversation["default_channel"] is not None


@broken("takes any conversation in which a guest takes part for that of the booking's channel", "TOO_SOON", "self_made_conversation")
class TakesAnyWithAGuest(Chooses):
    def suits(self, booking: JSON, conversation: JSON) -> bool:
        there = (found["links"] for found in self.copy["participants"].values())
        return any(links["conversation"] == conversation["id"] and links["member"]["type"] == "Client" for links in there)


@broken("looks for a booking's conversation in the booking alone", "STUCK", "two_bookings")
class LooksInTheBooking(Chooses):
    def suits(self, booking: JSON, conversation: JSON) -> bool:
        return conversation["id"] in booking["links"]["conversations"] and maker_of(conversation) == maker_of(booking)


@broken("looks for a booking's conversation in the conversations alone", "STUCK", "two_bookings")
class LooksInTheConversations(Chooses):
    def suits(self, booking: JSON, conversation: JSON) -> bool:
        return booking["id"] in conversation["links"]["bookings"] and maker_of(conversation) == maker_of(booking)


@broken("ties a guest's other bookings to the conversation in which it answers, and knows that it did", "UNASKED", "returning_guest")
class TiesTheGuestsBookings(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        super().reply(booking_id, content)
        conversation, booking = self.conversation_of(booking_id), self.copy["bookings"][booking_id]
        for other in list(self.copy["bookings"].values()):
            if conversation and other["links"]["client"] == booking["links"]["client"] and not other["links"]["conversations"]:
                path = f"{self.api.url}/inbox/conversations/{conversation['id']}/connect_booking"
                self.remember("conversations", self.api.call("PUT", path, json={"bookings": [{"id": other["id"]}]}).records[0])
                self.copy["bookings"] |= {other["id"]: other | {"links": other["links"] | {"conversations": [conversation["id"]]}}}


@broken("takes a message that a gateway answered with an error for one that was not stored", "MSG003", "error_on_sending")
class TrustsAGateway(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer as lost:
            if lost.__cause__ is None:
                raise Later(str(lost)) from lost
            raise


@broken("forgets what it is unsure of when the hour is used up", "MSG003", "lost_answer_and_look")
class ForgetsItsDoubts(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        try:
            super().reply(booking_id, content)
        except Later as later:
            if later.not_before is not None:
                self.unsure.clear()
            raise


@broken("refuses to answer the guest of a booking that no list has brought yet", "CRASH", "stale_read")
class RefusesUnknownBookings(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        self.sync()
        if booking_id not in self.copy["bookings"]:
            raise Refused(f"there is no booking {booking_id}", 404)
        super().reply(booking_id, content)

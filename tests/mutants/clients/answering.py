"""Clients whose answers do not reach the guest once, or not as they should."""

from inbox_client import Inbox, LostAnswer, Refused
from inbox_client.api import JSON
from mutants.clients.broken import broken


@broken("speaks as the guest", "MSG001", "no_host")
class SpeaksAsTheGuest(Inbox):
    def host_in(self, conversation: JSON) -> JSON | None:
        taking_part = (found for found in self.copy["participants"].values() if found["links"]["conversation"] == conversation["id"])
        return next((found for found in taking_part if found["links"]["member"]["type"] == "Client"), None)


@broken("leaves the channel out", "MSG002", "two_guests")
class ForgetsTheChannel(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say({**conversation, "default_channel": None}, sender, content)


@broken("takes every guest for one of Airbnb's", "MSG002", "two_channels")
class TakesEveryChannelForAirbnb(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say({**conversation, "default_channel": "airbnb"}, sender, content)


@broken("sends again at once when the server has an error", "MSG003", "error_on_sending")
class SendsAgainWithoutLooking(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer:
            super().say(conversation, sender, content)


@broken("forgets that an answer was lost, and sends again later", "MSG003", "lost_answer")
class ForgetsWhatItIsUnsureOf(Inbox):
    def said(self, *_: object) -> set[int]:
        return set()


@broken("takes a lost answer for a message that has arrived", "LOST", "unsent_message")
class TakesALostAnswerForSuccess(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        try:
            super().reply(booking_id, content)
        except LostAnswer:
            if (booking_id, content) not in self.unsure:
                raise


@broken("speaks as whichever host it met first", "MSG004", "several_hosts")
class SpeaksAsAHostOfAnotherConversation(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        hosts = (found for found in self.copy["participants"].values() if found["links"]["member"]["type"] == "Host")
        try:
            super().say(conversation, min(hosts, key=lambda found: int(found["id"])), content)
        except Refused:
            super().say(conversation, sender, content)


@broken("answers in the newest conversation, whichever booking it is asked about", "LOST", "several_hosts")
class AnswersTheWrongGuest(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        opened = (found for found in self.copy["conversations"].values() if found["default_channel"] is not None)
        return super().conversation_of(booking_id) and max(opened, key=lambda found: int(found["id"]))


@broken("says the same twice, to be sure", "TWICE", "reassigned")
class SaysEverythingTwice(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        super().say(conversation, sender, content)


@broken("cuts what it is told to say after five characters", "LOST", "two_guests")
class CutsWhatItSays(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content[:5])

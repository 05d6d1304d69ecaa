"""Clients whose answers do not reach the guest once, or not as they should."""

from unicodedata import normalize

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


@broken("composes characters in what it is told to say", "LOST", "odd_words")
class ComposesWhatItSays(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, normalize("NFC", content))


@broken("takes blanks away at both ends of what it is told to say", "LOST", "odd_words")
class StripsWhatItSays(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content.strip())


@broken("says 255 characters at the most", "LOST", "long_words")
class SaysTheBeginning(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content[:255])


@broken("takes an answer for said that somebody else was given in the same words", "LOST", "same_words")
class LooksForItsWordsEverywhere(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if not any(found["content"] == content for found in self.copy["messages"].values()):
            super().say(conversation, sender, content)


@broken("answers on the channel, and as visibly, as the last message was written", "MSG002", "answered_after_a_note")
class AnswersAsTheLastMessage(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        messages = [found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"]]
        last = max(messages, key=lambda found: int(found["id"]), default=None)
        if last is None or last["visibility"] == "external":
            super().say(conversation, sender, content)
            return
        self.api.create(
            "inbox/messages",
            conversation_id=conversation["id"],
            sender_id=sender["id"],
            content=content,
            origin="bookingsync_inbox",
            visibility=last["visibility"],
            channel=last["channel"],
            sent_at=self.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


@broken("does not answer in a conversation that is closed, and says that it did", "LOST", "answered_closed")
class LeavesTheClosedAlone(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if conversation["closed_at"] is None:
            super().say(conversation, sender, content)


@broken("looks for a lost answer among the first messages of all only", "MSG003", "lost_answer_in_a_long_thread")
class LooksForALostAnswerAmongTheFirst(Inbox):
    def said(self, conversation: JSON, content: str) -> set[int]:
        return super().said(conversation, content) & set(sorted(self.copy["messages"])[:5])


@broken("adds a host to the conversation before each answer", "CLUTTER", "answered_again")
class AddsAHostEachTime(Inbox):
    def host_in(self, conversation: JSON) -> JSON | None:
        return None


@broken("makes a host for each conversation, though the account has hosts", "CLUTTER", "answered_again")
class MakesAHostForEachConversation(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        host = self.api.create("hosts", firstname="Our", lastname="Bot")
        made = self.api.create("inbox/participants", conversation_id=conversation["id"], member_id=host["id"], member_type="Host")
        self.remember("participants", made)
        return made


class PicksOneOf(Inbox):
    """Answers in one of several conversations, whichever booking it is asked about."""

    def guests_in(self, conversation: JSON) -> set[int]:
        members = (one["links"] for one in self.copy["participants"].values() if one["links"]["conversation"] == conversation["id"])
        return {links["member"]["id"] for links in members if links["member"]["type"] == "Client"}

    def conversation_of(self, booking_id: int) -> JSON | None:
        own = super().conversation_of(booking_id)
        if own is None:
            return None
        others = self.copy["conversations"].values()
        return self.pick([one for one in others if one["default_channel"] and self.guests_in(one) & self.guests_in(own)] or [own])

    def pick(self, conversations: list[JSON]) -> JSON:
        raise NotImplementedError


@broken("answers in the first conversation of the guest, whichever booking it is asked about", "LOST", "returning_guest")
class AnswersInTheGuestsFirst(PicksOneOf):
    def pick(self, conversations: list[JSON]) -> JSON:
        return min(conversations, key=lambda found: int(found["id"]))


@broken("answers in the newest conversation of the guest, whichever booking it is asked about", "LOST", "returning_guest")
class AnswersInTheGuestsNewest(PicksOneOf):
    def pick(self, conversations: list[JSON]) -> JSON:
        return max(conversations, key=lambda found: int(found["id"]))


@broken("finds a conversation by the first of its bookings only", "STUCK", "two_bookings")
class FindsByTheFirstBooking(Inbox):
    def conversation_of(self, booking_id: int) -> JSON | None:
        found = super().conversation_of(booking_id)
        return found if found is not None and found["links"]["bookings"][0] == booking_id else None


class RemembersLostAnswers(Inbox):
    """Once an answer was lost, takes a message that is there for any answer of the same key."""

    def key(self, booking_id: int, content: str) -> object:
        raise NotImplementedError

    def reply(self, booking_id: int, content: str) -> None:
        self.sync()
        lost, key = self.__dict__.setdefault("lost", set()), self.key(booking_id, content)
        said = (found for found in self.copy["messages"].values() if self.is_host(found["links"]["sender"]))
        conversations = self.copy["conversations"]
        about = ((one, found["content"]) for found in said for one in conversations[found["links"]["conversation"]]["links"]["bookings"])
        if key in lost and any(self.key(*one) == key for one in about):
            return
        try:
            super().reply(booking_id, content)
        except LostAnswer:
            lost.add(key)
            raise


@broken("remembers by its booking alone that an answer was lost", "LOST", "lost_answer")
class RemembersLostAnswersByBooking(RemembersLostAnswers):
    def key(self, booking_id: int, content: str) -> object:
        return booking_id


@broken("remembers by its words alone that an answer was lost", "LOST", "lost_answer")
class RemembersLostAnswersByWords(RemembersLostAnswers):
    def key(self, booking_id: int, content: str) -> object:
        return content


@broken("adds a host to every conversation, whether it is told to answer there or not", "UNASKED", "host_added_late")
class AddsAHostEverywhere(Inbox):
    def sync(self) -> None:
        super().sync()
        for conversation in list(self.copy["conversations"].values()):
            if self.host_in(conversation) is None:
                self.add_host(conversation)

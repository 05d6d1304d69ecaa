"""Clients that write what nobody asked for, or not what they were told, after something went wrong."""

from typing import Any, ClassVar

from inbox_client import Api, Inbox, Later, LostAnswer, Refused
from inbox_client.api import JSON, Answer
from inbox_client.inbox import maker_of
from mutants.clients.answering import MakesAHostForEachConversation
from mutants.clients.broken import broken
from mutants.clients.conversing import SelfMade


class SendsAgain(Inbox):
    """Sends again at once, without looking, when the answer is lost in a certain way."""

    def sends_again(self, lost: LostAnswer) -> bool:
        raise NotImplementedError

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer as lost:
            if not self.sends_again(lost):
                raise
            super().say(conversation, sender, content)


@broken("sends again at once when no answer comes", "MSG003", "lost_answer")
class SendsAgainAfterNoAnswer(SendsAgain):
    def sends_again(self, lost: LostAnswer) -> bool:
        return lost.__cause__ is not None


@broken("sends again at once after a 502 or 503, as after a gateway's error", "MSG003", "error_on_sending")
class SendsAgainAfterAGatewaysError(SendsAgain):
    def sends_again(self, lost: LostAnswer) -> bool:
        return str(lost).endswith((": 502", ": 503", ": 504"))


@broken("sends again at once after a 500", "MSG003", "error_on_sending")
class SendsAgainAfterA500(SendsAgain):
    def sends_again(self, lost: LostAnswer) -> bool:
        return str(lost).endswith(": 500")


@broken("takes a server's error for a message that was taken", "LOST", "error_on_sending")
class TakesA5xxForSent(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer as lost:
            if lost.__cause__ is not None:
                raise


@broken("takes a 429 for a message that was taken", "LOST", "refused_answer")
class TakesA429ForSent(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except Later as later:
            if later.not_before is None:
                raise


class WritesOnce(Api):
    """Does not repeat a request that writes."""

    def call(self, method: str, url: str, **more: Any) -> Answer:
        if method == "GET":
            return super().call(method, url, **more)
        answer = self.exchange(method, url, headers={"Authorization": f"Bearer {self.token}"}, **more)
        if answer.status == 401:
            return self.refused(answer, **more)
        if answer.status >= 400:
            raise Refused(f"{method} {url}: {answer.status} {answer.body}", answer.status)
        return answer

    def refused(self, answer: Answer, **more: Any) -> Answer:
        raise NotImplementedError


@broken("gets a new token when a message is refused, and does not send the message again", "LOST", "refused_answer")
class ForgetsTheRefusedMessage(WritesOnce):
    def refused(self, answer: Answer, **more: Any) -> Answer:
        self.refresh()
        (attributes,) = more["json"].popitem()[1]
        links = {"conversation": 0, "sender": attributes.get("sender_id"), "member": {"type": "", "id": 0}}
        record = {"id": -1, "links": links, "content": attributes.get("content"), "updated_at": ""}
        return Answer(201, answer.headers, {"messages": [record]}, None)


@broken("tries a message again with the token that was refused", "AUT001", "refused_answer")
class WritesWithADeadToken(WritesOnce):
    def refused(self, answer: Answer, **more: Any) -> Answer:
        for _ in range(2):
            self.exchange("POST", f"{self.url}/inbox/messages", headers={"Authorization": f"Bearer {self.token}"}, **more)
        raise Later(f"the token was refused: {answer.status}")


@broken("gets no new token for what it writes, and dies of the refusal", "CRASH", "refused_answer")
class DiesOfARefusedMessage(WritesOnce):
    def refused(self, answer: Answer, **more: Any) -> Answer:
        raise RuntimeError(f"cannot write: {answer.status} {answer.body}, {sorted(more)}")


@broken("speaks as whoever has a host's number, and be it a guest's", "MSG001", "two_guests")
class SpeaksAsAGuestOfThatNumber(Inbox):
    def host_in(self, conversation: JSON) -> JSON | None:
        self.catch_up("hosts")
        taking_part = [found for found in self.copy["participants"].values() if found["links"]["conversation"] == conversation["id"]]
        return next((found for found in taking_part if found["links"]["member"]["id"] in self.copy["hosts"]), None)


@broken("adds a host by the number of the host's user", "CRASH", "no_host")
class AddsTheUser(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        self.catch_up("hosts")
        user = min(found["links"]["user"] for found in self.copy["hosts"].values())
        made = self.api.create("inbox/participants", conversation_id=conversation["id"], member_id=user, member_type="Host")
        self.remember("participants", made)
        return made


@broken("answers in a note, which no guest sees", "MSG002", "two_guests")
class AnswersInANote(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        send(self, conversation, sender, content, visibility="internal", channel=None)


def send(inbox: Inbox, conversation: JSON, sender: JSON, content: str, **more: object) -> None:
    """Send a message as the good client does, but for ``more``."""
    usual = {"origin": "bookingsync_inbox", "visibility": "external", "channel": conversation["default_channel"]}
    at = inbox.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    attributes = {"conversation_id": conversation["id"], "sender_id": sender["id"], "content": content, "sent_at": at}
    inbox.api.create("inbox/messages", **{**usual, **attributes, **more})


@broken("adds a host once more when the answer to that is lost", "CLUTTER", "lost_host")
class AddsAHostOnceMore(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        try:
            return super().add_host(conversation)
        except LostAnswer:
            return super().add_host(conversation)


@broken("makes a host once more when the answer to that is lost", "CLUTTER", "lost_host")
class MakesAHostOnceMore(MakesAHostForEachConversation):
    def add_host(self, conversation: JSON) -> JSON:
        try:
            return super().add_host(conversation)
        except LostAnswer:
            return super().add_host(conversation)


@broken("sends what it had put off with the next sync, and once more when it is asked again", "TWICE", "late_conversation")
class SendsWhatItPutOffTwice(Inbox):
    outbox: frozenset[tuple[int, str]] = frozenset()

    def reply(self, booking_id: int, content: str) -> None:
        try:
            super().reply(booking_id, content)
        except Later:
            self.outbox |= {(booking_id, content)}
            raise

    def sync(self) -> None:
        super().sync()
        for booking_id, content in sorted(self.outbox):
            conversation = self.conversation_of(booking_id)
            if conversation is not None:
                self.outbox -= {(booking_id, content)}
                self.say(conversation, self.host_in(conversation) or self.add_host(conversation), content)


@broken("does not say what a host has said before", "LOST", "said_before")
class SaysNothingTwice(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if not self.said(conversation, content):
            super().say(conversation, sender, content)


class TakesForSaid(Inbox):
    """Takes another message for an answer of its own that was lost."""

    def is_the_same(self, found: JSON, content: str) -> bool:
        return bool(found["content"] == content)

    def said(self, conversation: JSON, content: str) -> set[int]:
        messages = (found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"])
        return {found["id"] for found in messages if self.is_the_same(found, content)}

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if not (self.said(conversation, content) and any(known[1] == content for known in self.unsure)):
            super().say(conversation, sender, content)


@broken("takes older words of a host for the answer that was lost", "LOST", "said_before")
class TakesOlderWordsForItsAnswer(TakesForSaid):
    def is_the_same(self, found: JSON, content: str) -> bool:
        return super().is_the_same(found, content) and self.is_host(found["links"]["sender"])


@broken("takes anybody's words for the answer that was lost", "LOST", "said_before")
class TakesAnybodysWordsForItsAnswer(TakesForSaid):
    pass


class LooksForSimilarWords(Inbox):
    """Does not say what it takes for said."""

    def folded(self, content: str) -> str:
        raise NotImplementedError

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        theirs = (found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"])
        if all(self.folded(found["content"]) != self.folded(content) for found in theirs if self.is_host(found["links"]["sender"])):
            super().say(conversation, sender, content)


@broken("takes words for said that were said in other case", "LOST", "similar_words")
class LooksInLowerCase(LooksForSimilarWords):
    def folded(self, content: str) -> str:
        return content.casefold()


@broken("takes words for said that were said with other blanks", "LOST", "similar_words")
class LooksWithoutBlanks(LooksForSimilarWords):
    def folded(self, content: str) -> str:
        return "".join(content.split())


@broken("takes words for said that begin alike", "LOST", "similar_words")
class LooksForTheBeginning(LooksForSimilarWords):
    def folded(self, content: str) -> str:
        return content[:30]


@broken("looks for a lost answer in the copy that it had before", "MSG003", "lost_answer")
class LooksInTheOldCopy(Inbox):
    def sync(self) -> None:
        if not self.unsure:
            super().sync()


@broken("greets each guest", "UNASKED", "two_guests")
class GreetsEachGuest(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        super().reply(booking_id, content)
        conversation = self.conversation_of(booking_id)
        greeted = self.__dict__.setdefault("greeted", set())
        if conversation is not None and conversation["id"] not in greeted:
            sender = self.host_in(conversation)
            assert sender is not None
            super().say(conversation, sender, "Welcome!")
            greeted.add(conversation["id"])


@broken("says an answer to every guest of the rental", "UNASKED", "two_channels")
class SaysItToEverybody(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        for other in self.copy["conversations"].values():
            host = self.host_in(other)
            if other["id"] != conversation["id"] and other["default_channel"] and host is not None:
                super().say(other, host, content)


@broken("closes a conversation when it has answered", "UNASKED", "two_guests")
class ClosesWhatItHasAnswered(Inbox):
    changes: ClassVar[JSON] = {"closed": True}

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        super().say(conversation, sender, content)
        self.api.call("PUT", f"{self.api.url}/inbox/conversations/{conversation['id']}", json={"conversations": [self.changes]})


@broken("opens a conversation again when it has answered, though staff have closed it", "UNASKED", "answered_closed")
class OpensWhatItHasAnswered(ClosesWhatItHasAnswered):
    changes: ClassVar[JSON] = {"closed": False}


@broken("takes a conversation that it has answered from whom it was assigned to", "UNASKED", "reassigned")
class TakesWhatItHasAnswered(ClosesWhatItHasAnswered):
    changes: ClassVar[JSON] = {"assignee_id": 2, "marked_as_spam": False}


@broken("makes a conversation for each booking of the website", "UNASKED", "direct_booking")
class MakesConversationsForDirectBookings(SelfMade):
    def sync(self) -> None:
        super().sync()
        for number, booking in list(self.copy["bookings"].items()):
            if maker_of(booking)[0] == "User" and not booking["links"]["conversations"] and booking["status"] == "Booked":
                made = self.make(number)
                booking["links"]["conversations"].append(made["id"])

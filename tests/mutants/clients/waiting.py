"""Clients that mix up answers which wait, or do not find again what was lost."""

import html
import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

from inbox_client import Inbox, Later
from inbox_client.api import JSON
from mutants.clients.broken import broken


class KeepsAnAnswer(Inbox):
    """Keeps an answer until the conversation is there, and gives it then, whatever it is told by that time."""

    def slot(self, booking_id: int) -> object:
        raise NotImplementedError

    def reply(self, booking_id: int, content: str) -> None:
        kept: dict[object, str] = self.__dict__.setdefault("kept", {})
        self.sync()
        if self.conversation_of(booking_id) is None:
            kept[self.slot(booking_id)] = content
            raise Later(f"booking {booking_id} has no conversation yet")
        super().reply(booking_id, kept.get(self.slot(booking_id), content))


@broken("keeps one answer that waits for each booking: the last one", "LOST", "answers_wait")
class KeepsOneAnswerOfABooking(KeepsAnAnswer):
    def slot(self, booking_id: int) -> object:
        return booking_id


@broken("keeps one answer that waits: the last one", "LOST", "answers_wait")
class KeepsOneAnswer(KeepsAnAnswer):
    def slot(self, booking_id: int) -> object:
        return None


@broken("does not answer where the conversation's first booking was cancelled, and says that it did", "LOST", "cancelled_beside")
class LeavesWhatWasCancelled(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        if conversation["links"]["bookings"][0] in self.copy["bookings"]:
            super().say(conversation, sender, content)


@broken("forgets a conversation when one of its bookings is cancelled", "STUCK", "cancelled_beside")
class ForgetsWhatWasCancelled(Inbox):
    def catch_up(self, name: str) -> None:
        before = dict(self.copy[name])
        super().catch_up(name)
        for gone in before.keys() - self.copy[name].keys() if name == "bookings" else ():
            for number, conversation in list(self.copy["conversations"].items()):
                if gone in conversation["links"]["bookings"] and len(conversation["links"]["bookings"]) > 1:
                    del self.copy["conversations"][number]


def _looks(name: str, words: str, hazard: str, change: Callable[[str], str]) -> type[Inbox]:
    def said(self: Inbox, conversation: JSON, content: str) -> set[int]:
        return Inbox.said(self, conversation, change(content))

    fault = f"looks for an answer that was lost {words}"
    return broken(fault, "MSG003", hazard)(type(f"Looks_{name}", (Inbox,), {"said": said}))


LOOKS = [
    _looks("stripped", "without blanks at its ends", "lost_odd_words", str.strip),
    _looks("escaped", "with markup escaped", "lost_odd_words", html.escape),
    _looks("composed", "with characters composed", "lost_odd_words", lambda text: normalize("NFC", text)),
    _looks("in_one_line", "in one line", "lost_odd_words", lambda text: " ".join(text.split())),
    _looks("with_unix_lines", "with lines ended by LF alone", "lost_odd_words", lambda text: text.replace("\r\n", "\n")),
    _looks("without_markup", "without markup", "lost_odd_words", lambda text: re.sub(r"<[^>]*>", "", text)),
    _looks("in_ascii", "in ASCII alone", "lost_odd_words", lambda text: text.encode("ascii", "ignore").decode()),
    _looks("cut", "by its first 255 characters", "lost_long_words", lambda text: text[:255]),
]


@broken("reads 64 KB of a webhook, and checks the signature of that", "WHK002", "long_words")
class ReadsTheBeginningOfAWebhook(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, body[:65536])


class LooksAtOneMessage(Inbox):
    """Looks for an answer that was lost at one message only."""

    def one_of(self, messages: list[JSON]) -> JSON:
        raise NotImplementedError

    def said(self, conversation: JSON, content: str) -> set[int]:
        theirs = [found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"]]
        return super().said(conversation, content) & {self.one_of(theirs)["id"]} if theirs else set()


@broken("looks for an answer that was lost at the last message only", "TWICE", "written_after_a_loss")
class LooksAtTheLastMessage(LooksAtOneMessage):
    def one_of(self, messages: list[JSON]) -> JSON:
        return max(messages, key=lambda found: int(found["id"]))


@broken("looks for an answer that was lost at the last message of a host only", "TWICE", "written_after_a_loss")
class LooksAtTheLastOfAHost(LooksAtOneMessage):
    def one_of(self, messages: list[JSON]) -> JSON:
        return max(messages, key=lambda found: (self.is_host(found["links"]["sender"]), int(found["id"])))


@broken("takes any message that is new for the answer that was lost", "LOST", "written_though_lost")
class TakesAnythingNewForIt(Inbox):
    def said(self, conversation: JSON, content: str) -> set[int]:
        return {found["id"] for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"]}

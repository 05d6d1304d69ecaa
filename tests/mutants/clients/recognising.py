"""Clients that look for what they said, after its answer was lost, and take something else for it."""

import re
from collections.abc import Callable
from unicodedata import normalize

from inbox_client import Inbox
from inbox_client.api import JSON
from mutants.clients.broken import broken

LIKENESSES: dict[str, tuple[str, Callable[[str], object]]] = {
    "case": ("but for their case", str.casefold),
    "ends": ("but for blanks at their ends", str.strip),
    "blanks": ("but for the number of blanks", lambda text: " ".join(text.split())),
    "form": ("in another form of Unicode", lambda text: normalize("NFC", text)),
    "letters": ("by their letters and digits", lambda text: re.sub(r"\W", "", text)),
    "beginning": ("by their first 255 characters", lambda text: text[:255]),
    "first_line": ("by their first line", lambda text: text.partition("\n")[0]),
    "length": ("by their length", len),
}
"""By what texts are taken for the same, by name: in words, and as a function."""


def _recognises(name: str, words: str, likeness: Callable[[str], object]) -> type[Inbox]:
    def said(self: Inbox, conversation: JSON, content: str) -> set[int]:
        messages = (found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"])
        alike = (found for found in messages if likeness(found["content"]) == likeness(content))
        return {found["id"] for found in alike if self.is_host(found["links"]["sender"])}

    fault = f"takes words that are the same {words} for those that it said"
    return broken(fault, "LOST", "written_though_lost")(type(f"Recognises_{name}", (Inbox,), {"said": said}))


RECOGNISES = [_recognises(name, *likeness) for name, likeness in LIKENESSES.items()]


@broken("takes the same words of a guest for what it said", "LOST", "written_though_lost")
class RecognisesTheGuestsWords(Inbox):
    def said(self, conversation: JSON, content: str) -> set[int]:
        messages = (found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"])
        return {found["id"] for found in messages if found["content"] == content}


@broken("takes the same words to somebody else for what it said", "LOST", "written_though_lost")
class RecognisesWordsElsewhere(Inbox):
    def said(self, conversation: JSON, content: str) -> set[int]:
        messages = self.copy["messages"].values()
        return {found["id"] for found in messages if found["content"] == content and self.is_host(found["links"]["sender"])}

"""Families of broken clients: one fault in several forms, each of which somebody has made."""

import html
import re
from collections.abc import Callable, Iterator
from json import loads
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote

from inbox_client import Api, Inbox, Later, LostAnswer
from inbox_client.api import JSON, Answer
from inbox_client.inbox import LISTS
from mutants.clients.believing import Drops, ToldOtherwise
from mutants.clients.broken import broken
from mutants.clients.hearing import in_lines, signature_in, signature_over

CHANGES: dict[str, tuple[str, Callable[[str], str]]] = {
    "lower": ("in lower case", str.lower),
    "escaped": ("with markup escaped", html.escape),
    "unescaped": ("with entities resolved", html.unescape),
    "plain": ("without markup", lambda text: re.sub(r"<[^>]*>", "", text)),
    "ascii": ("in ASCII alone", lambda text: text.encode("ascii", "ignore").decode()),
    "bmp": ("without characters beyond the basic plane", lambda text: "".join(found for found in text if ord(found) < 0x10000)),
    "latin": ("in Latin-1", lambda text: text.encode("latin-1", "replace").decode("latin-1")),
    "one_line": ("in one line", lambda text: " ".join(text.split())),
    "crlf": ("with lines ended by CR and LF", lambda text: text.replace("\n", "\r\n")),
    "rstrip": ("without blanks at their end", str.rstrip),
    "one_end": ("without one end of line at their end", lambda text: text.removesuffix("\n")),
    "lstrip": ("without blanks at their beginning", str.lstrip),
    "compatible": ("in the compatibility form of Unicode", lambda text: normalize("NFKC", text)),
    "decomposed": ("with characters decomposed", lambda text: normalize("NFD", text)),
    "plain_blanks": ("with plain blanks for those that do not break", lambda text: text.replace("\u00a0", " ")),
    "single_blanks": ("with one blank for several", lambda text: re.sub(" +", " ", text)),
    "no_tabs": ("with blanks for tabs", lambda text: text.expandtabs(4)),
    "breaks": ("with <br> for ends of lines", lambda text: text.replace("\n", "<br>\n")),
    "unix_lines": ("with lines ended by LF alone", lambda text: text.replace("\r\n", "\n")),
    "printable": ("without what is not printable", lambda text: "".join(c for c in text if c.isprintable() or c.isspace())),
    "no_joiners": ("without joiners of width zero", lambda text: text.replace("\u200d", "")),
    "unescaped_unicode": ("with \\u resolved", lambda text: re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)),
    "escapes": ("with \\n resolved", lambda text: text.replace("\\n", "\n")),
    "unquoted": ("decoded as from an address", unquote),
    "filled": ("with placeholders filled", lambda text: re.sub(r"\{\{\w+\}\}", "", text)),
    "filled_too": ("with variables filled", lambda text: re.sub(r"\$\{\w+\}", "", text)),
    "straight": ("with straight quotes", lambda text: text.replace("\u201c", '"').replace("\u201d", '"')),
    "doubled": ("with backslashes doubled", lambda text: text.replace("\\", "\\\\")),
    "stripped": ("without backslashes", lambda text: text.replace("\\", "")),
    "signed": ("with a signature", lambda text: f"{text}\n-- \nYours"),
    "accents": ("without accents", lambda text: re.sub("[\u0300-\u036f]", "", normalize("NFD", text))),
    "windows": ("in the characters of Windows-1252", lambda text: text.encode("cp1252", "replace").decode("cp1252")),
    "mojibake": ("read as Latin-1, though they are UTF-8", lambda text: text.encode().decode("latin-1")),
    "cut_5000": ("cut after 5,000 characters, with an ellipsis", lambda text: text if len(text) <= 5000 else f"{text[:4999]}\u2026"),
    "cut_32767": ("cut after 32,767 characters", lambda text: text[:32767]),
    "cut_65535": ("cut after 65,535 bytes", lambda text: text.encode()[:65535].decode(errors="ignore")),
    "quoted": ("encoded as in an address", quote),
    "typographic": ("with dashes and an ellipsis for what is typed", lambda text: text.replace("--", "\u2013").replace("...", "\u2026")),
    "plain_dashes": ("with hyphens for dashes", lambda text: re.sub("[\u2013\u2014]", "-", text)),
    "linked": ("with links made of addresses", lambda text: re.sub(r"(https?://\S+)", r'<a href="\1">\1</a>', text)),
    "masked": ("without addresses of mail", lambda text: re.sub(r"\S+@\S+", "[hidden]", text)),
    "masked_too": ("without telephone numbers", lambda text: re.sub(r"\+?\d[\d ()-]{6,}\d", "[hidden]", text)),
    "shortcodes": ("with signs for their names", lambda text: re.sub(r":(\w+):", "\U0001f511", text)),
    "smileys": ("with faces for smileys", lambda text: text.replace(":)", "\U0001f642")),
    "formatted": ("after % has been filled", lambda text: text.replace("%%", "%")),
    "filled_braces": ("with {name} filled", lambda text: re.sub(r"(?<![{$%#])\{\w+\}(?!\})", "", text)),
    "guarded": (
        "with a quote before what a spreadsheet would reckon",
        lambda text: f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text,
    ),
    "unquoted_mail": ("without quoted lines", lambda text: "\n".join(line for line in text.split("\n") if line[:1] != ">")),
    "no_signature": ("up to the signature", lambda text: re.split(r"\n-- ?\n", text)[0]),
    "fewer_lines": ("with one empty line for several", lambda text: re.sub("\n{3,}", "\n\n", text)),
    "separators": ("with lines ended where Unicode ends them", lambda text: "\n".join(text.split("\u2028"))),
    "emphasis": ("with stars for emphasis", lambda text: re.sub(r"\*(\w[^*]*)\*", r"<b>\1</b>", text)),
    "scripts": ("without scripts", lambda text: re.sub(r"(?is)<script.*?</script>|<!--.*?-->", "", text)),
    "no_selectors": ("without what selects a sign's form", lambda text: text.replace("\ufe0f", "")),
    "no_tones": ("without tones of skin", lambda text: "".join(c for c in text if not 0x1F3FB <= ord(c) <= 0x1F3FF)),
    "no_zero_width": ("without characters of no width", lambda text: re.sub("[\u200b\u200e\u00ad\ufeff]", "", text)),
    "numbers": ("as numbers, where they are some", lambda text: str(int(text)) if text.isascii() and text.isdigit() else text),
    "times": ("as times, where they are some", lambda text: re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$", r"\1 \2", text)),
    "objects": (
        "as objects, where they are JSON",
        lambda text: str(loads(text)) if text[:1] == "{" and text[-1:] == "}" and '"' in text else text,
    ),
}
"""What is done to a text, by name: in words, and as a function."""


def _says(name: str, words: str, change: Callable[[str], str]) -> type[Inbox]:
    def say(self: Inbox, conversation: JSON, sender: JSON, content: str) -> None:
        Inbox.say(self, conversation, sender, change(content))

    hazard = "long_words" if name.startswith("cut") else "odd_words"
    return broken(f"says what it is told to say {words}", "LOST", hazard)(type(f"Says_{name}", (Inbox,), {"say": say}))


def _reads(name: str, words: str, change: Callable[[str], str]) -> type[ToldOtherwise]:
    def otherwise(_: ToldOtherwise, conversation: JSON) -> None:
        for message in conversation["messages"]:
            message["content"] = change(message["content"])

    hazard = "long_words" if name.startswith("cut") else "odd_words"
    return broken(f"keeps messages {words}", "BELIEF", hazard)(type(f"Keeps_{name}", (ToldOtherwise,), {"otherwise": otherwise}))


SAYS = [_says(name, *change) for name, change in CHANGES.items()]
READS = [_reads(name, *change) for name, change in CHANGES.items()]


def _ends_after(most: int) -> type[Api]:
    def pages(self: Api, path: str, **query: str) -> Iterator[Answer]:
        for _, page in zip(range(most), Api.pages(self, path, **query), strict=False):
            yield page

    return broken(f"reads {most} pages of a list at most", "SYN002", "long_lists")(type(f"Reads_{most}_pages", (Api,), {"pages": pages}))


ENDS = [_ends_after(most) for most in (2, 3, 4)]


class TakesForTheEnd(Api):
    """Takes what keeps a page back for the end of the list."""

    def is_the_end(self, later: Later) -> bool:
        raise NotImplementedError

    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        try:
            yield from super().pages(path, **query)
        except Later as later:
            if not self.is_the_end(later):
                raise


@broken("takes an hour that is used up for the end of a list", "RAT001", "error_between_pages")
class TakesA429ForTheEnd(TakesForTheEnd):
    def is_the_end(self, later: Later) -> bool:
        return later.not_before is not None


@broken("takes an answer that breaks off, or cannot be read, for the end of a list", "BELIEF", "error_between_pages")
class TakesNonsenseForTheEnd(TakesForTheEnd):
    def is_the_end(self, later: Later) -> bool:
        return isinstance(later, LostAnswer) and later.__cause__ is not None


@broken("takes a server's error for the end of a list", "BELIEF", "error_between_pages")
class TakesA5xxForTheEnd(TakesForTheEnd):
    def is_the_end(self, later: Later) -> bool:
        return isinstance(later, LostAnswer) and later.__cause__ is None


@broken("counts pages of a hundred", "SYN002", "many_pages")
class CountsPagesOfAHundred(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        first = next(super().pages(path, **query))
        yield first
        total = int(first.headers["X-Total-Count"])
        for number in range(2, -(-total // 100) + 1):
            yield self.call("GET", f"{self.url}/{path}", fields={**query, "page": str(number)})


@broken("ends a list with the first page that is not full", "SYN002", "many_pages")
class EndsWithAPageThatIsNotFull(Api):
    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        for page in super().pages(path, **query):
            yield page
            if len(page.records) < 100:
                return


@broken("keeps conversations of Airbnb only", "BELIEF", "two_channels")
class DropsOtherChannels(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "conversations" and record["default_channel"] not in {None, "airbnb"}


@broken("keeps what guests write only", "BELIEF", "answered_elsewhere")
class DropsWhatHostsWrite(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "messages" and self.is_host(record["links"]["sender"])


@broken("keeps hosts among the participants only", "BELIEF", "two_guests")
class DropsGuests(Drops):
    def drops(self, name: str, record: JSON) -> bool:
        return name == "participants" and record["links"]["member"]["type"] == "Client"


@broken("keeps one host of each conversation", "BELIEF", "same_host_twice")
class KeepsOneHost(ToldOtherwise):
    def otherwise(self, conversation: JSON) -> None:
        hosts = [one for one in conversation["participants"] if one["member_type"] == "Host"]
        conversation["participants"] = [one for one in conversation["participants"] if one not in hosts[1:]]


@broken("looks for new bookings only, and never at old ones again", "SYN004", "cancelled_booking")
class NeverAsksForDeletions(Inbox):
    def catch_up(self, name: str) -> None:
        if name == "bookings" and name in self.synced_at:
            self.synced_at[name] = ""
            path, query = LISTS[name]
            for page in self.api.pages(path, **query):
                for record in page.records:
                    self.remember(name, record)
                self.synced_at[name] = self.synced_at[name] or page.synced_at
        else:
            super().catch_up(name)


def _compares(first: int, last: int) -> type[Inbox]:
    def receive(self: Inbox, headers: Any, body: bytes) -> bool:
        return signature_in(headers)[first:last] == signature_over(self.webhook_secret, in_lines(body))[first:last]

    fault = f"compares the digits of a signature from the {first + 1}th to the {last}th"
    return broken(fault, "WHK001", "forged_webhook")(type(f"Compares_{first}_to_{last}", (Inbox,), {"receive": receive}))


COMPARES = [_compares(0, 16), _compares(24, 32), _compares(8, 24)]

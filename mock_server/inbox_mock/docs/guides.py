"""The guides, which are Markdown in files, as pages: rendered when one is asked for, and searched by section."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath

from markdown_it import MarkdownIt
from markdown_it.token import Token

HERE = "http://127.0.0.1:8089/"
"""Where the fake answers that the guides speak of: their links to it lead to the one that shows them."""
LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1)\b")
MOST_FOUND = 50
AROUND = 120


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading, without markup."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide as HTML, which links to others by relative addresses."""

    title: str
    body: str
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Found:
    """A section in which something was found: its guide, and the text around, each second piece of which is a word that was sought."""

    name: str
    guide: str
    section: Section
    pieces: Sequence[str]


def folder() -> Path:
    """Return the folder of the guides: in the installed package, else in the checkout."""
    installed = Path(str(files("inbox_mock"))) / "_guides"
    return installed if installed.is_dir() else Path(str(files("inbox_mock"))).parents[1] / "docs"


@cache
def known() -> Mapping[str, Path]:
    """Return the file of each guide by its name, such as ``reference`` and ``decisions/0001-one-database-per-sandbox``; index first."""
    paths = [*sorted(folder().glob("*.md"), key=lambda path: (path.stem != "index", path.stem)), *sorted(folder().glob("decisions/*.md"))]
    return {path.relative_to(folder()).with_suffix("").as_posix(): path for path in paths}


@cache
def guide(name: str) -> Guide:
    """Return a known guide."""
    markdown = MarkdownIt("commonmark").enable("table")
    rules: dict[str, Callable[..., str]] = {
        "html_block": _without_comments,
        "html_inline": _escaped,
        "fence": _scrolled,
        "code_block": _scrolled,
        "table_open": _table,
    }
    for kind, rule in rules.items():
        markdown.add_render_rule(kind, rule)
    markdown.add_render_rule("table_close", lambda *_given: "</table></div>\n")
    tokens = markdown.parse(known()[name].read_text(encoding="utf-8"))
    _address(tokens, name)
    sections = list(_sections(tokens))
    return Guide(sections[0].title, markdown.renderer.render(tokens, markdown.options, {}), sections)


def search(sought: str) -> list[Found]:
    """Return the sections in which every word stands, those first whose titles have most of them."""
    words = [*dict.fromkeys(sought.lower().split())]
    if not words:
        return []
    split = re.compile("(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")", re.IGNORECASE)
    found: list[tuple[int, Found]] = []
    for name in known():
        shown = guide(name)
        for section in shown.sections:
            title = section.title.lower()
            if all(word in title or word in section.text.lower() for word in words):
                pieces = split.split(_around(section.text, split))
                found.append((-sum(word in title for word in words), Found(name, shown.title, section, pieces)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])][:MOST_FOUND]


def _around(text: str, split: re.Pattern[str]) -> str:
    """Return the text around the first word that is found."""
    first = split.search(text)
    at = first.start() if first else 0
    begin, end = max(0, at - AROUND), at + 2 * AROUND
    return f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}"


def _address(tokens: Sequence[Token], name: str) -> None:
    """Give each heading the anchor that GitHub gives it, and lead links to pages; those to files that are no guides become text."""
    anchors = Counter[str]()
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            anchor = re.sub(r"[^\w\- ]", "", token.content.lower()).replace(" ", "-")
            before.attrSet("id", f"{anchor}-{anchors[anchor]}" if anchors[anchor] else anchor)
            anchors[anchor] += 1
        ends: list[str] = []
        for inner in token.children or ():
            if inner.type == "link_open":
                address = _led(str(inner.attrGet("href")), name)
                inner.tag, inner.attrs = ("a", {"href": address}) if address else ("span", {})
                ends.append(inner.tag)
            elif inner.type == "link_close":
                inner.tag = ends.pop()


def _led(address: str, name: str) -> str | None:
    """Return where a link of a guide leads; None for a file that is no guide, and for another server on the reader's machine."""
    path, hashed, anchor = address.partition("#")
    if f"{path}/".startswith(HERE):
        return "../" * (name.count("/") + 2) + address.removeprefix(HERE.rstrip("/")).removeprefix("/")
    if not path or "://" in path:
        return None if LOCAL.match(path) else address
    target = normpath(join(dirname(name), path))
    if target.removesuffix(".md") in known():
        return f"{path.removesuffix('.md')}{hashed}{anchor}"
    return address if target.startswith("images/") else None


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    anchor, title, text = "", "", list[str]()
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            if title:
                yield Section(anchor, title, " ".join(text))
            anchor, title, text = str(before.attrGet("id")), _plain(token), []
        elif token.type in {"inline", "fence", "code_block"}:
            text.append(_plain(token))
    yield Section(anchor, title, " ".join(text))


def _plain(token: Token) -> str:
    if token.children is None:
        return " ".join(token.content.split())
    return "".join(" " if inner.type == "softbreak" else inner.content for inner in token.children)


def _without_comments(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return "" if tokens[index].content.startswith("<!--") else escape(tokens[index].content)


def _escaped(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return escape(tokens[index].content)


def _scrolled(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _table(*_given: object) -> str:
    return '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>\n'

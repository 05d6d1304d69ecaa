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
from posixpath import dirname, join, normpath, relpath

from markdown_it import MarkdownIt
from markdown_it.token import Token

HERE = "http://127.0.0.1:8089/"
"""Where the fake of the guides answers: links to it lead to the server that shows the guides instead."""
LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1)\b")
MOST_FOUND = 50
AROUND = 120
FOUND_LAST = ("decisions/", "licences")
"""Guides that say why, and what is installed: whoever searches asks how first."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


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
class SearchHit:
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
    """Return the file of each guide by its name, such as ``reference``, ``kits/README`` and ``decisions/README``; index first."""
    docs = folder()
    above = docs if (docs / "kits").is_dir() else docs.parent  # installed, the kits' pages are among the others
    paths = [*sorted(docs.glob("*.md"), key=lambda path: (path.stem != "index", path.stem)), *sorted(docs.glob("decisions/*.md"))]
    found = {path.relative_to(docs): path for path in paths}
    found |= {path.relative_to(above): path for path in [*above.glob("kits/README.md"), *sorted(above.glob("kits/*/README.md"))]}
    return {relative.with_suffix("").as_posix(): path for relative, path in found.items()}


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


def search(sought: str) -> list[SearchHit]:
    """Return the sections in which every word stands: those first whose titles have most of them, then those that have them most often."""
    words = [*dict.fromkeys(sought.lower().split())]
    if not words:
        return []
    split = re.compile("(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")", re.IGNORECASE)
    found: list[tuple[tuple[int, ...], SearchHit]] = []
    for name in known():
        shown = guide(name)
        for at, section in enumerate(shown.sections):
            title = section.title.lower()
            if all(word in title or word in section.text.lower() for word in words):
                text = next((below.text for below in shown.sections[at:] if below.text), "")
                titles = (sum(word in one for word in words) for one in (title, shown.title.lower()))
                order = (name.startswith(FOUND_LAST), *(-count for count in (*titles, len(split.findall(section.text)))))
                found.append((order, SearchHit(name, shown.title, section, split.split(_excerpt(text, split)))))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])][:MOST_FOUND]


def _excerpt(text: str, split: re.Pattern[str]) -> str:
    """Return the sentence that has most of the words, and what follows; of a long one, what is around the first word."""
    starts = [0, *(end.end() for end in SENTENCE_END.finditer(text)), len(text)]
    begin, _end = max(pairwise(starts), key=lambda ends: len({word.lower() for word in split.findall(text[slice(*ends)])}))
    first = split.search(text, begin)
    if first and first.start() > begin + AROUND:
        begin = max(begin, text.rfind(" ", begin, first.start() - AROUND) + 1)
    end = begin + 3 * AROUND
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first.end() if first else begin)
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
    file = name if name.startswith("kits/") else f"docs/{name}"
    target = normpath(join(dirname(file), path)).removeprefix("docs/").removesuffix(".md")
    if target in known() or target.startswith("images/"):
        return f"{relpath(f'/{target}', f'/{dirname(name)}')}{hashed}{anchor}"
    return None


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
    return "".join(" " if inner.type == "softbreak" else inner.content for inner in token.children if inner.type != "image")


def _without_comments(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return "" if tokens[index].content.startswith("<!--") else escape(tokens[index].content)


def _escaped(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return escape(tokens[index].content)


def _scrolled(_renderer: object, tokens: Sequence[Token], index: int, *_more: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _table(*_given: object) -> str:
    return '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>\n'

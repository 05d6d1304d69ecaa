"""What to say of a word that is none of the known ones."""

import json
from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.65  # at 0.6, "name" would be taken for "assume"; "hra" is as like "har" as 0.66
LONGEST = 100  # no known word has more characters, and those of a longer one would be compared in vain
UNKNOWN = "is unknown"
FOUND = "found "
RELATIVE = ("can't ", "must ", "is ")
CLAUSES = (*RELATIVE, "did you mean ")
MOST_SHOWN = 100
"""Characters of a value that an error shows."""
MOST_LISTED = 30
"""Words that an error lists, of those that are known."""


def shortened(text: str) -> str:
    """Return a text, or of a long one its beginning and its length; what is shortened already stays as it is."""
    length = f"… ({len(text):,} characters)"
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - len(length)]}{length}"


def listed(known: Iterable[str]) -> str:
    """Return which words are known, of many the first ones and their number."""
    known = list(known)
    if len(known) < 2:
        return "".join(known) or "nothing"
    more = f", … ({len(known)} in all)" if len(known) > MOST_LISTED else ""
    return f"one of {', '.join(known[:MOST_LISTED])}{more}"


def as_written(value: object) -> str:
    """Return a value as it is written in JSON, and a text alone in single quotes: whoever reads it need not know Python."""
    if isinstance(value, str):
        return repr(value)
    try:
        text = json.dumps(value, ensure_ascii=False, default=lambda one: sorted(one) if isinstance(one, set) else repr(one))
    except TypeError:  # keys that JSON has not
        return repr(value)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)


def shown(value: object) -> str:
    """Return a value of JSON or YAML as an error shows it."""
    return shortened(as_written(value))


def instead(found: str | None, expected: str) -> str:
    """Return what was found, unless it is None, and what was expected, as one sentence."""
    if found is None:
        return clause(expected)
    said = f"{FOUND}{found}"
    return f"{said}, which {expected}" if expected.startswith(RELATIVE) else f"{said}; {clause(expected)}"


def of_field(field: str, told: str) -> str:
    """Return what is told of a field as one sentence with its name."""
    return f"{field} {told}" if told.startswith(RELATIVE) else f"{field}: {told}"


def closest(word: object, known: Iterable[str], likeness: float = CLOSE) -> str | None:
    """Return the known word that resembles a word most, whatever its case, or None if none does; ``likeness`` goes up to 1."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, 1, likeness) if isinstance(word, str) and len(word) <= LONGEST else []
    return folded[found[0]] if found else None


def one_of(word: object, known: Iterable[str], more: str = "") -> str:
    """Return which known word was probably meant, and all of them; ``more`` is what is expected besides them."""
    known = list(known)
    expected, meant = f"{listed(known)}{more}", closest(word, known)
    return expected if meant is None else f"did you mean {meant!r}? Expected {expected}"


def instead_of(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant, as a question, or else all of them: for names, of which there are many."""
    known = list(known)
    meant = closest(word, known)
    return listed(known) if meant is None else f"did you mean {meant!r}?"


def unknown(word: str, known: Iterable[str], *, to: str = "") -> str:
    """Return the clause that refuses an unknown word; ``to`` is what does not know it."""
    return f"{UNKNOWN}{f' to {to}' if to else ''}; {clause(instead_of(word, known))}"


def clause(expected: str) -> str:
    """Return as a clause what was expected; what is a clause already, or says what was found, stays as it is."""
    return expected if expected.startswith(CLAUSES) or FOUND in expected else f"expected {expected}"

"""What to say of a word that is none of the known ones."""

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.6
LONGEST = 100  # no known word has more characters, and those of a longer one would be compared in vain
RELATIVE = ("can't ", "must ", "is ")
CLAUSES = (*RELATIVE, "did you mean ")
MOST_SHOWN = 80
"""Characters of a value that an error shows."""


def shortened(text: str) -> str:
    """Return a text, or of a long one its beginning and its length."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}… ({len(text):,} characters)"


def shown(value: object) -> str:
    """Return a value of JSON or YAML as an error shows it."""
    plain = value is None or isinstance(value, bool)
    return shortened(("null" if value is None else str(value).lower()) if plain else repr(value))


def instead(found: str, expected: str) -> str:
    """Return what was found and what was expected, as one sentence."""
    said = f"found {found}"
    return f"{said}, which {expected}" if expected.startswith(RELATIVE) else f"{said}; {clause(expected)}"


def closest(word: object, known: Iterable[str], likeness: float = CLOSE) -> str | None:
    """Return the known word that resembles a word most, whatever its case, or None if none does; ``likeness`` goes up to 1."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, 1, likeness) if isinstance(word, str) and len(word) <= LONGEST else []
    return folded[found[0]] if found else None


def one_of(word: object, known: Iterable[str]) -> str:
    """Return all known words, and which of them was probably meant."""
    known = list(known)
    return or_meant(f"one of {', '.join(known) or 'nothing'}", word, known)


def or_meant(expected: str, word: object, known: Iterable[str]) -> str:
    """Return what was expected, and which known word was probably meant."""
    meant = closest(word, known)
    return expected if meant is None else f"{expected}; did you mean {meant!r}?"


def instead_of(word: str, known: Iterable[str]) -> str:
    """Return the known word that was probably meant, as a question, or else all of them: for names, of which there are many."""
    known = list(known)
    meant = closest(word, known)
    return one_of(word, known) if meant is None else f"did you mean {meant!r}?"


def unknown(word: str, known: Iterable[str], *, to: str = "") -> str:
    """Return the clause that refuses an unknown word; ``to`` is what does not know it."""
    return f"is unknown{f' to {to}' if to else ''}; {clause(instead_of(word, known))}"


def clause(expected: str) -> str:
    """Return as a clause what was expected; what is a clause already stays as it is."""
    return expected if expected.startswith(CLAUSES) else f"expected {expected}"

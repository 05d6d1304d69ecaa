"""A property: one claim about a server, how sure it is, and what tells whether a server keeps it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox_mock.domain.fidelity import Fidelity

if TYPE_CHECKING:
    from collections.abc import Callable

    from inbox_contracts.provider.trial import Trial

LONGEST_SHOWN = 300
SHORT = 6


class Broken(AssertionError):  # noqa: N818 - the server's situation, not an error of ours
    """The server on trial does not keep a property; the text says what was found and what was expected."""


class NotJudged(Exception):  # noqa: N818 - nothing went wrong
    """A property cannot be judged here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """``says`` is the claim; ``reads``: judging it only reads; ``fake``: only a fake's admin API can do it; ``slow``: it comes last."""

    name: str
    says: str
    fidelity: Fidelity
    judge: "Callable[[Trial], None]"
    reads: bool = True
    fake: bool = False
    slow: bool = False


def expect(claim: object, told: str) -> None:
    """Go on if a claim is true.

    Raises:
        Broken: it is not.

    """
    if not claim:
        raise Broken(told)


def same(found: object, wanted: object, what: str) -> None:
    """Go on if two things are the same; ``what`` names the thing.

    Raises:
        Broken: they differ.

    """
    if found != wanted:
        raise Broken(f"{what} {_difference(found, wanted)}")


def _difference(found: object, wanted: object) -> str:
    """Say how two things differ; of long lists and records, only what differs."""
    if isinstance(found, dict) and isinstance(wanted, dict) and max(len(found), len(wanted)) > SHORT:
        names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name) or (name in found) != (name in wanted)]
        told = (f"{name} is {shown(found[name])}" if name in found else f"{name} is missing" for name in names[:SHORT])
        expected = {name: wanted[name] for name in names if name in wanted}
        return (
            f"differs: {', '.join(told)}; expected {shown(expected)}" if expected else f"differs: {', '.join(told)}; expected none of these"
        )
    if isinstance(found, list | set) and isinstance(wanted, list | set) and max(len(found), len(wanted)) > SHORT:
        lacks, more = [each for each in wanted if each not in found], [each for each in found if each not in wanted]
        if lacks or more:
            return " and ".join(
                [*([f"lacks {shown(lacks)}"] if lacks else []), *([f"has {shown(more)} beyond what is expected"] if more else [])]
            )
    return f"is {shown(found)}, expected {shown(wanted)}"


def shown(thing: object) -> str:
    """Return a thing as it is shown to people: not too long."""
    text = repr(thing)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."

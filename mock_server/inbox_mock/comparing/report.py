"""The report on what was compared, as JSON, and what each kind of difference says; nothing private is in it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from secrets import token_bytes
from types import MappingProxyType
from typing import Any

from inbox_mock.api.openapi_answers import REFUSALS
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.comparing import ABSENT, Difference
from inbox_mock.comparing.bodies import plain
from inbox_mock.comparing.headers import rule_of
from inbox_mock.comparing.running import Compared
from inbox_mock.conduct.evaluation import near
from inbox_mock.domain.fidelity import ASSUMPTIONS, Fidelity, assumed, recorded
from inbox_mock.domain.spelling import as_written
from inbox_mock.importing.world import MadeUp
from inbox_mock.recordings import Lost
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.disguise import MAIL, Disguise
from inbox_mock.webhooks.event_types import event_types

NO_SOURCE = assumed("no source names it")
ENVELOPE = recorded("all recordings of the Inbox, 2018")
ORDER = recorded("the lists in recordings; no page says in which order records come")
Source = Callable[[str], Fidelity]


def _of_status(about: str) -> Fidelity:
    """``200->403:GET /inbox/messages``: a refusal of the fake's has its own source, anything else that of the operation."""
    statuses, _, request = about.partition(":")
    ours = int(statuses.partition("->")[2])
    method, _, rule = request.partition(" ")
    found = next((one.fidelity for one in OPERATIONS if (one.method, one.rule) == (method, rule)), NO_SOURCE)
    return REFUSALS[ours][1] if ours in REFUSALS else found


def _of_attribute(about: str) -> Fidelity:
    plural, _, name = about.partition(".")
    resource = RESOURCES.get(plural)
    sources = {part.name: part.fidelity for part in resource.attributes} if resource else {}
    return sources.get(name, NO_SOURCE if name else ENVELOPE)


def _of_association(about: str) -> Fidelity:
    plural, _, name = about.partition(".")
    resource = RESOURCES.get(plural)
    sources = {link.name: link.fidelity for link in resource.links} if resource else {}
    return sources.get(name, NO_SOURCE if name else ENVELOPE)


def _of_error(about: str) -> Fidelity:
    plural, _, field = about.partition(".")
    resource = RESOURCES.get(plural)
    found = next((one.fidelity for one in (resource.constraints if resource else ()) if one.field == field), None)
    return found or REFUSALS[422][1]


def _always(fidelity: Fidelity) -> Source:
    return lambda _about: fidelity


SUBJECTS: dict[str, tuple[str, Source]] = {
    "status": ("the status", _of_status),
    "header": ("a header", lambda about: rule_of(about.lower()).fidelity),
    "envelope": ("a key of the envelope", _always(ENVELOPE)),
    "template": ("a URI template", _of_association),
    "meta": ("a key of meta", _always(recorded("a survey of all recorded answers, by method"))),
    "record": ("a record", _always(ORDER)),
    "field": ("a field of a record", _of_attribute),
    "include": ("an embedded record", _of_association),
    "link": ("an association of a record", _of_association),
    "error": ("an error of a refusal", _of_error),
    "body": ("the body", _always(ENVELOPE)),
    "request": ("a request", _always(NO_SOURCE)),
    "webhook": ("a webhook", lambda about: assumed("when webhooks are sent is not said") if about in event_types() else NO_SOURCE),
}
"""What the first word of a kind is about, and where its source is found."""
VERBS = {
    "missing": "is not in our answer",
    "extra": "is in our answer alone",
    "value": "has another value",
    "type": "has another type",
    "number": "is written as another kind of number",
    "order": "comes in another order",
    "repeated": "comes twice in the recorded answer",
    "lost": "was not recorded",
}


def says(kind: str) -> str:
    """Return what a kind of difference means, as a clause."""
    what, _, about = kind.partition(":")
    subject, _, verb = what.partition("-")
    if subject == "status":
        statuses, _, request = about.partition(":")
        return f"{request}: the status was {statuses.replace('->', ', ours is ')}"
    return f"{about}: {SUBJECTS[subject][0]} {VERBS[verb]}"


def sure_of(kind: str) -> Fidelity:
    """Return how sure the fake is of the behaviour that a kind of difference is about."""
    what, _, about = kind.partition(":")
    return SUBJECTS[what.partition("-")[0]][1](about)


JSON = dict[str, Any]
CLEAN, DIFFERENT = "clean", "different"
OF_THE_API = ("status", "header", "template", "meta")
"""What the kinds are about whose values are the API's own, where both answers have one: addresses and figures."""
OF_IDS = ("record", "link")
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
ADDRESS = re.compile(r"https?://[^/\s\"<>]*")
VALUE_IN_QUERY = re.compile(r"([?&][^=&\s>\"]*=)([^&\s>\"]*)")
PLAIN_PARAMETERS = re.compile(r"[?&](page|per_page|include|fields|ids|status|months)=$")
WHAT_A_REFUSAL_REPEATS = re.compile(
    rf"{MAIL}|(?<![\d-])(?!\d{{4}}-\d\d-\d\d)\+?\d[\d ().-]{{4,}}\d"
    r"|\"[^\"]*\"|\u201c[^\u201d]*\u201d|\xab[^\xbb]*\xbb|\u2018[^\u2019]*\u2019|`[^`]*`|(?<!\w)'[^']*'(?!\w)"
)
"""What words of the API may hold of what was sent: mail addresses, long numbers such as those of phones, and what is quoted."""
LONGEST = 400
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class KindOfDifference:
    """The differences of one kind: how many there are, and the first one."""

    difference: Difference
    first: Compared
    count: int = 0


@dataclass(slots=True)
class ComparisonResult:
    """What was compared: differences by their kinds and what the recorder lost, and the requests that were not sent, by the reason."""

    compared: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    groups: dict[tuple[str, Lost | None], KindOfDifference] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the differences that no recorder has caused."""
        return frozenset(kind for kind, lost in self.groups if lost is None)


def gather(compared: Iterable[Compared]) -> ComparisonResult:
    """Return all that was compared, by kinds."""
    found = ComparisonResult()
    for one in compared:
        if one.skipped:
            found.skipped[one.skipped] += 1
            continue
        found.compared += 1
        for difference, lost in one.differences:
            group = found.groups.setdefault((difference.kind, lost), KindOfDifference(difference, one))
            group.count += 1
    return found


def report_of(
    found: ComparisonResult,
    about: str,
    *,
    allowed: Sequence[str] = (),
    made_up: Iterable[MadeUp] = (),
    switches: Mapping[str, tuple[object, frozenset[str]]] = NOTHING,
) -> JSON:
    """Return the report. Kinds that match one of the patterns ``allowed`` do not count; ``about`` says what was compared.

    ``switches`` are those that would explain differences: the other value of each, and the kinds that it makes vanish. ``made_up``
    is what the sandbox of a recording has that the recording does not show.
    """
    disguise = Disguise(token_bytes(32))
    explained = {kind: name for name, (_, kinds) in switches.items() for kind in kinds}
    differences = [
        _group(kind, group, disguise) | {"allowed": is_allowed(kind, allowed), "switch": explained.get(kind)}
        for (kind, lost), group in found.groups.items()
        if lost is None
    ]
    differences.sort(key=lambda one: (one["allowed"], -one["count"], one["entry"], one["kind"]))
    caused = [_group(kind, group, disguise) | {"lost": lost.value} for (kind, lost), group in found.groups.items() if lost is not None]
    return {
        "verdict": DIFFERENT if any(not one["allowed"] for one in differences) else CLEAN,
        "about": about,
        "compared": found.compared,
        "not_compared": [{"why": why, "count": count} for why, count in found.skipped.most_common()],
        "differences": differences,
        "caused_by_recorder": sorted(caused, key=lambda one: (-one["count"], one["kind"])),
        "made_up": [{"what": one.what, "count": one.count, "why": one.why} for one in made_up],
        "switches": [
            {"switch": name, "value": value, "says": ASSUMPTIONS[name].says, "explains": sorted(kinds)}
            for name, (value, kinds) in switches.items()
        ],
    }


def misspelled(pattern: str) -> str | None:
    """Return what is wrong with a pattern that no kind can match; None if one can."""
    what = pattern.partition(":")[0]
    known = ["status", *(f"{subject}-{verb}" for subject in SUBJECTS if subject != "status" for verb in VERBS)]
    return None if any(fnmatchcase(one, what) for one in known) else near(what, known)


def is_allowed(kind: str, patterns: Iterable[str]) -> bool:
    """Return whether a kind matches one of the patterns, in which ``*`` stands for any text."""
    return any(fnmatchcase(kind, pattern) for pattern in patterns)


def _group(kind: str, group: KindOfDifference, disguise: Disguise) -> JSON:
    one, fidelity = group.difference, sure_of(kind)
    return {
        "kind": kind,
        "says": says(kind),
        "count": group.count,
        "sure": fidelity.level,
        "source": fidelity.source,
        "place": str(group.first.place),
        "entry": group.first.place.entry,
        "request": group.first.request,
        "where": one.where,
        "recorded": without_private(kind, one.recorded, disguise),
        "ours": without_private(kind, one.ours, disguise),
    }


def without_private(kind: str, value: object, disguise: Disguise) -> str:
    """Return a value without what is private: invented where it may be, of an address only the path, of others how they look."""
    what, _, about = kind.partition(":")
    subject, _, verb = what.partition("-")
    if value is ABSENT:
        return repr(value)
    if subject == "header" and verb != "value":
        return "(there)"
    if subject == "error":
        return _without_addresses(str(_without_what_was_sent(value)))[:LONGEST]
    if (subject in OF_THE_API and verb not in {"missing", "extra"}) or (verb in {"order", "lost"} and subject not in OF_IDS):
        return _without_addresses(str(value))[:LONGEST]
    plural, _, attribute = about.partition(".")
    is_plain = subject == "field" and plural in RESOURCES and not isinstance(value, dict | list)
    return repr(disguise.of(plural, attribute, value))[:LONGEST] if is_plain else looks(value)


def looks(value: object) -> str:
    """Return what a value looks like: its type and size, and itself if it is a time, a truth value or null, or of whole numbers."""
    if value is None or isinstance(value, bool):
        return as_written(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "a number with a fraction" if value % 1 else f"{value:.1f}"
    if isinstance(value, str):
        return value if TIME.fullmatch(value) else f"a text of {len(value)} characters" if value else "a blank text"
    if isinstance(value, list):
        return str(value)[:LONGEST] if all(isinstance(one, int) for one in value) else f"a list of {len(value)}"
    size = f"{len(value):,} bytes" if isinstance(value, bytes) else str(value)
    return f"an object with {len(value)} keys" if isinstance(value, dict) else size


def _without_what_was_sent(value: object) -> object:
    """Return an error of a refusal without what it may repeat of the request."""
    if isinstance(value, dict):
        return {plain(name): _without_what_was_sent(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_what_was_sent(part) for part in value]
    return WHAT_A_REFUSAL_REPEATS.sub("...", value) if isinstance(value, str) else value


def _without_addresses(text: str) -> str:
    def masked(found: re.Match[str]) -> str:
        return found[0] if PLAIN_PARAMETERS.search(found[1]) else f"{found[1]}..."

    return VALUE_IN_QUERY.sub(masked, ADDRESS.sub("", text))

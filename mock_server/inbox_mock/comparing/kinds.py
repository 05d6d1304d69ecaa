"""The kinds of differences: what each says, and how sure the fake is of the behaviour that differs."""

from collections.abc import Callable

from inbox_mock.api.openapi_answers import REFUSALS
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.comparing.headers import rule_of
from inbox_mock.domain.fidelity import Fidelity, assumed, recorded
from inbox_mock.resources import RESOURCES
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

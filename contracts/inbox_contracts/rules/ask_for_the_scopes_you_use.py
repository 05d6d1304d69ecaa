"""AUT003: ask for the scopes that are needed."""

from collections.abc import Iterable, Iterator

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.domain.access import ALL_SCOPES, PUBLIC, expand_scopes


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each application whose tokens allow what it never did."""
    for application_id, calls in evidence.by_application():
        tokens = [evidence.tokens[label] for label in dict.fromkeys(entry.token or "" for entry in calls) if label in evidence.tokens]
        held = {scope for token in tokens if not set(ALL_SCOPES) <= set(token.scopes) for scope in token.scopes}
        good = [entry for entry in calls if entry.status not in {401, 403, 405}]
        hooks = [entry for entry in evidence.attempts if entry.application_id == application_id]
        used = {scope for entry in (*good, *hooks) for scope in _used(entry, held)}
        unused = held - used - expand_scopes(" ".join(sorted(used)))
        if unused and any(entry.scopes for entry in good):
            named = ", ".join(sorted(unused))
            yield Violation(f"holds {named}, and did nothing that needs {'it' if len(unused) == 1 else 'them'}", (good[-1].id,))


def _used(entry: Entry, held: Iterable[str]) -> Iterator[str]:
    """Yield the scopes that a call used: of those held, the ones for reading where it only reads."""
    wanted = set(entry.scopes) - {PUBLIC}
    fitting = [scope for scope in held if not wanted.isdisjoint(expand_scopes(scope))]
    reading = [scope for scope in fitting if scope.endswith("_read")] if entry.method == "GET" or entry.delivery else []
    yield from reading or fitting
    for name in entry.parameters.get("include", "").split(",") if entry.parts else ():
        yield from (scope for scope in held if name and scope.startswith(name))


RULE = Rule(
    code="AUT003",
    title="holds scopes that it never used",
    why="Users are asked to allow every scope, and a stolen token can do all that they allowed.",
    source="developers.bookingsync.com/guides/oauth-scopes",
    fix="Ask for the scopes that the client needs, and no more.",
    severity="note",
    exceptions=(
        "the scope is implied by one that was used",
        "webhooks came that need it",
        "the token is one that holds every scope there is, as tests are given",
    ),
    find=find,
    whole=True,
)

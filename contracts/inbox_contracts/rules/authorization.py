"""Tokens and scopes: stop with a token that was refused, keep the newest refresh token, ask for no more than is used."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation
from inbox_mock.conduct.pagination import REFERENCE, is_listing
from inbox_mock.domain.access import ALL_SCOPES, PUBLIC, expand_scopes


@Rule(
    code="AUT001",
    title="went on with a token after its 401",
    why="A token that expired or was revoked does not come back: every further call with it is lost.",
    source="developers.bookingsync.com/reference/authorization",
    fix="After a 401, exchange the refresh token for a new one; where that is refused, ask the user to authorise again.",
    exceptions=(
        "a refresh was tried in between, and failed",
        "it had come before the 401 was answered",
        "it may have been under way, and was not the same again: one call, or one on each further connection that the client keeps",
        "another token was used",
    ),
)
def stop_after_a_401(evidence: Evidence) -> Iterator[Violation]:
    """Yield each token that was used again after its 401."""
    failed: dict[int | None, list[int]] = {}
    for exchange in evidence.exchanges:
        if exchange.failed:
            failed.setdefault(exchange.application_id, []).append(exchange.id)
    calls: dict[str, list[Entry]] = {}
    for entry in evidence.calls:
        if entry.token is not None and entry.token in evidence.tokens:
            calls.setdefault(entry.token, []).append(entry)
    for token, used in sorted(calls.items()):
        application_id = evidence.tokens[token].application_id
        yield from _of_token(token, used, sorted(failed.get(application_id, []) + failed.get(None, [])), evidence.most_at_once)


def _of_token(token: str, calls: Iterable[Entry], failed: list[int], excused: int) -> Iterator[Violation]:
    """Yield the violation with one token. A second call after a failed refresh is an exception."""
    first: Entry | None = None
    refused: Entry | None = None
    again: list[int] = []
    for entry in calls:
        tried = refused is not None and bisect_right(failed, entry.id) > bisect_right(failed, refused.id)
        if first is not None and refused is not None and not tried and not entry.waited_for(first):
            if excused and not entry.repeats(refused):
                excused -= 1
            else:
                again.append(entry.id)
        if entry.status == 401:
            first = first or entry
            refused = entry
    if again and first is not None:
        times = "once" if len(again) == 1 else f"{len(again)} times"
        yield Violation(f"went on with {token} after its 401, {times}", (first.id, *again))


@Rule(
    code="AUT002",
    title="used a refresh token that had been replaced",
    why="Each refresh brings a new refresh token. The old one is revoked when the new access token is first used, if not before: "
    "with that alone, the user must authorise again.",
    source="assumed: the documentation says that each refresh brings a new refresh token; when the old one is revoked is known of "
    "Doorkeeper, which the service names in its 401",
    fix="Keep the refresh_token of every answer of /oauth/token, and let one process refresh at a time.",
    exceptions=(
        "the new access token was never used: the refresh is tried again, as after an answer that was lost",
        "the exchange was refused, so the token was still good",
    ),
)
def keep_the_newest_refresh_token(evidence: Evidence) -> Iterator[Violation]:
    """Yield each use of a refresh token after a call with an access token that it had been exchanged for."""
    exchanges = {entry.id for entry in evidence.exchanges if entry.asked.get("grant_type") == "refresh_token"}
    exchanged: dict[str, tuple[str, int]] = {}
    replaced: dict[str, tuple[int, int]] = {}
    for entry in evidence.entries:
        if entry.token in exchanged:
            label, exchange_id = exchanged[entry.token]
            replaced.setdefault(label, (exchange_id, entry.id))
        if entry.id not in exchanges:
            continue
        label = str(entry.asked.get("refresh_token"))
        if label in replaced:
            yield Violation(f"used {label} again, after a call with the token that it had been exchanged for", (*replaced[label], entry.id))
        elif entry.status == 200:
            exchanged[str(entry.answered.get("access_token"))] = label, entry.id


@Rule(
    code="AUT003",
    title="holds scopes that it never used",
    why="Users are asked to allow every scope, and a stolen token can do all that they allowed.",
    source="developers.bookingsync.com/guides/oauth-scopes",
    fix="Ask for the scopes that the client needs, and no more.",
    severity="note",
    exceptions=(
        "the scope is implied by one that was used",
        "webhooks came that need it",
        "it is for writing, and the lists that it read, reference data aside, were empty: there was nothing to write about",
        "the token is one that holds every scope there is, as tests are given",
    ),
    whole=True,
)
def ask_for_the_scopes_you_use(evidence: Evidence) -> Iterator[Violation]:
    """Yield each application whose tokens allow operations that it never used."""
    for application_id, calls in evidence.by_application():
        tokens = [evidence.tokens[label] for label in dict.fromkeys(entry.token or "" for entry in calls) if label in evidence.tokens]
        held = {scope for token in tokens if not set(ALL_SCOPES) <= set(token.scopes) for scope in token.scopes}
        good = [entry for entry in calls if entry.status not in {401, 403, 405}]
        hooks = [entry for entry in evidence.attempts if entry.application_id == application_id]
        used = {scope for entry in (*good, *hooks) for scope in _used(entry, held)}
        unused = held - used - expand_scopes(" ".join(sorted(used)))
        lists = [entry for entry in good if is_listing(entry) and entry.parts[-1] not in REFERENCE]
        if lists and all(entry.headers.get("X-Total-Count") == "0" for entry in lists):
            unused = {scope for scope in unused if scope.endswith("_read")}
        if unused and any(entry.scopes for entry in good):
            named = ", ".join(sorted(unused))
            yield Violation(f"holds {named}, and did nothing that needs {'it' if len(unused) == 1 else 'them'}", (good[-1].id,))


def _used(entry: Entry, held: Iterable[str]) -> Iterator[str]:
    """Yield the scopes that a call used: of the granted ones, those for reading if it only reads."""
    wanted = set(entry.scopes) - {PUBLIC}
    fitting = [scope for scope in held if not wanted.isdisjoint(expand_scopes(scope))]
    reading = [scope for scope in fitting if scope.endswith("_read")] if entry.method == "GET" or entry.delivery else []
    yield from reading or fitting
    for name in entry.parameters.get("include", "").split(",") if entry.parts else ():
        yield from (scope for scope in held if name and scope.startswith(name))

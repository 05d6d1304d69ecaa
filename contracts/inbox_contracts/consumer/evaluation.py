"""The evaluation of a recording: what the client believes, what reached the guests, and the rules of conduct."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from json import JSONDecodeError, loads

from inbox_contracts.consumer.beliefs import Mismatch, mismatches
from inbox_contracts.consumer.driver import JSON
from inbox_contracts.consumer.findings import Misbehaviour, by_rule, own
from inbox_contracts.consumer.hazards import hazards, struck
from inbox_contracts.consumer.late_calls import late_calls
from inbox_contracts.consumer.recording import ReceivedWebhook, Recording
from inbox_contracts.consumer.webhook_beliefs import is_untold, of_webhooks
from inbox_contracts.consumer.writes import clutter, records_in, replies, unasked
from inbox_mock.conduct.facts import parameters_in
from inbox_mock.domain.limits import JOURNALED
from inbox_mock.domain.values import whole_number

MOST_ENTRIES = 6

PARTS_FIX = (
    "Ask for participants and messages with updated_since, too: "
    "a change of theirs need not move the conversation's updated_at, so include= alone does not bring it."
)
BOOKINGS_FIX = "Read every page, and pass from: without it the list leaves out the stays that are over."

EARLY_FIX = "Answer ok only when every list has come to its end: what failed on the way is for later."
SHOW_THE_PAST = ("stale_read", "page_shift")
"""Faults with which a client that reads carefully may believe for a while what is not true."""

COSTLY = frozenset({"SYN001"})
"""Rules that save requests: who breaks one and believes what is not true is told of the belief first."""

DRIVER_ERRORS = {"crash": "crashed", "hang": "hangs", "missing": "cannot be started", "no client": "is none"}
PROTOCOL_FIX = (
    "Answer each line on stdin with one JSON line on stdout that has the same id, and write everything else to stderr; "
    "what may go better another time is answered ok: false, later: true."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A run of a client in a world, judged: ``findings`` are what it did wrong; the ``recording`` is kept if there are any.

    ``can`` are the commands that it can do, None if its driver failed; ``met`` are the hazards that it met, ``assumed`` the assumed
    behaviours that the run relied on, ``notes`` remarks for a person.
    """

    findings: tuple[Misbehaviour, ...] = ()
    recording: Recording | None = None
    can: frozenset[str] | None = None
    met: tuple[str, ...] = ()
    assumed: tuple[JSON, ...] = ()
    notes: tuple[str, ...] = ()


class BrokenRulesError(Exception):
    """Rules of conduct cannot be used, so that the client cannot be judged; the text names them."""


def judged(recording: Recording, notes: Sequence[str] = (), allow: Collection[str] = ()) -> Judgement:
    """Return the judgement of a recording that was evaluated; findings with a code in ``allow`` do not count."""
    failed = recording.driver_error is not None
    findings = tuple(found for found in recording.findings if found.code not in allow)
    return Judgement(
        findings=findings,
        recording=recording if findings else None,
        can=None if failed else recording.can,
        met=() if failed else tuple(name for name, hazard in hazards().items() if hazard.met(recording)),
        assumed=tuple(recording.report.get("assumed", ())),
        notes=tuple(notes),
    )


def evaluate(recording: Recording) -> list[Misbehaviour]:
    """Return everything that the client did wrong, the most significant first.

    Raises:
        BrokenRulesError: a rule, or a package's offer of rules, cannot be used.
    """
    if broken := recording.report.get("broken"):
        raise BrokenRulesError("; ".join(f"BROKEN  {one}" for one in broken))
    if recording.driver_error is not None:
        error = recording.driver_error
        title = DRIVER_ERRORS.get(error.kind, "does not keep to the driver protocol")
        return [Misbehaviour(error.kind.upper(), title, error.about, PROTOCOL_FIX)]
    reported = [
        Misbehaviour(found["code"], found["title"], found["about"], found["fix"], found["why"], tuple(found["entries"])[:MOST_ENTRIES])
        for found in recording.report["violations"]
        if found["severity"] == "error"
    ]
    seen = {found.code for found in reported}
    own = [
        *_webhooks(recording),
        *_beliefs(recording),
        *replies(recording),
        *clutter(recording),
        *unasked(recording),
        *late_calls(recording),
        *_endings(recording),
    ]
    others = dict.fromkeys(found for found in own if found.code not in seen)
    return sorted((*reported, *others), key=lambda found: found.code in COSTLY)


def _webhooks(recording: Recording) -> Iterator[Misbehaviour]:
    accepted: list[ReceivedWebhook] = []
    for webhook in recording.webhooks:
        if webhook.accepted and not webhook.genuine:
            yield by_rule("WHK001", f"accepted a forged {webhook.event}")
        if webhook.genuine and not webhook.accepted and not webhook.foreign:
            copies = [one for one in accepted if (one.event, one.record) == (webhook.event, webhook.record)]
            beside = ", of which it had accepted a copy" if copies else f"; it had accepted {len(accepted)} others" if accepted else ""
            yield by_rule("WHK002", f"refused a genuine {webhook.event}{beside}")
        if webhook.genuine and webhook.accepted:
            accepted.append(webhook)


def _beliefs(recording: Recording) -> Iterator[Misbehaviour]:
    believed = [] if recording.belief is None else mismatches(recording.belief, recording.expected)
    final = [found for found in believed if not is_untold(recording, found)]
    for found in final:
        late = _of_mismatch(recording, found)
        when = ", after a sync that had no news" if recording.quiet else ""
        yield replace(late, about=f"{late.about}{when}{', and it had sent no request' if recording.idle else ''}")
    if not final and not struck(recording, *SHOW_THE_PAST):
        for at, found in recording.outdated:
            early = _of_mismatch(recording, found)
            about, fix = (found.about, EARLY_FIX) if early.code == "BELIEF" else (early.about, early.fix)
            yield replace(early, about=f"at {at[11:19]}, when its sync was done, {about}", fix=fix)


def _of_mismatch(recording: Recording, found: Mismatch) -> Misbehaviour:
    if (heard := of_webhooks(recording, found)) is not None:
        return heard
    if found.noun == "booking" and found.part == "extra" and found.id in recording.cancelled:
        return by_rule("SYN004", f"still believes in booking {found.id}, which was cancelled", _deletions(recording, found.id))
    if found.part == "missing":
        entries = _showing(recording, found.noun, found.id)
        hidden = f", which no answer showed to it{_backwards(recording, found.noun) or _window(recording, found.noun)}"
        seen = f", which entry {entries[0]} showed" if entries else "" if _is_cut(recording, found.noun) else hidden
        found = replace(found, about=f"{found.about}{seen}")
    else:
        entries = ()
    late = _late(recording)
    if found.noun == "booking" and found.part == "conversation_ids" and found.id in late and not found.believed:
        return by_rule("SYN005", found.about)
    if found.noun == "conversation" and found.part == "missing" and _bookings_of(recording, found.id) & late:
        return by_rule("SYN005", f"{found.about}, which came after it had looked for it")
    fix = (
        PARTS_FIX
        if found.noun in ("participant", "message")
        else BOOKINGS_FIX
        if (found.noun, found.part) == ("booking", "missing")
        else ""
    )
    return own("BELIEF", found.about, fix, entries)


def _showing(recording: Recording, noun: str, record_id: int) -> tuple[int, ...]:
    """Return the entries whose answers showed a record to the client."""
    shown = (entry for entry in recording.entries if entry["delivery_id"] is None and entry["path"].rstrip("/").endswith(f"{noun}s"))
    return tuple(int(entry["id"]) for entry in shown if any(found.get("id") == record_id for found in records_in(entry)))[:MOST_ENTRIES]


def _is_cut(recording: Recording, noun: str) -> bool:
    """Return whether the journal holds the beginning alone of an answer that may have shown a record."""
    listed = (entry for entry in recording.entries if entry["path"].rstrip("/").endswith(f"{noun}s"))
    return any(len(entry["response"].get("body") or "") >= JOURNALED for entry in listed)


def _backwards(recording: Recording, noun: str) -> str:
    """Say that the client has read the pages of a list from the last one on, if it has: a list that grows at its front hides records so."""
    asked: list[int] = []
    for entry in recording.entries:
        if entry["delivery_id"] is None and entry["method"] == "GET" and entry["path"].rstrip("/").endswith(f"{noun}s"):
            page = whole_number(parameters_in(entry["query"]).get("page", "1"), 9) or 1
            asked = [*asked, page] if page > 1 else []
            if len(asked) > 1 and all(later < earlier for earlier, later in pairwise(asked)):
                return (
                    f"; it read the pages of {noun}s backwards ({', '.join(map(str, asked))}), and a list may grow at its front meanwhile"
                )
    return ""


def _window(recording: Recording, noun: str) -> str:
    """Say by which parameters the client asked for a list, the last time."""
    for entry in reversed(recording.entries):
        if entry["delivery_id"] is None and entry["method"] == "GET" and entry["path"].rstrip("/").endswith(f"{noun}s"):
            asked = ", ".join(f"{name}={given}" for name, given in parameters_in(entry["query"]).items() if name != "page")
            return f": it asked for {noun}s with {asked}" if asked else ""
    return ""


def _deletions(recording: Recording, booking_id: int) -> tuple[int, ...]:
    """Return the entries in whose response the API named the booking as deleted."""
    told = []
    for entry in recording.entries:
        if entry["path"] == "/api/v3/bookings" and "deleted_ids" in str(entry["response"].get("body")):
            try:
                body = loads(entry["response"]["body"])
            except JSONDecodeError:
                continue
            if booking_id in body.get("meta", {}).get("deleted_ids", []):
                told.append(int(entry["id"]))
    return tuple(told[:MOST_ENTRIES])


def _late(recording: Recording) -> set[int]:
    """Return the bookings that lacked their conversation at some sync, and got one later."""
    return {number for number in recording.awaited if any(number in found["booking_ids"] for found in recording.expected["conversations"])}


def _bookings_of(recording: Recording, conversation_id: int) -> set[int]:
    return {number for found in recording.expected["conversations"] if found["id"] == conversation_id for number in found["booking_ids"]}


def _endings(recording: Recording) -> Iterator[Misbehaviour]:
    if recording.stuck:
        yield own("STUCK", recording.stuck)
    if recording.gave_up:
        yield own("GAVE_UP", recording.gave_up)

"""The assumed behaviours that a run relied on, from the journal, the declarations' fidelity, and the actions of channels."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import orjson

from inbox_mock.api.operation import QUERY, Operation, OperationIndex
from inbox_mock.channels import policies
from inbox_mock.conduct.facts import Json, parameters_in
from inbox_mock.conduct.model import Entry, Evidence
from inbox_mock.conduct.pagination import page_of
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import ASSUMPTIONS, Fidelity
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.resources.declaration import Attribute, Resource, Write
from inbox_mock.resources.validation import is_cast
from inbox_mock.services.relay import RELAYED
from inbox_mock.store.database import Row

ASSUMED = "assumed"
OPENINGS = """
    SELECT t.due_at, t.happened, t.about, b.channel, b.created_at, b.id AS booking_id
    FROM timeline t JOIN bookings b ON b.id = json_extract(t.about, '$.booking_id')
    WHERE t.kind IN ('conversation_opened', 'channel_opens') AND t.due_at >= ? AND t.happened = 1"""
RELAYS = f"""
    SELECT count(*) FROM timeline t JOIN messages m ON m.id = json_extract(t.about, '$.message_id')
    JOIN conversations c ON c.id = m.conversation_id
    WHERE t.kind = '{RELAYED}' AND t.due_at >= ? AND c.relay_seconds IS NULL"""  # noqa: S608 - names of ours
FROM_CHANNEL = """
    SELECT c.channel, count(*) AS n FROM messages m JOIN conversations c ON c.id = m.conversation_id
    JOIN participants p ON p.id = m.sender_id
    WHERE m.created_at >= ? AND p.member_type = 'Client' AND m.created_by_id IS NOT NULL AND c.channel IS NOT NULL GROUP BY c.channel"""
REOPENED = """
    SELECT count(*) FROM messages m JOIN participants p ON p.id = m.sender_id
    WHERE m.created_at >= ? AND p.member_type = 'Client' AND m.conversation_id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """A behaviour that no source settles: what the fake does, and why; ``switch`` names the switch that decides it.

    There is one object for each, since thousands are counted.
    """

    says: str
    source: str
    switch: str | None = None


@cache
def _switched(name: str) -> Behaviour:
    return Behaviour(ASSUMPTIONS[name].says, f"no source settles it; assume.{name} of a scenario decides", name)


@cache
def _declared(says: str, source: str) -> Behaviour:
    return Behaviour(says, source)


def _is(*calls: tuple[str, ...]) -> Callable[[Entry, Json], bool]:
    return lambda entry, _: entry.done and any(entry.is_call(*call) for call in calls)


def _shows_records(entry: Entry, _: Json) -> bool:
    return entry.status in {200, 201}


def _shows_a_picture(entry: Entry, _: Json) -> bool:
    attachments = entry.answered.get("attachments") if entry.status in {200, 201} else None
    return isinstance(attachments, list) and any(attachment.get("image_width") for attachment in attachments)


def _stays_with_an_offset(entry: Entry, written: Json) -> bool:
    return entry.done and any(times.has_offset(str(written[key])) for key in ("start_at", "end_at") if key in written)


def _is_of_another_type(entry: Entry, written: Json) -> bool:
    return bool(written) and entry.asked_headers.get("Content-Type", "").partition(";")[0].strip().lower() not in READ_TYPES


@dataclass(frozen=True, slots=True)
class OfCalls:
    """Tells whether a call, which wrote a record, relied on a behaviour; it is asked of calls about these resources, or about any."""

    behaviour: Behaviour
    seen: Callable[[Entry, Json], bool]
    about: tuple[str, ...] = ()


MESSAGE = ("POST", "inbox", "messages")
READ_TYPES = ("application/vnd.api+json", "application/json")
"""The content types of bodies that are documented, and that a client in production sends."""
OF_READS = (
    OfCalls(_switched("if_none_match"), lambda entry, _: "If-None-Match" in entry.asked_headers),
    OfCalls(_switched("created_by"), _shows_records, ("conversations", "messages")),
    OfCalls(_switched("attachment_urls"), _shows_records, ("attachments",)),
    OfCalls(_switched("picture_size"), _shows_a_picture, ("attachments",)),
    OfCalls(
        Behaviour("A page past the end is empty, and no error.", "no source settles it"),
        lambda entry, _: entry.status == 200 and page_of(entry) > int(entry.headers.get("X-Total-Pages") or sys.maxsize),
    ),
)
OF_WRITES = (
    *OF_READS,
    OfCalls(_switched("message_bumps_conversation"), lambda entry, _: entry.made("inbox_message_created") is not None),
    OfCalls(
        _switched("connect_moves_updated_at"),
        _is(
            ("PUT", "inbox", "conversations", "*", "connect_booking"),
            ("PUT", "inbox", "conversations", "*", "disconnect_booking"),
            ("PUT", "inbox", "messages", "*", "add_attachment"),
        ),
    ),
    OfCalls(
        _switched("sent_at_optional"),
        lambda entry, written: entry.is_call(*MESSAGE) and bool(written) and written.get("sent_at") is None,
        ("messages",),
    ),
    OfCalls(_switched("visibility_all"), lambda entry, written: "messages" in entry.parts and written.get("visibility") == "all"),
    OfCalls(_switched("stay_offset"), _stays_with_an_offset),
    OfCalls(
        Behaviour(
            "A body is read as JSON whatever its Content-Type says.",
            "the documentation names application/vnd.api+json, a client in production sends application/json; of others nothing is known",
        ),
        _is_of_another_type,
    ),
    OfCalls(
        Behaviour("A message whose channel is not the conversation's default_channel stays in the inbox.", "inferred from default_channel"),
        lambda entry, _: any(reason.is_not_relayed for reason in entry.reasons),
    ),
    OfCalls(
        Behaviour("A sender from another conversation is refused.", "inferred: a participant is scoped under its conversation"),
        lambda entry, _: entry.is_call(*MESSAGE) and entry.refused_for("sender"),
        ("messages",),
    ),
)
OF_EXCHANGES: tuple[tuple[Behaviour, Callable[[Entry], bool]], ...] = (
    (
        _switched("refresh_revokes"),
        lambda entry: entry.status == 200 and "refresh_token" in entry.asked,
    ),
    (_switched("pkce"), lambda entry: "code_verifier" in entry.asked),
    (_switched("token_refusal_status"), lambda entry: entry.status in {400, 401}),
    (
        Behaviour("Refusals of /oauth/token are worded as Doorkeeper words them.", "the status is documented, the body is not"),
        lambda entry: entry.status in {400, 401},
    ),
)
OF_WEBHOOKS: tuple[tuple[Behaviour, Callable[[Entry], bool]], ...] = (
    (
        Behaviour("A webhook is delivered when the answer is 2xx within 5 seconds.", "no retry, time-out or success rule is stated"),
        lambda entry: entry.status is not None,
    ),
    (
        Behaviour("A cancelled booking is published as booking_destroyed, with the record as it is then.", "no source settles it"),
        lambda entry: entry.delivery is not None and entry.delivery.event == "booking_destroyed",
    ),
)
DRAWN_DELAY = Behaviour("How long a channel takes to open a conversation is left to the dice.", "that it may take a while is documented")
DRAWN_HOST = Behaviour("Whether the channel adds a Host participant is left to the dice.", "that it may or may not is documented")
RELAYED_LATER = Behaviour("A relayed message reaches the guest some seconds later.", "how long it takes is not said")
NEVER_OPENED = Behaviour("A booking cancelled before its conversation never gets one.", "no source settles it")
EXTERNAL = Behaviour("What comes from a channel is external, with the conversation's default_channel.", "inferred from the enumerations")
DEADLINE = Behaviour("A guest's message sets deadline_response_at, 24 hours later.", "how long hosts have is not said")
REOPENING = _switched("guest_reopens_closed")
OF_CHANNELS = (DRAWN_DELAY, DRAWN_HOST, RELAYED_LATER, NEVER_OPENED, EXTERNAL, DEADLINE, REOPENING)


def assumed(evidence: Evidence, operations: OperationIndex, observed: Mapping[Behaviour, int]) -> list[dict[str, object]]:
    """Return each behaviour that the run relied on, with the number of its occurrences, most frequent first."""
    met = Counter(_met(evidence, operations))
    met.update(observed)
    return [
        {"behaviour": behaviour.says, "source": behaviour.source, "seen": seen, "switch": behaviour.switch}
        for behaviour, seen in sorted(met.items(), key=lambda pair: (-pair[1], pair[0].says))
        if seen
    ]


def _met(evidence: Evidence, operations: OperationIndex) -> Iterator[Behaviour]:
    """Yield each behaviour as often as an entry shows it."""
    for entry in evidence.calls:
        operation, reads = operations.of(entry.method, entry.path), entry.method == "GET"
        written = {} if reads else entry.written
        if operation is not None and entry.status not in {401, 403}:
            yield from _of_declarations(entry, written, operation)
        if (entry.status or 0) >= 300:
            yield from _refusals(entry)
        for one in _to_ask(entry.parts[1] if len(entry.parts) > 1 else "", reads=reads):
            if one.seen(entry, written):
                yield one.behaviour
    for entries, behaviours in ((evidence.exchanges, OF_EXCHANGES), (evidence.attempts, OF_WEBHOOKS)):
        yield from (behaviour for entry in entries for behaviour, seen in behaviours if seen(entry))


@lru_cache(maxsize=64)
def _to_ask(resource: str, *, reads: bool) -> tuple[OfCalls, ...]:
    """Return what calls about a resource may show."""
    return tuple(one for one in (OF_READS if reads else OF_WRITES) if not one.about or resource in one.about)


def _of_declarations(entry: Entry, written: Json, operation: Operation) -> Iterator[Behaviour]:
    """Yield what a call relied on by its declarations: the operation, its parameters, written fields, embedded resources."""
    wrote = {}
    if operation.body in {"create", "update"}:
        known = _writable(operation.resource)
        wrote = {name: value for name, value in written.items() if name in known}
        if entry.done:
            yield from (_switched("cast_values") for name, value in wrote.items() if is_cast(known[name], value))
    yield from _relied_on(operation, entry.query, frozenset(wrote))


@lru_cache(maxsize=256)
def _relied_on(operation: Operation, query: str, wrote: frozenset[str]) -> tuple[Behaviour, ...]:
    """Return the behaviours that an operation with such a query and such written fields relies on."""
    parameters, found = parameters_in(query), []
    if operation.fidelity.level == ASSUMED:
        found.append(_declared(f"{operation.method} /api/v3{operation.rule}: {operation.summary}", operation.fidelity.source))
    asked = [(name, QUERY[name]) for name in operation.query if name in parameters and QUERY[name].fidelity.level == ASSUMED]
    found += [_declared(f"Query parameter {name}: {one.says}", one.fidelity.source) for name, one in asked]
    named = {part for name in ("fields", "include") if name in parameters for part in parameters[name].split(",")}
    parts = _assumed_parts(operation.resource) if named or wrote else ()
    return (*found, *(behaviour for name, writable, behaviour in parts if name in named or (writable and name in wrote)))


@cache
def _writable(resource: Resource) -> dict[str, Attribute]:
    return {attribute.name: attribute for attribute in resource.attributes if attribute.write is not Write.NEVER}


@cache
def _assumed_parts(resource: Resource) -> tuple[tuple[str, bool, Behaviour], ...]:
    """Return the name of each assumed attribute and link, whether it is an attribute, and the behaviour that it shows."""
    attributes = [a for a in resource.attributes if a.fidelity.level == ASSUMED]
    links = [link for link in resource.links if link.fidelity.level == ASSUMED]
    return (
        *((a.name, True, _declared(f"Attribute {a.name} of {resource.plural}", a.fidelity.source)) for a in attributes),
        *((link.name, False, _declared(f"Link {link.name} of {resource.plural}", link.fidelity.source)) for link in links),
    )


def _refusals(entry: Entry) -> Iterator[Behaviour]:
    """Yield the refusal that was received, unless it came from a fault."""
    from inbox_mock.api.openapi_answers import REFUSALS

    known: tuple[str, Fidelity] | None = REFUSALS.get(entry.status or 0)
    if known is not None and known[1].level == ASSUMED and not entry.is_struck:
        yield _declared(f"Status {entry.status}: {known[0]}", known[1].source)


def of_channels(work: UnitOfWork, since: str, closed: list[int]) -> dict[Behaviour, int]:
    """Count the events of channels since a time by the assumption that each shows; ``closed``: conversations that a client closed."""
    opened = [(row, orjson.loads(str(row["about"]))) for row in work.db.every(OPENINGS, (since,))]
    written = {str(row["channel"]): row["n"] for row in work.db.every(FROM_CHANNEL, (since,))}
    return {
        DRAWN_DELAY: sum(_by_dice(work, row) for row, _ in opened),
        DRAWN_HOST: sum("hosts" not in about for _, about in opened if about.get("conversation_id")),
        RELAYED_LATER: work.db.value(RELAYS, (since,), int) or 0,
        NEVER_OPENED: sum(about.get("never") == "the booking was cancelled" for _, about in opened),
        EXTERNAL: sum(written.values()),
        DEADLINE: sum(count for name, count in written.items() if policies()[name].response_hours is not None),
        REOPENING: work.db.value(REOPENED, (since, orjson.dumps(closed).decode()), int) or 0,
    }


def _by_dice(work: UnitOfWork, row: Row) -> bool:
    """Return whether a conversation's delay is the one that is drawn."""
    opens_after = policies()[str(row["channel"])].opens_after
    if opens_after is None:
        return False
    took = times.parse(str(row["due_at"])) - times.parse(str(row["created_at"]))
    return took.total_seconds() == work.dice.between("conversation delay", row["booking_id"], *opens_after)

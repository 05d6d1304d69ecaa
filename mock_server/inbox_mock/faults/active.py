"""The faults of a sandbox: set and remove them, and choose the one that strikes a request or a webhook.

The earliest fault that matches and is due strikes. Counts are kept even if the request is refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from inbox_mock.domain import limits, times
from inbox_mock.domain.endpoints import ENDPOINTS, OAUTH, in_full, matched_by
from inbox_mock.domain.errors import Invalid, NotFound, Problem, invalid
from inbox_mock.domain.reasons import FAULT_STRUCK, WEBHOOK_LOST, Reason
from inbox_mock.domain.spelling import clause, instead_of, one_of, unknown
from inbox_mock.engine import durations
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults.declaration import (
    DeliveryEffect,
    Fault,
    Options,
    RequestEffect,
    RequestFacts,
    RequestFault,
    Schema,
    WebhookFault,
    duration,
)
from inbox_mock.faults.kinds import kinds
from inbox_mock.store import faults as store
from inbox_mock.store.database import Row

MOST = 2**53
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
MATCH: dict[str, Schema] = {
    "method": {"enum": list(METHODS), "description": f"one of {', '.join(METHODS)}"},
    "path": {
        "type": "string",
        "pattern": "^/",
        "description": "a path under /api/v3, such as /inbox/messages, or /oauth/token; * stands for anything; "
        "if left out, everything under /api/v3",
    },
    "event": {"type": "string", "minLength": 1, "description": "an event of webhooks, such as booking_updated; * stands for anything"},
    "application_id": {"type": "integer", "minimum": 1, "maximum": MOST, "description": "the id of an application of this sandbox"},
    "nth": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST,
        "description": "a whole number from 1: the first call that is struck, of those that match",
    },
    "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": "the share of matching calls that are struck, up to 1"},
}
OF_REQUESTS = ("method", "path", "application_id", "nth", "share")
OF_WEBHOOKS = ("event", "application_id", "nth", "share")
TIMES: Schema = {"type": "integer", "minimum": 1, "maximum": MOST, "description": "a whole number from 1: how often it strikes"}
FOR = duration("", "for how long it strikes")
NO_OPTIONS = ("kind", "match", "times", "for")


@dataclass(frozen=True, slots=True)
class RequestStrike:
    """A fault that strikes a request, and its effect."""

    fault_id: int
    kind: str
    set_at: str
    effect: RequestEffect

    @property
    def reason(self) -> Reason:
        """The reason that the journal records."""
        return Reason(FAULT_STRUCK, {"fault_id": self.fault_id, "kind": self.kind})


@dataclass(frozen=True, slots=True)
class WebhookStrike:
    """A fault that strikes a webhook, and its effect; ``record`` is the older version that is delivered, if one is."""

    fault_id: int
    kind: str
    effect: DeliveryEffect
    record: str | None = None

    @property
    def reason(self) -> Reason:
        """The reason that the journal records of the delivery."""
        return Reason(WEBHOOK_LOST if self.effect.lost else FAULT_STRUCK, {"fault_id": self.fault_id, "kind": self.kind})


def set_fault(work: UnitOfWork, wanted: Mapping[str, Any], events: Iterable[str]) -> int:
    """Set a fault: ``kind``, its options, ``match``, ``times``, ``for``. Return its id. ``events`` are those that webhooks have.

    Raises:
        Invalid: the kind or an option is unknown, a value is not allowed, or there are too many faults.
    """
    if work.db.count("faults") >= limits.FAULTS:
        raise Invalid(invalid("faults", f"fewer than {limits.FAULTS} in a sandbox: remove some first"))
    fault = kinds().get(str(wanted.get("kind")))
    if fault is None:
        raise Invalid(invalid("kind", one_of(wanted.get("kind"), kinds())))
    match: Mapping[str, Any] = wanted.get("match", {})
    _check(work, fault, wanted, match, events)
    lasts = wanted.get("for", fault.lasts)
    row: Row = {
        "kind": wanted["kind"],
        "options": {name: given for name, given in wanted.items() if name not in NO_OPTIONS},
        "match": match,
        "times": wanted.get("times", 1 if "nth" in match else None),
        "set_at": work.now,
        "ends_at": None if lasts is None else times.wire(work.instant + durations.parse(lasts)),
    }
    fault_id = store.add(work.db, row)
    if fault.keeps_past:
        store.keep_past(work.db, fault_id)
    return fault_id


def remove_fault(work: UnitOfWork, fault_id: int) -> None:
    """Remove a fault and end its effects.

    Raises:
        NotFound: there is no such fault.
    """
    if not store.remove(work.db, fault_id):
        raise NotFound


def fault_record(row: Row) -> dict[str, object]:
    """Return a fault as the admin API shows it: how it was set, and how often it struck."""
    times_left = None if row["times"] is None else row["times"] - row["struck"]
    found: Row = {"id": row["id"], "kind": row["kind"], **row["options"], "match": row["match"], "times": row["times"]}
    return found | {"set_at": row["set_at"], "ends_at": row["ends_at"], "seen": row["seen"], "struck": row["struck"], "left": times_left}


def strike(work: UnitOfWork, request: RequestFacts) -> RequestStrike | None:
    """Count a request, and return the fault that strikes it, if one does."""
    standing = store.standing(work.db, work.now)
    if standing:
        work.begin_to_write()  # each may have to count the request
    for row in standing:
        fault = kinds()[str(row["kind"])]
        if isinstance(fault, RequestFault) and _strikes(work, row, fault, request):
            work.struck.append(str(row["kind"]))
            options, again = options_of(fault, row), fault.lingers(request) in row["lingering"]
            effect = (None if again else fault.begins(options)) or fault.effect(options)
            return RequestStrike(row["id"], str(row["kind"]), str(row["set_at"]), effect)
    return None


def strike_webhook(work: UnitOfWork, event: str, webhook: Row, older: Callable[[object], str | None]) -> WebhookStrike | None:
    """Count a webhook, and return the fault that strikes it, if one does.

    ``older`` returns an older version of the record, given the id of a fault that may have kept one, or None.
    """
    if not work.db.holds_any("faults"):
        return None
    for row in store.standing(work.db, work.now):
        fault, match = kinds()[str(row["kind"])], row["match"]
        if (
            not isinstance(fault, WebhookFault)
            or not _fits(match.get("event"), event)
            or match.get("application_id", webhook["application_id"]) != webhook["application_id"]
        ):
            continue
        record = older(row["id"]) if fault.older else None
        if (record is not None or not fault.older) and _is_due(work, row, match):
            work.struck.append(str(row["kind"]))
            return WebhookStrike(row["id"], row["kind"], fault.effect(options_of(fault, row)), record)
    return None


def options_of(fault: Fault, row: Row) -> Options:
    """Return a fault's options, with the defaults of those left out, and durations as timedelta."""
    found = {name: row["options"].get(name, schema["default"]) for name, schema in fault.options.items()}
    return {name: durations.parse(found[name]) if "x-duration" in schema else found[name] for name, schema in fault.options.items()}


def _strikes(work: UnitOfWork, row: Row, fault: RequestFault, request: RequestFacts) -> bool:
    """Return whether the fault strikes a request, for its own sake or because it struck an earlier one and lingers."""
    if fault.api_only and request.path.startswith(OAUTH):
        return False
    match, lingering = row["match"], row["lingering"]
    name = fault.lingers(request)
    if name is not None and name in lingering:
        if fault.ends(request):
            store.change(work.db, row["id"], {"lingering": [other for other in lingering if other != name]})
            return False
        return True
    wanted = match.get("method", request.method), match.get("application_id", request.application_id)
    if wanted != (request.method, request.application_id) or not _fits(in_full(match.get("path", "/*")), request.path):
        return False
    if not fault.concerns(request) or not _is_due(work, row, match):
        return False
    if name is not None:
        store.change(work.db, row["id"], {"lingering": [*lingering, name][-limits.LINGERING :]})
    return True


def _is_due(work: UnitOfWork, row: Row, match: Mapping[str, object]) -> bool:
    """Count a request or webhook that matches, and return whether the fault strikes it."""
    seen, struck = row["seen"] + 1, row["struck"]
    due = (row["times"] is None or struck < row["times"]) and seen >= match.get("nth", 1)
    due = due and work.dice.share("fault", f"{row['id']}/{seen}") < float(str(match.get("share", 1)))
    store.change(work.db, row["id"], {"seen": seen, "struck": struck + due})
    return due


def _fits(wanted: object, found: str) -> bool:
    return wanted is None or _pattern(str(wanted)).fullmatch(found) is not None


@lru_cache(maxsize=256)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in wanted.split("*")))


def _check(work: UnitOfWork, fault: Fault, wanted: Mapping[str, object], match: object, events: Iterable[str]) -> None:
    problems = []
    general = {"times": TIMES, "for": FOR}
    for name, given in wanted.items():
        if name in {"kind", "match"}:
            continue
        schema = general.get(name) or fault.options.get(name)
        if schema is None:
            problems.append(invalid(name, unknown(name, (*fault.options, "match", "times", "for"), to=str(wanted["kind"]))))
        elif not _is_valid(schema, given):
            problems.append(invalid(name, str(schema["description"])))
    if not isinstance(match, Mapping):
        raise Invalid(*problems, invalid("match", "an object"))
    problems += _problems_of_match(work, OF_WEBHOOKS if isinstance(fault, WebhookFault) else OF_REQUESTS, match)
    if isinstance(fault, RequestFault) and "path" in match and not problems:
        problems += _problems_of_address(fault, str(match["path"]), match.get("method"))
    if "event" in match and not problems and not any(_fits(match["event"], event) for event in events):
        problems.append(invalid("match.event", one_of(match["event"], events, "; * stands for anything")))
    if problems:
        raise Invalid(*problems)


def _problems_of_match(work: UnitOfWork, known: tuple[str, ...], match: Mapping[str, object]) -> list[Problem]:
    problems = [invalid(f"match.{name}", unknown(name, known)) for name in match if name not in known]
    wrong = [name for name in known if name in match and not _is_valid(MATCH[name], match[name])]
    problems += [invalid(f"match.{name}", str(MATCH[name]["description"])) for name in wrong]
    wanted = match.get("application_id")
    if isinstance(wanted, int) and work.db.one("SELECT 1 FROM applications WHERE id = ?", (wanted,)) is None:
        problems.append(invalid("match.application_id", str(MATCH["application_id"]["description"])))
    return problems


def _problems_of_address(fault: RequestFault, path: str, method: object) -> list[Problem]:
    """Return the problem of a path, or of a method of it, that no request can have."""
    known = [address for address in ENDPOINTS if not (fault.api_only and address.startswith(OAUTH))]
    matched = [address for address in matched_by(path) if address in known]
    if not matched:
        return [invalid("match.path", f"a path that {fault.kind} can strike, * for anything; {clause(instead_of(path, known))}")]
    methods = dict.fromkeys(one for address in matched for one in ENDPOINTS[address])
    return [] if method in {None, *methods} else [invalid("match.method", f"a method of {path}: {', '.join(methods)}")]


def _is_valid(schema: Schema, given: object) -> bool:
    from jsonschema_rs import is_valid

    if not is_valid(schema, given) or (isinstance(given, float) and schema.get("type") != "number"):
        return False
    try:
        return "x-duration" not in schema or durations.parse(given) is not None
    except ValueError:
        return False

"""A sandbox as it stands, as a scenario: one of exact records, whose times are offsets from the present."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import orjson

from inbox_mock import __version__
from inbox_mock.domain import fidelity, limits, times
from inbox_mock.domain.values import printable
from inbox_mock.engine import redaction
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.faults.kinds import kinds
from inbox_mock.scenarios import yaml12
from inbox_mock.scenarios.builder import FOUNDED_BEFORE
from inbox_mock.scenarios.defaults import Known
from inbox_mock.scenarios.exact import OF_PRESENT, TIME, Noun, nouns
from inbox_mock.scenarios.records import SECTION, left_out
from inbox_mock.scenarios.size import values_in
from inbox_mock.services.accounts import DEMO
from inbox_mock.simulation.actions.records import TIES
from inbox_mock.store import access, faults, webhooks
from inbox_mock.store.database import Database, Row
from inbox_mock.webhooks.deliveries import SENT
from inbox_mock.webhooks.event_types import event_types

OF_TOKENS = "token="
"""What a list's query may hold that a fault remembers, and a file must not."""
ALWAYS = frozenset({"accounts", "applications", "tokens"})
"""What a scenario would make up if it were left out."""
LEFT: dict[str, str] = {
    "webhooks that were still to be sent": f"SELECT count(*) FROM timeline WHERE happened = 0 AND kind = '{SENT}'",  # noqa: S608 - names of ours
    "addresses that have taken a role of the webhooks: name them with --webhook-url": """
        SELECT count(*) FROM webhooks WHERE role IS NOT NULL AND url IS NOT NULL""",
    "texts of tokens, which are drawn anew": f"SELECT count(*) FROM tokens WHERE name <> '{DEMO['token']}'",  # noqa: S608 - names of ours
    "client ids that are drawn anew, each with its secret": f"""
        SELECT count(*) FROM applications WHERE named_client_id <> '{DEMO["client_id"]}'
        OR named_client_secret <> '{DEMO["client_secret"]}'""",  # noqa: S608 - names of ours
    "entries of the journal": "SELECT count(*) FROM journal",
}
"""What is not exported, with the statement that counts it."""


@dataclass(frozen=True, slots=True)
class ExportedScenario:
    """A scenario, and what of the sandbox it does not hold, in words."""

    data: dict[str, Any]
    not_exported: list[str]

    @property
    def text(self) -> str:
        """The scenario as a YAML file."""
        lines = [
            f"{self.data['description']} Exported by inbox-mock {__version__}.",
            "It starts there: inbox-mock serve --scenario FILE",
            *(f"Not exported: {left}" for left in self.not_exported),
        ]
        return yaml12.write(self.data, "\n".join(map(printable, lines)))


def export_scenario(sandbox: Sandbox) -> ExportedScenario:
    """Return a sandbox as it stands as a scenario that starts there. No credential is in it: tokens are issued anew."""
    with sandbox.work() as work:
        settings, clock = work.settings, work.clock
        data: Row = {
            "description": f"The sandbox of {settings.scenario} as it stood at {work.now}.",
            "seed": settings.seed,
            "clock": {"now": work.now, "mode": clock.mode, "rate": clock.rate},
            "strict": settings.strict,
            "rate_limit": settings.rate_limit if settings.rate_limit_enforced else None,
            "page_cap": settings.page_cap,
            "assume": {name: chosen for name, chosen in settings.assume.items() if chosen != fidelity.DEFAULTS[name]} or None,
            SECTION: _records(work, work.db) | {"faults": [*_faults(work)]},
            "webhooks": [*_subscriptions(work)] or None,
        }
        counted = {what: work.db.value(sql, (), int) for what, sql in LEFT.items()}
        redacted: Any = redaction.of_part(work, {name: found for name, found in data.items() if found is not None})
    missing, size = [f"{count} {what}" for what, count in counted.items() if count], values_in(redacted)
    if size > limits.SCENARIO_VALUES:
        missing.append(f"a file that can be served: it has {size:,} values and keys, and may have {limits.SCENARIO_VALUES}")
    return ExportedScenario(redacted, missing)


def _records(work: UnitOfWork, db: Database, but: frozenset[str] = frozenset()) -> dict[str, list[Row]]:
    """Return the records of a database by noun, without some nouns."""
    start = times.parse(work.now)
    known = Known(start, times.wire(start - FOUNDED_BEFORE), rotated=work.settings.assume["picture_size"] == "shown")
    found: dict[str, list[Row]] = {}
    for name, noun in nouns().items():
        rows, shown = known.rows.setdefault(noun.table, {}), list[Row]()
        for row in () if name in but else _rows(work, db, name, noun, known):
            shown.append(_shown(noun, row, known))
            rows[row.get("id", len(rows))] = row
        if shown != left_out(name, known) or name in ALWAYS - but:
            found[name] = shown
    return found


def _rows(work: UnitOfWork, db: Database, name: str, noun: Noun, known: Known) -> Iterator[Row]:
    """Yield the rows of a noun, with what is kept outside of them, and without what has to stay secret."""
    order = "id" if "id" in noun.keys else "application_id, account_id"
    for row in db.each(f"SELECT * FROM {noun.table} ORDER BY {order}"):  # noqa: S608 - names of ours
        more: Row = {}
        if name == "rentals":
            more = orjson.loads(row["details"])
        elif name == "applications":
            window, used = access.spent(db, row["id"])
            more = {part: noun.default(part, row, known) for part in ("named_client_id", "named_client_secret")}
            more["requests_this_hour"] = used if window == access.window_of(work.instant) else 0
        elif name == "tokens" and row["name"] != DEMO["token"]:
            more = {"name": None}
        elif name == "attachments":
            more = {"file": db.value("SELECT bytes FROM attachment_files WHERE attachment_id = ?", (row["id"],))}
        elif name in TIES:
            ties = TIES[name]
            more = {ties.key: [tied[0] for tied in db.execute(ties.read, (row["id"],))]}
        if name != "events" or row["kind"] != SENT:
            yield row | more


def _shown(noun: Noun, row: Row, known: Known) -> Row:
    """Return a record with the keys that it needs."""
    found: Row = {}
    for name, key in noun.keys.items():
        stored = [row[column] for column in key.columns]
        if name == "id" or stored != [noun.default(column, row, known) for column in key.columns]:
            value = stored[0] if len(stored) == 1 else stored
            found[name] = None if stored[0] is None else key.form.show(value, known.start)
    return found


def _faults(work: UnitOfWork) -> Iterator[Row]:
    """Yield the faults as they were set, with what they have met since."""
    start = times.parse(work.now)
    for row in faults.all_set(work.db):
        found: Row = {"id": row["id"], "kind": row["kind"], **row["options"]}
        found |= {name: row[name] for name in ("match", "times", "seen", "struck") if row[name]}
        found |= {"lingering": [name for name in row["lingering"] if OF_TOKENS not in name]} if row["lingering"] else {}
        found["set_at"] = TIME.show(row["set_at"], start)
        found["ends_at"] = row["ends_at"] and TIME.show(row["ends_at"], start)
        if kinds()[row["kind"]].keeps_past:
            with closing(faults.past(work.db, row["id"])) as past:
                found["past"] = _records(work, past, OF_PRESENT)
        yield found


def _subscriptions(work: UnitOfWork) -> Iterator[Row]:
    """Yield the subscriptions to webhooks, by role where they have one."""
    client = access.client_application(work.db)
    for row in webhooks.all_subscriptions(work.db):
        found: Row = {"role": row["role"]} if row["role"] else {"url": row["url"]}
        if client is None or row["application_id"] != client["id"]:
            found["application"] = row["application_id"]
        if row["events"] != list(event_types()):
            found["events"] = row["events"]
        if row["retries"]:
            found["retries"] = row["retries"]
        if row["latency_seconds"]:
            found["latency"] = f"{row['latency_seconds']}s"
        yield found

"""What a record was at the start of the recording, and what others made of it later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inbox_mock.domain import times
from inbox_mock.importing.sightings import JSON, Key, Order, Sighting, Sightings

NOT_AFTER = frozenset(
    {"created_at", "updated_at", "closed_at", "marked_as_spam_at", "last_message_at", "read_at", "last_message_sent_at", "canceled_at"}
)
"""Times that lie in the past of whatever shows them: one after the start was set after it."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = timedelta(seconds=2)
"""How long after a client's write a change is taken for its effect."""


@dataclass(frozen=True, slots=True)
class Change:
    """A record that appeared, or the attributes of one that changed, at a time after the start, by others than the client."""

    at: datetime
    key: Key
    changed: JSON
    appeared: bool


@dataclass(frozen=True, slots=True)
class History:
    """``first`` is what a record was at the start, None if it was not there."""

    first: JSON | None
    later: tuple[Change, ...]


def histories(sightings: Sightings, start: datetime) -> Iterator[tuple[Key, History]]:
    """Yield the history of each record that was shown, but those that the client made; one whose answer was lost among them."""
    for key, seen in sightings.seen.items():
        if key not in sightings.own:
            ordered = sorted(seen, key=lambda one: one.order)
            made_at = instant(ordered[0].record().get("created_at"), EARLIEST)
            if any(plural == key[0] and abs(tried - made_at) <= AT_ONCE for plural, tried in sightings.unsure):
                sightings.own.add(key)
                continue
            yield key, _history(key, ordered, sightings.first_write, sightings.touched.get(key, []), start)


def _history(key: Key, seen: list[Sighting], first_write: Order | None, touched: list[Order], start: datetime) -> History:
    first, later = _told_apart(seen, first_write, start)
    appeared = False
    current = dict(first)
    changes: list[Change] = []
    if len(later) == len(seen):
        order, current = later.pop(0)
        if instant(current.get("created_at"), start) > start:
            appeared = True
            changes.append(Change(instant(current.get("created_at"), start), key, current, appeared=True))
        else:
            own = min((write[0] for write in touched if write <= order), default=None)
            first = {name: value for name, value in current.items() if not _is_after(name, value, start, own)}
    last = seen[0].order
    for order, shown in later:
        changed = {name: value for name, value in shown.items() if name in current and current[name] != value}
        new = {name: value for name, value in shown.items() if name not in current}
        if not appeared:
            first |= {name: value for name, value in new.items() if not _is_after(name, value, start)}
        else:
            changes[0].changed.update(new)
        if changed and not _is_own(shown, changed, touched, last, order):
            at = instant(changed.get("updated_at"), order[0])
            changes.append(Change(max(at, start), key, changed, appeared=False))
        current |= shown
        last = order
    return History(None if appeared else first, tuple(changes))


def _told_apart(seen: list[Sighting], first_write: Order | None, start: datetime) -> tuple[JSON, list[tuple[Order, JSON]]]:
    """Return what a record was at the start, as sightings show that are from before any write and change; and what the others show."""
    first: JSON = {}
    later: list[tuple[Order, JSON]] = []
    for sighting in seen:
        shown = sighting.record()
        before = first_write is None or sighting.order < first_write
        if before and instant(shown.get("updated_at"), start) <= start and instant(shown.get("created_at"), start) <= start:
            first |= shown
        else:
            later.append((sighting.order, shown))
    return first, later


def _is_own(shown: JSON, changed: JSON, touched: list[Order], before: Order, order: Order) -> bool:
    """Return whether a change is the effect of a client's write: its date says so, or it was first seen right after one."""
    if "updated_at" in changed:
        moment = instant(shown.get("updated_at"), order[0])
        return any(write[0] - AT_ONCE <= moment <= write[0] + AT_ONCE for write in touched)
    return any(before <= write <= order for write in touched)


def _is_after(name: str, value: object, start: datetime, own: datetime | None = None) -> bool:
    """Return whether a time was set after the start; or by the client, whose first write about the record was at ``own``."""
    if name not in NOT_AFTER or value is None:
        return False
    moment = instant(value, start)
    return moment > start or (own is not None and name != "created_at" and moment >= own)


def instant(told: object, otherwise: datetime) -> datetime:
    """Return a time that is told, or another one if it is none."""
    try:
        return times.parse(told) if isinstance(told, str) else otherwise
    except ValueError:
        return otherwise

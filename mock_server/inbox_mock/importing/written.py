"""The records that were found as a scenario's ``records``: keys that it has, times as offsets, channels, what is private replaced."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from jsonschema_rs import Validator, validator_for

from inbox_mock.channels import policies
from inbox_mock.domain import times, zones
from inbox_mock.domain.enumerations import APPLICATION
from inbox_mock.engine import durations
from inbox_mock.importing.completing import channel_of, client
from inbox_mock.importing.histories import Change
from inbox_mock.importing.sightings import JSON
from inbox_mock.importing.world import ORDER, ImportedRecords, record_in_words
from inbox_mock.resources.disguise import Disguise
from inbox_mock.resources.privacy import BYTES, PRIVATE
from inbox_mock.scenarios.exact import TIME, Key, Noun, nouns

RENAMED = {"bookings_tags": "bookings_tag_ids"}
WORKED_OUT = frozenset(
    {"url", "read_at", "owned_by_app", "initial_rental_price", "final_rental_price", "bookings_payments_count", "review_requests_count",
     "payment_url", "created_by_id", "created_by_type"}
)  # fmt: skip
"""Attributes that no record holds under their name: nothing is lost if they are left out."""
PLACEHOLDER = "the bytes of the file are a placeholder"
ZONE = "its time zone is one that fits the times of its bookings"
OPENER = "not shown: taken for that of the channel which opened it"
CANNOT_HOLD = "a value that no record of the fake can hold: left out"


class ScenarioWriter:
    """Writes the records of a world as a scenario holds them."""

    def __init__(self, world: ImportedRecords, disguise: Disguise, client_id: str | None) -> None:
        self.world, self.records, self.start, self.disguise = world, world.records, world.start, disguise
        self.client = client(world)
        self.of_client = {"client": True} | ({} if client_id is None else {"client_id": client_id})
        self.channels = {number: channel_of(number, application) for number, application in self.records["applications"].items()}
        self.stays: dict[int, set[tuple[str, str]]] = {}
        for booking in self.records["bookings"].values():
            for name in ("start_at", "end_at"):
                if booking.get(name) and booking.get(f"{name}_global"):
                    self.stays.setdefault(booking.get("rental", 0), set()).add((booking[name], booking[f"{name}_global"]))
        self.by_source = {policy.title: policy.name for policy in policies().values()}

    def section(self) -> dict[str, list[JSON]]:
        """Return all records at the start."""
        return {
            plural: [self.record(plural, number, found[number]) for number in sorted(found)]
            for plural, found in self.records.items()
            if found
        }

    def timeline(self, changes: Iterable[Change]) -> list[JSON]:
        """Return what others did later: an entry for each second and kind of change."""
        entries: dict[tuple[int, bool], dict[str, list[JSON]]] = {}
        for change in sorted(changes, key=lambda one: (one.at, ORDER.index(one.key[0]), one.key[1])):
            found = self.record(*change.key, change.changed, whole=change.appeared)
            if len(found) > 1:
                seconds = int((change.at - self.start).total_seconds())
                entries.setdefault((seconds, not change.appeared), {}).setdefault(change.key[0], []).append(found)
        return [
            {"at": _after(seconds), "records_change" if changed else "records_appear": entries[seconds, changed]}
            for seconds, changed in sorted(entries)
        ]

    def record(self, plural: str, number: int, shown: JSON, *, whole: bool = True) -> JSON:
        """Return a record; if it is given as a whole, without what it would have anyway."""
        private = () if (plural, number) in self.world.invented else PRIVATE.get(plural, ())
        noun = nouns()[plural]
        found: JSON = {"id": number}
        hidden = self._hidden(plural, number, shown) if whole else {}
        for name, value in {**shown, **hidden}.items():
            written = RENAMED.get(name, name)
            replaced = self.disguise.of(plural, name, value) if name in private else value
            if written not in noun.keys or not _fits(plural, written, replaced, self.start):
                if name not in WORKED_OUT:
                    self.world.tell(plural, f"{name} of {record_in_words(plural, number)}", CANNOT_HOLD)
                continue
            key = noun.keys[written]
            if whole and _is_default(noun, key, replaced, self.start):
                continue
            is_time = key.form is TIME and value is not None
            found[written] = durations.offset(times.parse(value) - self.start) if is_time else replaced
        return found

    def _hidden(self, plural: str, number: int, shown: JSON) -> JSON:
        """Return what only the fake knows of a record, as far as something tells it."""
        creator = shown.get("created_by_id")
        kind = shown.get("created_by_type", APPLICATION)
        found: JSON = {} if creator is None else {"created_by": {"id": creator, "type": kind}}
        channel = self.channels.get(creator) if kind == APPLICATION and isinstance(creator, int) else None
        match plural:
            case "conversations" if channel is not None:
                found["channel"] = channel
                if "default_channel" not in shown:  # null would let no answer reach the guest
                    found["default_channel"] = policies()[channel].default_channel
                    self.world.tell(plural, f"default_channel of {record_in_words(plural, number)}", OPENER)
            case "bookings":
                source = self.records["sources"].get(shown.get("source") or 0, {}).get("name", "")
                found["channel"] = channel or self.by_source.get(source, "direct")
                found |= {"application": self.client} if shown.get("owned_by_app") else {}
            case "participants" if shown.get("member", {}).get("type") == "Client":
                opened_by = self.records["conversations"].get(shown["conversation"], {}).get("created_by_id", 0)
                return {"by_channel": self.channels.get(opened_by) is not None}
            case "attachments" if shown.get("url"):
                return self._file(number, str(shown["url"]))
            case "rentals":
                return self._zone(number, shown)
            case "applications":
                channel = self.channels.get(number)
                return (self.of_client if number == self.client else {}) | ({"channel": channel} if channel else {})
        return found

    def _zone(self, number: int, rental: JSON) -> JSON:
        """Return a time zone in which the stays in a rental begin and end when they do, if they show that it is not UTC."""
        shown = self.stays.get(number, set())
        candidates = dict.fromkeys(("UTC", *zones.of_country(str(rental.get("country_code")).upper()), *sorted(zones.names())))
        fits = (name for name in candidates if all(times.true_instant(local, name) == instant for local, instant in shown))
        zone = next(fits, "UTC") if shown else "UTC"
        if zone == "UTC":
            return {}
        self.world.tell("rentals", record_in_words("rentals", number), ZONE)
        return {"timezone": zone}

    def _file(self, number: int, url: str) -> JSON:
        """Return the name of an attachment's file, and its bytes, if it was downloaded and they are to be kept."""
        name = self.disguise.of("attachments", "name", unquote(url.rpartition("/")[2]))
        content = self.world.sightings.files.get(url[url.find("/uploads/") :]) if self.disguise.keeps(BYTES) else None
        if content is None:
            self.world.tell("attachments", record_in_words("attachments", number), PLACEHOLDER)
        return {"file_name": name} | ({} if content is None else {"file": b64encode(content).decode()})


def _after(seconds: int) -> str:
    """Return a duration as the timeline takes it: in one unit."""
    unit, size = next((unit, size) for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % size == 0)
    return f"{seconds // size}{unit}" if seconds else "0s"


def _is_default(noun: Noun, key: Key, value: Any, start: datetime) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a record that leaves the key out has this value in any case."""
    column = key.columns[0]
    stored = None if value is None else key.form.store(value, start)
    return len(key.columns) == 1 and column not in noun.derived and column in noun.blank and noun.blank[column] == stored


def _fits(plural: str, name: str, value: Any, start: datetime) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a record can have this value."""
    try:
        if value is not None:
            nouns()[plural].keys[name].form.store(value, start)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return _validator(plural, name).is_valid(value)


@cache
def _validator(plural: str, name: str) -> Validator:
    return validator_for(nouns()[plural].keys[name].schema)

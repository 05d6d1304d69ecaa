"""What another server has in place of what was recorded: ids, addresses, times, and tokens."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox_mock.api.operation import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.domain import times
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.endpoints import API
from inbox_mock.domain.enumerations import APPLICATION, MEMBERS, USER
from inbox_mock.importing.calls import call_of
from inbox_mock.recordings import Exchange, Lost, header
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Resource

TOLERANCE = timedelta(seconds=2)
"""How far a time that a server has set may be from the time of the answer: both are in whole seconds."""
PLURALS = {**MEMBERS, APPLICATION: "applications", USER: "users"}
"""The resources of polymorphic associations, by their types."""
ADDRESS = re.compile(rf"{API}/((?:inbox/)?[a-z_]+)(/\d[\d,%C]*)?([^?\s>]*)(\?[^\s>]*)?")
IDS_IN_QUERY = re.compile(r"([?&](ids|rental_id|client_id)=)([\d,%C]+)")
NUMBER = re.compile(r"(?<!%)\d+")
EARLIEST = datetime.min.replace(tzinfo=UTC)
JSON = Any


@dataclass(slots=True)
class Translation:
    """From the first server's names to the second one's, learned from pairs of answers.

    ``ids`` are those of the records that a client made, by the plural of their resource; ``start`` is the time before which all times
    are the same. ``there`` and ``here`` are the times of the exchange on both sides.
    """

    start: datetime = EARLIEST
    there: datetime = EARLIEST
    here: datetime = EARLIEST
    ids: dict[tuple[str, int], int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """ETags, and paths of uploads."""
    _moments: set[tuple[str, str]] = field(default_factory=set)

    def id_of(self, plural: str, found: JSON) -> JSON:
        """Return the id by which the second server knows a record; anything else as it is."""
        return self.ids.get((plural, found), found) if self.ids and isinstance(found, int) else found

    def learn(self, plural: str, first: JSON, second: JSON) -> None:
        """Learn by which ids the two servers know a record that was made just now."""
        if isinstance(first, int) and isinstance(second, int) and first != second:
            self.ids[plural, first] = second

    def is_same_time(self, first: str, second: str) -> bool:
        """Return whether two times in the wire format are of the same moment: as far from the answer's, if it was since the start."""
        if (first, second) in self._moments:
            return True
        try:
            moment = times.parse(first)
            apart = (moment - self.there) - (times.parse(second) - self.here)
        except (ValueError, OverflowError):
            return False
        if moment < self.start or abs(apart) > TOLERANCE:
            return False
        self._moments.add((first, second))
        return True

    def addresses(self, text: str) -> str:
        """Return a text in which the addresses of records are those of the second server: a target, or a header."""
        return ADDRESS.sub(self._address, text) if self.ids else text

    def body(self, body: JSON) -> JSON:
        """Return the JSON of a request to the second server."""
        if not isinstance(body, dict):
            return body
        return {plural: self._records(plural, records) for plural, records in body.items()}

    def _address(self, found: re.Match[str]) -> str:
        plural, ids, rest, query = found[1].removeprefix("inbox/"), found[2] or "", found[3], found[4] or ""

        def translated(parameter: re.Match[str]) -> str:
            named = plural if parameter[2] == "ids" else f"{parameter[2].removesuffix('_id')}s"
            return f"{parameter[1]}{self._listed(named, parameter[3])}"

        return f"{API}/{found[1]}{self._listed(plural, ids)}{rest}{IDS_IN_QUERY.sub(translated, query)}"

    def _listed(self, plural: str, ids: str) -> str:
        return NUMBER.sub(lambda found: str(self.id_of(plural, int(found[0]))), ids)

    def _records(self, plural: str, records: JSON) -> JSON:
        resource = RESOURCES.get(plural)
        if resource is None or not isinstance(records, list):
            return records
        return [self._record(resource, record) if isinstance(record, dict) else record for record in records]

    def _record(self, resource: Resource, record: dict[str, JSON]) -> dict[str, JSON]:
        found = {}
        for name, value in record.items():
            plural = target_of(resource, name, record)
            if plural is None:
                found[name] = value
            elif isinstance(value, list):
                found[name] = [self.id_of(plural, one) for one in value]
            else:
                found[name] = self.id_of(plural, value)
        return found


def target_of(resource: Resource, name: str, record: Mapping[str, JSON]) -> str | None:
    """Return the plural of the records that an attribute of a written record names by their ids; None if it names none."""
    if name == "id":
        return resource.plural
    if name == "member_id":
        return PLURALS.get(str(record.get("member_type")))
    association = f"{name.removesuffix('_ids')}s" if name.endswith("_ids") else name.removesuffix("_id")
    return next((link.target for link in resource.links if link.name == association != name and link.target in RESOURCES), None)


INDEX = OperationIndex(OPERATIONS)
UNKNOWN = "unknown-to-the-sandbox"
REFUSED: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("expired", "expired-in-the-sandbox", {"expires_in": "0s"}),
    ("revoked", "revoked-in-the-sandbox", {"revoked": True}),
)
"""The word in WWW-Authenticate by which a refusal is told, the token that is refused so, and what a scenario says of it."""
MADE_UP = frozenset(f"Bearer {name}" for name in (UNKNOWN, *(name for _, name, _ in REFUSED)))


@dataclass(slots=True)
class Credentials:
    """The tokens that stand for the recorded ones. ``token`` is the one that may do all."""

    token: str = ""
    _lacking: dict[str, set[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def observe(self, exchange: Exchange) -> None:
        """Learn from an exchange what its token may not do."""
        call = None if exchange.response is None or exchange.response.status != 403 else call_of(exchange)
        recorded = header(exchange.request.headers, "Authorization")
        if call is not None and recorded is not None:
            self._lacking.setdefault(recorded, set()).update(INDEX.scopes(call.method, f"{API}{call.path}"))

    def scenario(self) -> list[dict[str, Any]]:
        """Return the tokens as a scenario lists them."""
        tokens: list[dict[str, Any]] = [{"token": name, **how} for _, name, how in REFUSED]
        for number, (recorded, lacking) in enumerate(self._lacking.items(), 1):
            self._names[recorded] = f"limited-{number}"
            tokens.append({"token": f"limited-{number}", "scopes": [scope for scope in ALL_SCOPES if scope not in lacking]})
        return tokens

    def of(self, exchange: Exchange) -> str | None:
        """Return the Authorization with which a request is sent again, None for one that had none."""
        recorded = header(exchange.request.headers, "Authorization")
        answer = exchange.response
        if answer is not None and answer.status == 401:
            told = answer.header("WWW-Authenticate") or ""
            return f"Bearer {next((name for word, name, _ in REFUSED if word in told), UNKNOWN)}"
        if recorded is None and not exchange.lost & {Lost.AUTHORIZATION, Lost.REQUEST_HEADERS}:
            return None
        return f"Bearer {self._names.get(recorded or '', self.token)}"


@dataclass(slots=True)
class AsSent(Credentials):
    """The token of a second server, which stands for the one that the first was sent, unless that was none, or made up."""

    def of(self, exchange: Exchange) -> str | None:
        """Return the Authorization with which a request is sent again."""
        sent = header(exchange.request.headers, "Authorization")
        return sent if sent is None or sent in MADE_UP else f"Bearer {self.token}"

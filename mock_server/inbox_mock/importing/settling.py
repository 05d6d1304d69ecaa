"""What traffic settles: switches of a scenario's ``assume``, page cap, rate limit, strictness, and the scopes of the token."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.domain.access import ALL_SCOPES, expand_scopes
from inbox_mock.domain.values import whole_number
from inbox_mock.importing.calls import DIGITS, ApiExchange, query_of
from inbox_mock.importing.histories import AT_ONCE
from inbox_mock.importing.sightings import JSON, Sightings, told_number
from inbox_mock.importing.switches import SWITCHES, sent_records, shown_records, was_accepted
from inbox_mock.recordings import header
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Resource
from inbox_mock.store.access import DEFAULT_LIMIT

LIMIT_DIGITS, MOST_ON_A_PAGE = 9, 1_000
"""The most that a scenario takes as `rate_limit` and `page_cap`: more settles nothing."""
SENSELESS = (ValueError, TypeError, AttributeError, KeyError)
"""What looking at JSON raises that is not of the API's types: it settles nothing."""
OWN_CHANNELS = frozenset(policy.default_channel for policy in opening())


@dataclass(slots=True)
class SettingsEvidence:
    """What calls tell of the server's settings. Tokens are kept as the hash of their text alone."""

    votes: dict[str, set[object]] = field(default_factory=dict)
    caps: dict[str, set[int]] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    client_ids: set[str] = field(default_factory=set)
    limits: set[int] = field(default_factory=set)
    refused_rate: bool = False
    _renewed: dict[int, int] = field(default_factory=dict)
    _issued: dict[int, int] = field(default_factory=dict)
    _used: set[int] = field(default_factory=set)
    _challenged: set[int] = field(default_factory=set)

    def note(self, call: ApiExchange, now: datetime) -> None:
        """Take what a call tells."""
        if call.part == "oauth":
            self._oauth(call)
        if call.part != "api" or call.exchange.response is None:
            return
        for name, (_, look) in SWITCHES.items():
            with suppress(*SENSELESS):
                found = None if look is None else look(call, now)
                if found is not None:
                    self.votes.setdefault(name, set()).add(found)
        with suppress(*SENSELESS):
            self._strict(call)
        self._token(call, call.exchange.response.status)
        limit = whole_number(call.answered("X-RateLimit-Limit") or "", LIMIT_DIGITS)
        if limit is not None:
            self.limits.add(limit)
        self.refused_rate |= call.exchange.response.status == 429
        with suppress(*SENSELESS):
            self._scopes(call, call.exchange.response.status)
        if call.method == "GET" and call.succeeded and call.resource is not None and not call.ids and call.resource.has_id:
            per_page, asked = told_number(call, call.answer, "X-Per-Page"), whole_number(call.query.get("per_page", ""), DIGITS)
            if per_page and per_page <= MOST_ON_A_PAGE and (asked is None or asked > per_page):
                self.caps.setdefault(call.resource.plural, set()).add(per_page)

    def _oauth(self, call: ApiExchange) -> None:
        answer, sent = call.answer, query_of((call.exchange.request.body or b"").decode(errors="replace")) | call.query
        if isinstance(sent.get("client_id"), str):
            self.client_ids.add(sent["client_id"])
        self._grant(call, sent)
        if isinstance(answer.get("scope"), str):
            self.granted.add(" ".join(sorted(answer["scope"].split())))
        if isinstance(answer.get("access_token"), str):
            issued = hash(answer["access_token"])
            old = self._issued.get(hash(sent.get("refresh_token")))
            if old is not None:
                self._renewed[old] = issued
            self._issued[hash(answer.get("refresh_token"))] = issued

    def _grant(self, call: ApiExchange, sent: Mapping[str, str]) -> None:
        issued = query_of(urlsplit(call.answered("Location") or "").query).get("code")
        if issued and sent.get("code_challenge"):
            self._challenged.add(hash(issued))
        status = call.exchange.response.status if call.exchange.response else None
        if call.answer.get("error") == "invalid_grant" and status in {400, 401}:
            self.votes.setdefault("token_refusal_status", set()).add(status)
        if "code" in sent and hash(sent["code"]) in self._challenged and not sent.get("code_verifier"):
            self.votes.setdefault("pkce", set()).add(status != 200)

    def _token(self, call: ApiExchange, status: int) -> None:
        token = hash((header(call.exchange.request.headers, "Authorization") or "").removeprefix("Bearer "))
        if self._renewed.get(token, token) not in {token, *self._used} and status in {200, 401}:
            self.votes.setdefault("refresh_revokes", set()).add("at_once" if status == 401 else "on_use")
        self._used.add(token)

    def _strict(self, call: ApiExchange) -> None:
        for plural, attribute, discouraged in (
            ("conversations", "default_channel", OWN_CHANNELS),
            ("participants", "member_type", frozenset({"Client"})),
        ):
            if call.method == "POST" and any(one.get(attribute) in discouraged for one in sent_records(call, plural)):
                accepted = was_accepted(call, attribute)
                if accepted is not None:
                    self.votes.setdefault("strict", set()).add(not accepted)

    def _scopes(self, call: ApiExchange, status: int) -> None:
        if call.path == "/auth" and isinstance(call.answer.get("auth"), dict):
            self.granted.add(" ".join(sorted(map(str, call.answer["auth"].get("scopes") or ()))))
        resource = call.resource
        if resource is None:
            return
        needed = resource.write_scopes if call.writes else resource.read_scopes
        if status == 403:
            self.lacking |= set(needed)
        if not call.succeeded:
            return
        self.held |= set(needed)
        records = shown_records(call, resource.plural)
        if call.method != "GET" or "fields" in call.query or not records:
            return
        closed = {scope for scope, names in _scoped(resource).items() if names.isdisjoint(records[0])}
        self.lacking |= closed

    @property
    def client_id(self) -> str | None:
        """The client's id for OAuth, if one was sent."""
        return next(iter(self.client_ids)) if len(self.client_ids) == 1 else None

    def settled(self, sightings: Sightings) -> JSON:
        """Return the sections of a scenario that the traffic settles."""
        for name, value in _of_conversations(sightings):
            self.votes.setdefault(name, set()).add(value)
        sure = {name: next(iter(values)) for name, values in self.votes.items() if len(values) == 1}
        found: JSON = {"strict": True} if sure.pop("strict", False) else {}
        limit = max(self.limits, default=DEFAULT_LIMIT)
        if limit != DEFAULT_LIMIT or self.refused_rate:
            found["rate_limit"] = limit
        caps = {cap for several in self.caps.values() for cap in several}
        if len(caps) == 1 and any(_cap(plural) not in several for plural, several in self.caps.items()):
            found["page_cap"] = caps.pop()
        scopes = self._granted()
        if scopes is not None:
            found["tokens"] = [{"token": "demo", "scopes": scopes}]
        if sure:
            found["assume"] = {name: sure[name] for name in SWITCHES if name in sure}
        return found

    def _granted(self) -> list[str] | None:
        """Return the scopes of the token, if they were told, or one was seen to lack."""
        if len(self.granted) == 1:
            known = [scope for scope in next(iter(self.granted)).split() if scope in ALL_SCOPES]
            return None if set(known) >= set(ALL_SCOPES) else known
        lacking = self.lacking - self.held
        lacking |= {f"{scope.removesuffix('_read')}_write" for scope in lacking if scope.endswith("_read")}
        return [scope for scope in ALL_SCOPES if not expand_scopes(scope) & (lacking - {"public"})] if lacking else None


def _of_conversations(sightings: Sightings) -> Iterator[tuple[str, object]]:
    """Yield what conversations tell that are shown after a message of them."""
    messages: dict[int, list[JSON]] = {}
    for (plural, _), seen in sightings.seen.items():
        if plural == "messages":
            message = seen[0].record()
            if message.get("created_at") and message.get("conversation"):
                messages.setdefault(message["conversation"], []).append(message)
    for number, written in messages.items():
        closed = ""
        for sighting in sorted(sightings.seen.get(("conversations", number), ()), key=lambda one: one.order):
            shown, seen_at = sighting.record(), times.wire(sighting.order[0] - AT_ONCE)
            known = [message for message in written if str(message["created_at"]) < seen_at]
            last = max((str(message["created_at"]) for message in known), default="")
            if last and "updated_at" in shown and str(shown.get("created_at", "")) < last:
                yield "message_bumps_conversation", str(shown["updated_at"]) >= last
            by_guests = [str(m["created_at"]) for m in known if m.get("origin") not in {None, "bookingsync_inbox", "inquiry"}]
            if closed and "closed_at" in shown and any(closed < moment for moment in by_guests):
                yield "guest_reopens_closed", shown["closed_at"] is None
            closed = str(shown.get("closed_at") or "")


@cache
def _scoped(resource: Resource) -> dict[str, frozenset[str]]:
    """Return the attributes that show with one scope alone, by that."""
    found = {scope: frozenset(a.name for a in resource.attributes if a.scope == scope) for scope in {a.scope for a in resource.attributes}}
    by_scope = {scope: names for scope, names in found.items() if scope is not None}
    full = frozenset(a.name for a in resource.attributes if a.read and not a.public)
    return by_scope | dict.fromkeys(resource.full_scopes, full)


def _cap(plural: str) -> int:
    return RESOURCES[plural].cap

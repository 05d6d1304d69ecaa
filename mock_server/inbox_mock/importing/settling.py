"""What traffic settles: switches of a scenario's ``assume``, page cap, rate limit, strictness, and the scopes of the token."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from inbox_mock.channels import opening
from inbox_mock.domain import times
from inbox_mock.domain.access import ALL_SCOPES, expand_scopes
from inbox_mock.domain.values import whole_number
from inbox_mock.file_types import identify
from inbox_mock.importing.calls import DIGITS, ApiExchange, query_of
from inbox_mock.importing.histories import AT_ONCE
from inbox_mock.importing.sightings import JSON, Sightings, objects, told
from inbox_mock.recordings import header
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.validation import is_cast
from inbox_mock.store.access import DEFAULT_LIMIT

Look = Callable[[ApiExchange, datetime], object]
ATTACHING = re.compile(r"/(connect_booking|disconnect_booking|add_attachment)$")
OFFSET = re.compile(r"[+-]\d\d:?\d\d$")
LIMIT_DIGITS, MOST_ON_A_PAGE = 9, 1_000
"""The most that a scenario takes as `rate_limit` and `page_cap`: more settles nothing."""
SENSELESS = (ValueError, TypeError, AttributeError, KeyError)
"""What looking at JSON raises that is not of the API's types: it settles nothing."""
OWN_CHANNELS = frozenset(policy.default_channel for policy in opening())


def _creator(call: ApiExchange, _now: datetime) -> object:
    for record in _shown(call, "conversations", "messages"):
        linked, told_apart = "created_by" in record.get("links", {}), "created_by_id" in record
        if linked or told_apart:
            return "both" if linked and told_apart else "links" if linked else "attributes"
    return None


def _urls(call: ApiExchange, _now: datetime) -> object:
    urls = [str(record["url"]) for record in _shown(call, "attachments") if record.get("url")]
    return ("relative" if urls[0].startswith("/") else "absolute") if urls else None


def _not_modified(call: ApiExchange, _now: datetime) -> object:
    asked, answer = header(call.exchange.request.headers, "If-None-Match"), call.exchange.response
    if asked is None or answer is None or call.method != "GET":
        return None
    return True if answer.status == 304 else False if answer.status == 200 and answer.header("ETag") == asked else None


def _without_sent_at(call: ApiExchange, _now: datetime) -> object:
    return _accepted(call, "sent_at") if call.method == "POST" and any("sent_at" not in one for one in _sent(call, "messages")) else None


def _visibility(call: ApiExchange, _now: datetime) -> object:
    if any(record.get("visibility") == "all" for record in _shown(call, "messages")):
        return True
    return _accepted(call, "visibility") if any(one.get("visibility") == "all" for one in _sent(call, "messages")) else None


def _cast(call: ApiExchange, _now: datetime) -> object:
    resource = call.resource
    for record in _sent(call, resource.plural) if resource is not None and call.writes else ():
        for attribute in resource.attributes if resource is not None else ():
            if attribute.kind.field and attribute.name in record and is_cast(attribute, record[attribute.name]):
                return _accepted(call, attribute.name)
    return None


def _moved(call: ApiExchange, now: datetime) -> object:
    if not ATTACHING.search(call.path):
        return None
    dated = [times.parse(record["updated_at"]) for record in _shown(call, "conversations", "messages") if record.get("updated_at")]
    return dated[0] >= now - AT_ONCE if dated else None


def _stay(call: ApiExchange, _now: datetime) -> object:
    for sent, shown in zip(_sent(call, "bookings"), _shown(call, "bookings"), strict=False):
        written, answered = str(sent.get("start_at", "")), shown.get("start_at")
        if OFFSET.search(written) and answered and answered != shown.get("start_at_global"):
            return "utc" if times.wire(times.parse(written)) == answered else "instant"
    return None


def _picture(call: ApiExchange, _now: datetime) -> object:
    for sent, shown in zip(_sent(call, "attachments"), _shown(call, "attachments"), strict=False):
        try:
            content = b64decode(re.sub(r"^data:[^,]*,", "", str(sent.get("file", ""))))
        except ValueError:
            continue
        found = {kind: identify(content, rotated=kind == "shown") for kind in ("shown", "stored")}
        sizes = {kind: (one.width, one.height) for kind, one in found.items()}
        size = shown.get("image_width"), shown.get("image_height")
        if sizes["shown"] != sizes["stored"] and size in sizes.values():
            return next(kind for kind, measured in sizes.items() if measured == size)
    return None


SWITCHES: dict[str, tuple[str, Look | None]] = {
    "message_bumps_conversation": ("a conversation that is shown after a message of it", None),
    "guest_reopens_closed": ("a closed conversation that is shown after a guest's message", None),
    "connect_moves_updated_at": ("updated_at in the answer to connect_booking, disconnect_booking, add_attachment", _moved),
    "sent_at_optional": ("the answer to a message without sent_at", _without_sent_at),
    "visibility_all": ("a message with the visibility 'all'", _visibility),
    "cast_values": ("the answer to a written value of another type", _cast),
    "if_none_match": ("the answer to a request with If-None-Match", _not_modified),
    "stay_offset": ("the answer to a booking with an offset in start_at", _stay),
    "created_by": ("the links and the attributes of a conversation or a message", _creator),
    "attachment_urls": ("the url of an attachment", _urls),
    "picture_size": ("the size of a rotated picture that was uploaded", _picture),
    "refresh_revokes": ("the answer to the old access token after a refresh", None),
    "pkce": ("the answer to a code that was asked for with a code_challenge, and came without code_verifier", None),
    "token_refusal_status": ("a refused code or refresh token", None),
}
"""What settles each switch, in words, and the function that looks for it in one call; None where it takes several calls."""


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
            per_page, asked = told(call, call.answer, "X-Per-Page"), whole_number(call.query.get("per_page", ""), DIGITS)
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
            if call.method == "POST" and any(one.get(attribute) in discouraged for one in _sent(call, plural)):
                accepted = _accepted(call, attribute)
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
        records = _shown(call, resource.plural)
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


def _accepted(call: ApiExchange, attribute: str) -> bool | None:
    """Return whether a write was accepted; None if it was refused for something else than an attribute."""
    answer = call.exchange.response
    if answer is None or 200 <= answer.status < 300:
        return None if answer is None else True
    errors: Any = call.answer.get("errors")
    named = {error.get("field") for error in errors if isinstance(error, dict)} if isinstance(errors, list) else set()
    return False if answer.status == 422 and attribute in named else None


def _shown(call: ApiExchange, *plurals: str) -> list[JSON]:
    if not call.succeeded or call.resource is None or call.resource.plural not in plurals:
        return []
    return objects(call.answer.get(call.resource.plural)) if "fields" not in call.query else []


def _sent(call: ApiExchange, plural: str) -> list[JSON]:
    return objects(call.sent.get(plural)) if call.writes else []

"""With which token a recorded request is sent again: never the recorded one, and one that may do what that could."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inbox_mock.api.index import OperationIndex
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.endpoints import API
from inbox_mock.importing.calls import call_of
from inbox_mock.recordings.exchange import Exchange, Lost, header

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

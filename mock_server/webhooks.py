"""Sending webhooks over HTTP. No lock is held here, and no transaction is open."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from mock_server.domain.signatures import sign
from mock_server.services.delivering import Outcome, Parcel
from mock_server.store.journal import shortened

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = 5
MOST_BYTES_READ = 16_384
USER_AGENT = "BookingSync Webhook Delivery"


def body_of(parcel: Parcel, origin: str) -> bytes:
    """Return a webhook's body: the templates under ``links``, the record under the singular."""
    links = {key: f"{origin}/api/v3/{path}" for key, path in parcel.resource.templates()}
    resource = {"links": links, parcel.resource.name: orjson.Fragment(parcel.record)}
    return orjson.dumps({"account_id": parcel.account_id, "event": parcel.event, "resource": resource})


def is_allowed(url: str, allowed: frozenset[str]) -> bool:
    """Whether a webhook may go to an address: one of this machine, or one of an allowed host."""
    host = urlsplit(url).hostname or ""
    if host in allowed or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class HttpCourier:
    """Delivers over HTTP. ``origin`` is the server's own root, ``allowed`` are hosts beyond this machine."""

    def __init__(self, allowed: frozenset[str] = frozenset(), origin: str = "http://localhost") -> None:
        self.allowed = allowed
        self.origin = origin

    def may_send_to(self, url: str) -> bool:
        """Whether an address is on this machine, or on an allowed host."""
        return is_allowed(url, self.allowed)

    def __call__(self, parcel: Parcel) -> Outcome:
        """Try once, for a few seconds at the most; redirects are not followed."""
        import requests

        body = body_of(parcel, self.origin)
        headers = {"Content-Type": "application/json", "X-Content-Signature": sign(parcel.secret, body), "User-Agent": USER_AGENT}
        request = {"headers": headers, "body": shortened(body.decode())}
        if not self.may_send_to(parcel.url):
            return Outcome(None, "not sent: the address is not on this machine, and --allow-webhooks-to does not name it", request, {})
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(parcel.url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True)
                response = {"headers": dict(answer.headers), "body": shortened(_beginning(answer))}
        except requests.Timeout:
            return Outcome(None, f"no answer within {TIMEOUT_SECONDS} seconds", request, {})
        except requests.RequestException as error:
            return Outcome(None, f"no connection: {_told(error)}", request, {})
        return Outcome(answer.status_code, _outcome(answer.status_code), request, response)


def _outcome(status: int) -> str:
    if 200 <= status < 300:
        return "delivered"
    return f"redirected with {status}: redirects are not followed" if 300 <= status < 400 else f"refused with {status}"


def _beginning(answer: "requests.Response") -> str:
    """Return the first bytes of an answer, as far as they come in time; the rest is not read."""
    import requests

    try:
        return next(iter(answer.iter_content(MOST_BYTES_READ)), b"").decode(errors="replace")
    except requests.RequestException:
        return ""


def _told(error: Exception) -> str:
    text = str(error)
    return "refused" if "refused" in text.lower() else text.splitlines()[0][:200] if text else type(error).__name__

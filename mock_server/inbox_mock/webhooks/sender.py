"""Sign webhooks and send them over HTTP. No lock is held here, and no transaction is open."""

import hmac
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from urllib.parse import quote, urljoin, urlsplit

import orjson

from inbox_mock.domain import limits
from inbox_mock.domain.addresses import host_in, is_this_machine
from inbox_mock.faults.declaration import Signed
from inbox_mock.store.journal import shortened
from inbox_mock.webhooks.deliveries import DeliveryRequest, DeliveryResult

LocalReceiver = Callable[[str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], str]]
"""Receives a webhook in this process: takes its URL, headers and body, returns status, headers and text of the response."""

TIMEOUT_SECONDS = 5
USER_AGENT = "BookingSync Webhook Delivery"
BYTES_IN_A_LINE = 45
OTHER_DIGITS = str.maketrans("0123456789abcdef", "123456789abcdef0")
NEARLY = (32, 40), (0, 8), (16, 24)
"""Which digits of a signature are wrong in one that is nearly right."""
DIGITS_LEFT = 8
"""How many digits are left of a signature that is cut short."""


def body_of(request: DeliveryRequest, origin: str) -> bytes:
    """Return a webhook's body: the templates under ``links``, the record under the singular."""
    body = _usual_body(request, origin)
    return _respelled(body) if request.signed is Signed.RESPELLED else body


def signature_of(request: DeliveryRequest, body: bytes, origin: str) -> str | None:
    """Return the value of ``X-Content-Signature`` that a webhook is sent with; None for none."""
    match request.signed:
        case Signed.NOT_AT_ALL:
            return None
        case Signed.FOR_ANOTHER_BODY:
            return sign(request.secret, body + b"\n")
        case Signed.NEARLY:
            right = sign(request.secret, body)
            wrong = right.translate(OTHER_DIGITS)
            begin, end = NEARLY[request.delivery_id % len(NEARLY)]
            return right[:begin] + wrong[begin:end] + right[end:]
        case Signed.CUT_SHORT:
            return sign(request.secret, body)[:DIGITS_LEFT]
        case Signed.AS_ONE_BEFORE:
            return sign(request.secret, body + b"\n" if request.before is None else body_of(request.before, origin))
    return sign(request.secret, body)


def _respelled(body: bytes) -> bytes:
    """Return a body's JSON as other writers would write it: blanks, ASCII alone, slashes and keys otherwise."""
    import json

    found = json.loads(body)
    return json.dumps({name: found[name] for name in reversed(found)}, indent=1, ensure_ascii=True).replace("/", "\\/").encode() + b"\n"


def _usual_body(request: DeliveryRequest, origin: str) -> bytes:
    links = {key: f"{origin}/api/v3/{path}" for key, path in request.templates}
    resource = {"links": links, request.resource.name: orjson.Fragment(request.record)}
    return orjson.dumps({"account_id": request.account_id, "event": request.event, "resource": resource})


def message_of(request: DeliveryRequest, origin: str) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a webhook that a server at ``origin`` sends."""
    body = body_of(request, origin)
    signature = signature_of(request, body, origin)
    headers = {
        "Content-Type": "application/json",
        **({} if signature is None else {"X-Content-Signature": signature}),
        "User-Agent": USER_AGENT,
        "X-Mock-Delivery": request.name,
    }
    return headers, body


def journaled_request(origin: str, headers: Mapping[str, str], body: bytes) -> dict[str, object]:
    """Return what the journal records of the request that delivers a webhook."""
    return {"origin": origin, "headers": headers, "body": shortened(body.decode())}


def sign(secret: str, body: bytes) -> str:
    """Return the value of ``X-Content-Signature``: HMAC-SHA1, in hex, over the Base64 of the body as Ruby's ``encode64`` writes it.

    Source: /guides/webhook-subscriptions. ``encode64`` ends every line of 60 characters, and the last one, with a
    newline; Python's ``encodebytes`` breaks lines at 76, so signatures of more than 45 bytes would be wrong.
    """
    return hmac.digest(secret.encode(), encode64(body), "sha1").hex()


def encode64(body: bytes) -> bytes:
    """Return the Base64 of a body, a newline after every 60 characters and at the end."""
    return b"".join([b2a_base64(body[start : start + BYTES_IN_A_LINE]) for start in range(0, len(body), BYTES_IN_A_LINE)])


class WebhookSender:
    """Delivers over HTTP. ``origin`` is the server's own root, ``allowed`` are plain hosts beyond this machine.

    ``local_receivers``, by host, receive webhooks to their host without a socket. ``unable`` returns why the server of a URL could
    not answer what this thread sends, or None.
    """

    def __init__(self, allowed: frozenset[str] = frozenset(), origin: str = "http://localhost") -> None:
        self.allowed = allowed
        self.origin = origin
        self.local_receivers: dict[str, LocalReceiver] = {}
        self.unable: Callable[[str], str | None] = lambda _url: None

    def may_send_to(self, url: str) -> bool:
        """Return whether a URL is in this process, on this machine, or on an allowed host."""
        host = host_in(url)
        return host in self.local_receivers or host in self.allowed or is_this_machine(host)

    def __call__(self, request: DeliveryRequest) -> DeliveryResult:
        """Make one attempt, for at most a few seconds; do not follow redirects."""
        headers, body = message_of(request, self.origin)
        sent = journaled_request(self.origin, headers, body)
        if not self.may_send_to(request.url):
            return DeliveryResult(None, "not sent: the address is not on this machine, and --allow-webhooks-to does not name it", sent, {})
        receiver = self.local_receivers.get(host_in(request.url))
        if receiver is not None:
            status, answered, text = receiver(request.url, headers, body)
            return DeliveryResult(status, _outcome(status), sent, {"headers": dict(answered), "body": shortened(text)})
        if (why := self.unable(request.url)) is not None:
            return DeliveryResult(None, f"not sent: {why}", sent, {})
        from http.client import HTTPException

        from inbox_mock.http import HttpClient

        try:
            response = HttpClient(urljoin(request.url, "/")).exchange(
                "POST", _target(request.url), headers, body, seconds=TIMEOUT_SECONDS, beginning=limits.RECEIVED
            )
        except TimeoutError:
            return DeliveryResult(None, f"no answer within {TIMEOUT_SECONDS} seconds", sent, {})
        except (OSError, HTTPException) as error:
            return DeliveryResult(None, f"no connection: {_cause(error)}", sent, {})
        answer = {"headers": dict(response.headers), "body": shortened(response.body.decode(errors="replace"))}
        return DeliveryResult(response.status, _outcome(response.status), sent, answer)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/%:@!$&'()*+,;=?~")


def _outcome(status: int) -> str:
    if 200 <= status < 300:
        return "delivered"
    return f"redirected with {status}: redirects are not followed" if 300 <= status < 400 else f"refused with {status}"


def _cause(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text.splitlines()[0][:200] if text else type(error).__name__

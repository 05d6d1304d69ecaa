"""Sign webhooks: HMAC-SHA1, in hex, over the Base64 of the body as Ruby's ``encode64`` writes it."""

import hmac
from base64 import b64encode

BYTES_IN_A_LINE = 45


def sign(secret: str, body: bytes) -> str:
    """Return the value of ``X-Content-Signature``.

    Source: /guides/webhook-subscriptions. ``encode64`` ends every line of 60 characters, and the last one, with a
    newline; Python's ``encodebytes`` breaks lines at 76, which signs wrongly whatever is longer than 45 bytes.
    """
    return hmac.new(secret.encode(), encode64(body), "sha1").hexdigest()


def encode64(body: bytes) -> bytes:
    """Return the Base64 of a body, a newline after every 60 characters and at the end."""
    lines = [body[start : start + BYTES_IN_A_LINE] for start in range(0, len(body), BYTES_IN_A_LINE)]
    return b"".join(b64encode(line) + b"\n" for line in lines)

"""Webhooks: who sent them, and what they are about. What they say of it is not taken for the newest truth."""

import hmac
import json
from base64 import b64encode
from typing import NamedTuple

BYTES_IN_A_LINE = 45


class Hint(NamedTuple):
    """What a webhook is about: a kind of record, such as ``conversation``, and its id."""

    kind: str
    record_id: int


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Tell whether a signature is the HMAC-SHA1, in hex, of the body in Base64.

    The Base64 is Ruby's ``encode64``: a newline after every 60 characters and at the end. Python's own ``encodebytes``
    breaks lines at 76 and agrees only on bodies of up to 45 bytes, which no real webhook is.
    """
    lines = (b64encode(body[start : start + BYTES_IN_A_LINE]) + b"\n" for start in range(0, len(body), BYTES_IN_A_LINE))
    expected = hmac.new(secret.encode(), b"".join(lines), "sha1").hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def hint_in(body: bytes) -> Hint | None:
    """Return what a webhook is about, or None if it cannot be told."""
    try:
        resource = json.loads(body)["resource"]
        return next(Hint(kind, record["id"]) for kind, record in resource.items() if kind != "links")
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return None

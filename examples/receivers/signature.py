"""What the receivers in Python share: whether a webhook was signed with the client secret."""

import base64
import hmac
import os
import re

SECRET = os.environ.get("BOOKINGSYNC_APP_SECRET", "democlientsecret")
PORT = int(os.environ.get("PORT", "9000"))


def is_genuine(body: bytes, signature: str | None) -> bool:
    """Return whether it is the signature of these bytes: HMAC-SHA1 of their Base64, in lines of 60 characters."""
    lines = re.sub("(.{1,60})", r"\1\n", base64.b64encode(body).decode())
    expected = hmac.new(SECRET.encode(), lines.encode(), "sha1").hexdigest()
    return hmac.compare_digest(expected.encode(), (signature or "").encode())  # of texts it refuses what is not ASCII


def status(body: bytes, signature: str | None) -> int:
    """Return what to answer."""
    return 204 if is_genuine(body, signature) else 401

"""Credentials carry their sandbox: 64 hex digits, of which the first 12 are the sandbox's id.

Records hold only what follows the sandbox's id, so that one image serves any number of sandboxes.
"""

import re

SANDBOX_ID = re.compile(r"[0-9a-f]{12}")
_CREDENTIAL = re.compile(r"[0-9a-f]{64}")

DEFAULT_SANDBOX = "000000000000"
SECRET_DIGITS = 52


def issue(sandbox_id: str, secret: str) -> str:
    """Write a credential out in full."""
    return sandbox_id + secret


def sandbox_of(credential: str | None) -> str:
    """Name the sandbox that a credential belongs to; anything that is no credential belongs to the default one."""
    if credential and _CREDENTIAL.fullmatch(credential):
        return credential[:12]
    return DEFAULT_SANDBOX


def secret_of(credential: str) -> str:
    """Return the part of a credential that its sandbox stores."""
    return credential[12:] if _CREDENTIAL.fullmatch(credential) else credential

"""Who may call: credentials, OAuth scopes and redirect URIs.

Credentials carry their sandbox: 64 hex digits, of which the first 12 are the sandbox's id. Records hold only what follows the
sandbox's id, so that one image serves any number of sandboxes.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from inbox_mock.domain.addresses import is_this_machine

SANDBOX_ID = re.compile(r"[0-9a-f]{12}")
_CREDENTIAL = re.compile(r"[0-9a-f]{64}")

DEFAULT_SANDBOX = "000000000000"
SECRET_DIGITS = 52

AREAS_WITH_OWNED = ("bookings", "inquiries", "payments")
AREAS = ("clients", "inbox", "preferences_general_settings", "preferences_payments", "rates", "rentals", "reviews")

PUBLIC = "public"
ALL_SCOPES: tuple[str, ...] = (
    PUBLIC,
    "applications_read",
    "applications_write",
    *(f"{area}_{power}" for area in AREAS_WITH_OWNED for power in ("read", "write", "write_owned")),
    *(f"{area}_{power}" for area in AREAS for power in ("read", "write")),
    "webhooks_read",
    "webhooks_write",
    "webhooks_write_owned",
)

# Until 0.2 the demo credentials had hyphens, which some libraries percent-encode in HTTP Basic.
FORMER_NAMES = {"demo-client-id": "democlientid", "demo-client-secret": "democlientsecret"}
_BETWEEN_SCOPES = re.compile(r"[,;+|]|%20|%2C", re.IGNORECASE)
_PLAIN = re.compile(r"[!-\[\]-~]+")


def can_be_presented(token: str) -> bool:
    """Return whether a token arrives as it was sent: other characters, and blanks around it, get lost in a header."""
    return token.isascii() and token.isprintable() and token == token.strip() != ""


def full_credential(sandbox_id: str, secret: str) -> str:
    """Return a credential in full."""
    return sandbox_id + secret


def sandbox_of(credential: str | None) -> str:
    """Return the id of the sandbox that a credential belongs to: the default one for any other text."""
    if credential and _CREDENTIAL.fullmatch(credential):
        return credential[:12]
    return DEFAULT_SANDBOX


def told_id(sandbox_id: str) -> str:
    """Return the id of a sandbox as people say it: that of the default one is ``default``, which is good in every address, too."""
    return "default" if sandbox_id == DEFAULT_SANDBOX else sandbox_id


def secret_of(credential: str) -> str:
    """Return the part of a credential that its sandbox stores."""
    return credential[12:] if _CREDENTIAL.fullmatch(credential) else credential


def names_of(credential: str) -> tuple[str, str]:
    """Return the names that a presented credential stands for: itself, and the present name of a former demo credential."""
    return credential, FORMER_NAMES.get(credential, credential)


def without_encoding(credential: str) -> str:
    """Return a credential without percent-encoding, which the service does not decode in HTTP Basic."""
    return unquote(credential)


def challenge_of(code_verifier: str) -> str:
    """Return the code challenge of a code verifier by the method S256 (RFC 7636, 4.2)."""
    return urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()


def parse_scopes(text: str) -> tuple[str, ...]:
    """Split a scope string at white space, in order and without repetition."""
    return tuple(dict.fromkeys(text.split()))


def joined_scopes(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes that are meant where they are joined by something else than white space; nothing if they are not."""
    parts = tuple(part for text in wanted for part in _BETWEEN_SCOPES.split(text) if part)
    return parts if parts != tuple(wanted) and set(parts) <= set(ALL_SCOPES) else ()


@lru_cache(maxsize=256)
def expand_scopes(granted: str) -> frozenset[str]:
    """Return all that a scope string allows: ``public`` always, and read where there is write."""
    held = {PUBLIC, *granted.split()}
    held |= {f"{scope.removesuffix('_write')}_read" for scope in held if scope.endswith("_write")}
    return frozenset(held)


def scope_in_words(scope: str) -> str:
    """Return what a scope allows, in words for the person who is asked to grant it."""
    for power, words in (("_write_owned", "read and change its own {}"), ("_write", "read and change {}"), ("_read", "read {}")):
        if scope.endswith(power):
            return words.format(scope.removesuffix(power).replace("_", " "))
    return "read what is public"


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Return whether a URI is registered, or is under a registered one.

    A registered URI matches itself. One without a path matches every path on its host, and on this machine
    for every port as well, unless it names one.
    """
    asked = _split(uri)
    return asked is not None and any(uri == known or _is_under(asked, _split(known)) for known in registered)


def with_query(uri: str, values: Mapping[str, object]) -> str:
    """Return the URI with values added to its query."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(values)}"


def with_fragment(uri: str, values: Mapping[str, object]) -> str:
    """Return the URI with values as its fragment, which browsers do not send to servers."""
    return f"{uri}#{urlencode(values)}"


def _split(uri: str) -> SplitResult | None:
    """Split a URI; return None if browsers may parse it differently, or if it has user information or a fragment."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts if _PLAIN.fullmatch(uri) and parts.scheme and "@" not in parts.netloc and "#" not in uri else None


def _is_under(asked: SplitResult, known: SplitResult | None) -> bool:
    if known is None or not known.hostname or known.path not in {"", "/"} or known.query:
        return False
    if (asked.scheme, asked.hostname) != (known.scheme, known.hostname):
        return False
    return asked.port == known.port or (known.port is None and is_this_machine(known.hostname))

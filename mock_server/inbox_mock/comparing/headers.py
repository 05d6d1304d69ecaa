"""How each header of an answer is compared, and why so: a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from inbox_mock.comparing import ABSENT, Difference
from inbox_mock.comparing.translation import Translation
from inbox_mock.domain.fidelity import Fidelity, assumed, documented, recorded
from inbox_mock.recordings import Headers


class How(Enum):
    """How a header is compared."""

    VALUE = "its value"
    PRESENCE = "whether it is there"
    NEVER = "not at all"


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """How headers are compared; ``why`` is the reason where it is not their value."""

    how: How
    fidelity: Fidelity
    why: str = ""


SEEN = recorded("all recordings of the Inbox, 2018")
_PAGING = recorded("the answer to each GET; X-Current-Page from May 2018")
_ON_THE_WAY = "servers and proxies on the way add it, change it or remove it"
_OWN = "the fake's own, or a program's on the way"
_OF_BROWSERS = (
    "Vary P3P X-Frame-Options X-Content-Type-Options X-XSS-Protection Referrer-Policy X-Download-Options X-Permitted-Cross-Domain-Policies"
)
_OF_SERVERS = (
    "Server Connection Keep-Alive Transfer-Encoding Content-Encoding Content-Length Via Age Alt-Svc NEL Report-To Expires Upgrade "
    "Strict-Transport-Security Expect-CT Accept-Ranges Proxy-Connection Trailer Set-Cookie X-Cache X-Cache-Hits X-Served-By X-Timer "
    "X-Powered-By Status X-Bullet-Console-Text"
)
_RULES: tuple[tuple[HeaderRule, str], ...] = (
    (HeaderRule(How.VALUE, _PAGING), "Link X-Total-Pages X-Total-Count X-Per-Page X-Current-Page"),
    (HeaderRule(How.VALUE, SEEN), "Content-Type Cache-Control Pragma Location WWW-Authenticate"),
    (HeaderRule(How.VALUE, documented("/reference")), "X-RateLimit-Limit"),
    (HeaderRule(How.PRESENCE, documented("/reference"), "other programs spend it too"), "X-RateLimit-Remaining"),
    (HeaderRule(How.PRESENCE, recorded("the end of the hour"), "it follows from the time"), "X-RateLimit-Reset"),
    (HeaderRule(How.PRESENCE, SEEN, "the clock is set by it"), "x-updated-since-request-synced-at Date"),
    (HeaderRule(How.PRESENCE, SEEN, "it is derived from the bytes of the body, which each server writes in its own way"), "ETag"),
    (HeaderRule(How.NEVER, SEEN, "each answer has its own, and servers on the way have theirs"), "X-Request-Id X-Runtime"),
    (HeaderRule(How.NEVER, SEEN, "it is for browsers and caches, and was another in each year"), _OF_BROWSERS),
    (HeaderRule(How.NEVER, SEEN, _ON_THE_WAY), _OF_SERVERS),
)
RULES: dict[str, HeaderRule] = {name.lower(): rule for rule, names in _RULES for name in names.split()}
SPELLED: dict[str, str] = {name.lower(): name for _, names in _RULES for name in names.split()}
BY_PREFIX: dict[str, HeaderRule] = {
    "x-mock-": HeaderRule(How.NEVER, SEEN, _OWN),
    "access-control-": HeaderRule(How.NEVER, SEEN, "for browsers of other sites"),
    **{
        prefix: HeaderRule(How.NEVER, SEEN, _ON_THE_WAY) for prefix in ("cf-", "x-amz-", "x-forwarded-", "x-varnish", "fly-", "x-vcr-", ":")
    },
}
UNKNOWN = HeaderRule(How.PRESENCE, assumed("no source has this header"), "what it means is not known")


@lru_cache(maxsize=512)
def rule_of(name: str) -> HeaderRule:
    """Return how a header is compared, by its name in small letters."""
    return RULES.get(name) or next((rule for prefix, rule in BY_PREFIX.items() if name.startswith(prefix)), UNKNOWN)


def spelled(name: str) -> str:
    """Return a header's name as a kind of difference has it, however a recorder or HTTP/2 spells it."""
    return SPELLED.get(name.lower()) or "-".join(part.capitalize() for part in name.split("-"))


def differences_of_headers(recorded: Headers, ours: Headers, translation: Translation) -> Iterator[Difference]:
    """Yield where the headers of two answers differ; a header that comes twice counts once."""
    theirs, mine = {name.lower(): value for name, value in recorded}, {name.lower(): value for name, value in ours}
    for name, value in theirs.items():
        other = mine.get(name)
        if value == other or (how := rule_of(name).how) is How.NEVER:
            continue
        if other is None:
            yield Difference(f"header-missing:{spelled(name)}", f"header {spelled(name)}", value, ABSENT)
        elif how is How.VALUE and translation.addresses(value) != other:
            yield Difference(f"header-value:{spelled(name)}", f"header {spelled(name)}", value, other)
    for name, value in mine.items():
        if name not in theirs and rule_of(name).how is not How.NEVER:
            yield Difference(f"header-extra:{spelled(name)}", f"header {spelled(name)}", ABSENT, value)

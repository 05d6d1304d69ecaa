"""What headers tell that answers of many kinds have in common."""

import re

from inbox_contracts.provider.expectations import PropertyViolation, expect, shown
from inbox_contracts.provider.http import ApiResponse
from inbox_mock.domain.values import whole_number

DIGITS = 18
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECONDS = re.compile(r"\d+\.\d+", re.ASCII)
WEAK_ETAG = re.compile(r'W/"[0-9a-f]{32}"')


def tells_its_making(answer: ApiResponse) -> None:
    """Raise PropertyViolation unless X-Request-Id is a UUID and X-Runtime a number of seconds."""
    for name, pattern in (("X-Request-Id", UUID), ("X-Runtime", SECONDS)):
        value = answer.header(name)
        expect(value is not None and pattern.fullmatch(value), f"{answer.about}: {name} is {shown(value)}, expected {pattern.pattern}")


def has_weak_etag(answer: ApiResponse) -> None:
    """Raise PropertyViolation unless the ETag is a weak one of 32 hex digits."""
    found = answer.header("ETag") or ""
    expect(WEAK_ETAG.fullmatch(found), f'{answer.about}: ETag is {shown(found)}, expected W/"<32 hex digits>"')


def allowance_of(answer: ApiResponse) -> tuple[int, int, int]:
    """Return X-RateLimit-Limit, -Remaining and -Reset, or raise PropertyViolation unless each is a number."""
    found: list[int] = []
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        value = answer.header(name)
        number = None if value is None else whole_number(value, DIGITS)
        if number is None:
            raise PropertyViolation(f"{answer.about}: {name} is {shown(value)}, expected a number")
        found.append(number)
    return found[0], found[1], found[2]

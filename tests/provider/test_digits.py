"""A server on trial writes numbers and times in ASCII digits: others are no digits of JSON, HTTP or RFC 3339."""

import pytest

from inbox_contracts.provider.properties import envelopes

WRITTEN = {"TIME": "2030-06-01T12:00:00Z", "DECIMAL": "2700.0", "SYNCED_AT": "2030-06-01 12:00:00 UTC"}


@pytest.mark.parametrize("name", WRITTEN)
def test_digits_of_other_scripts_are_none(name: str) -> None:
    pattern = getattr(envelopes, name)

    assert pattern.fullmatch(WRITTEN[name])
    assert not pattern.fullmatch(f"\u0662{WRITTEN[name][1:]}")

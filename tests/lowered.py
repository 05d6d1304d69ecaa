"""Lower limits for a test: what is said of them stays."""

import pytest

from inbox_mock.domain import limits


def lower(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    """Replace a limit by a lower one of the same unit until the test ends."""
    usual: limits.Limit = getattr(limits, name)
    monkeypatch.setattr(limits, name, limits.Limit(most, usual.unit, usual.what, usual.beyond, usual.option, usual.instead))

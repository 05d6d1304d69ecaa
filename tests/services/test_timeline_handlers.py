"""The handlers of timeline events: every kind has one, and a kind without one is named."""

import pytest

from inbox_mock.engine.unit_of_work import Handlers
from inbox_mock.simulation.actions import handlers
from inbox_mock.webhooks.advance import IDLE


def test_a_kind_without_a_handler_is_named() -> None:
    with pytest.raises(LookupError, match="no handler for timeline events of the kind 'rain': there is one for each of sun"):
        Handlers({"sun": lambda _work, _about: None}).of("rain")


def test_webhooks_alone_are_handled_outside_of_transactions() -> None:
    assert handlers().outside == ("webhook_sent",)
    assert len(set(handlers().kinds)) == len(handlers().kinds)
    assert IDLE not in handlers().kinds

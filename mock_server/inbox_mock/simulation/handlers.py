"""The handler of every kind of timeline event: the one place where services, channels, actions and webhooks meet the engine."""

from inbox_mock.engine.unit_of_work import Handlers
from inbox_mock.services import relay
from inbox_mock.simulation import channels
from inbox_mock.simulation.actions import actions
from inbox_mock.webhooks.deliveries import SENT


def handlers() -> Handlers:
    """Return them, looked up anew at each call."""
    return Handlers({**channels.HANDLERS, **relay.HANDLERS, **actions()}, outside=(SENT,))

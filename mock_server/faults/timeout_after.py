"""A request that times out although all that it asked for is done. Nobody waits: the connection is closed at once."""

from mock_server.faults import RequestFault, Sabotage

FAULT = RequestFault(
    says="the connection is closed without an answer, and what was asked for is done",
    sabotage=lambda options: Sabotage(wire="close"),  # noqa: ARG005
)

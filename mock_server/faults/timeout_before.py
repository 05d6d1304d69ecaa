"""A request that times out before anything is done. Nobody waits: the connection is closed at once."""

from mock_server.faults import RequestFault, Sabotage

FAULT = RequestFault(
    says="the connection is closed without an answer, and nothing was done",
    sabotage=lambda options: Sabotage(applied=False, wire="close"),  # noqa: ARG005
)

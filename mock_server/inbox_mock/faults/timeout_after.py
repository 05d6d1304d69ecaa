"""A request that times out although all that it asked for is done. Nobody waits: the connection is closed at once."""

from inbox_mock.faults import RequestEffect, RequestFault

FAULT = RequestFault(
    says="the connection is closed without an answer, and what was asked for is done",
    sabotage=lambda options: RequestEffect(wire="close"),  # noqa: ARG005
)

"""A request that times out before anything is done. Nobody waits: the connection is closed at once."""

from inbox_mock.faults import RequestEffect, RequestFault

FAULT = RequestFault(
    says="the connection is closed without an answer, and nothing was done",
    sabotage=lambda options: RequestEffect(applied=False, wire="close"),  # noqa: ARG005
)

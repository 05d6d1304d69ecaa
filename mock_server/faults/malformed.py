"""A whole answer that is no JSON: its last brace is missing."""

from mock_server.faults import RequestFault, Sabotage

FAULT = RequestFault(
    says="the answer is no JSON: its last brace is missing",
    sabotage=lambda options: Sabotage(spoil=lambda body: body[:-1]),  # noqa: ARG005
)

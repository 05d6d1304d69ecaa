"""A whole answer that is no JSON: its last brace is missing."""

from inbox_mock.faults import RequestEffect, RequestFault

FAULT = RequestFault(
    says="the answer is no JSON: its last brace is missing",
    sabotage=lambda options: RequestEffect(spoil=lambda body: body[:-1]),  # noqa: ARG005
)

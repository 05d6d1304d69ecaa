"""A token that expires early, for good."""

from inbox_mock.domain.errors import Unauthorized
from inbox_mock.faults import RequestEffect, RequestFault

FAULT = RequestFault(
    says="the token that came has expired: 401 to this and all later requests with it; a refreshed one is good",
    sabotage=lambda options: RequestEffect(applied=False, refusal=Unauthorized("The access token expired")),  # noqa: ARG005
    lingers=lambda asked: f"token {asked.token_id}",
)

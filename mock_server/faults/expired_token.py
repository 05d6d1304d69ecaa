"""A token that expires early, for good."""

from mock_server.domain.errors import Unauthorized
from mock_server.faults import RequestFault, Sabotage

FAULT = RequestFault(
    says="the token that came has expired: 401 to this and all later requests with it; a refreshed one is good",
    sabotage=lambda options: Sabotage(applied=False, refusal=Unauthorized("The access token expired")),  # noqa: ARG005
    lingers=lambda asked: f"token {asked.token_id}",
)

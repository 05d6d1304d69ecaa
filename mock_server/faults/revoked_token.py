"""A token that is revoked."""

from mock_server.domain.errors import Unauthorized
from mock_server.faults import RequestFault, Sabotage

FAULT = RequestFault(
    says="the token that came was revoked: 401 to this and all later requests with it",
    sabotage=lambda options: Sabotage(applied=False, refusal=Unauthorized("The access token was revoked")),  # noqa: ARG005
    lingers=lambda asked: f"token {asked.token_id}",
)

"""A token that is revoked."""

from inbox_mock.domain.errors import Unauthorized
from inbox_mock.faults import RequestEffect, RequestFault

FAULT = RequestFault(
    says="the token that came was revoked: 401 to this and all later requests with it",
    sabotage=lambda options: RequestEffect(applied=False, refusal=Unauthorized("The access token was revoked")),  # noqa: ARG005
    lingers=lambda asked: f"token {asked.token_id}",
)

"""Faults of the token that a request presents: it is refused from the strike on."""

from inbox_mock.domain.errors import Unauthorized
from inbox_mock.faults.declaration import RequestEffect, RequestFault

FAULTS = (
    RequestFault(
        kind="expired_token",
        says="the token that came has expired: 401 to this and all later requests with it; a refreshed one is good",
        effect=lambda _: RequestEffect(applied=False, refusal=Unauthorized("The access token expired")),
        api_only=True,
        lingers=lambda request: f"token {request.token_id}",
    ),
    RequestFault(
        kind="revoked_token",
        says="the token that came was revoked: 401 to this and all later requests with it",
        effect=lambda _: RequestEffect(applied=False, refusal=Unauthorized("The access token was revoked")),
        api_only=True,
        lingers=lambda request: f"token {request.token_id}",
    ),
)

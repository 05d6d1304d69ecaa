"""A rate limit that is reached early: until the hour is over."""

from mock_server.domain.errors import RateLimited
from mock_server.faults import Options, RequestFault, Sabotage
from mock_server.faults.status import RETRY_AFTER, retry_after


def _sabotage(options: Options) -> Sabotage:
    return Sabotage(applied=False, refusal=RateLimited(), headers=retry_after(options))


FAULT = RequestFault(
    says="the application's hour is used up: 429 until X-RateLimit-Reset; `retry_after` adds that header",
    options={"retry_after": RETRY_AFTER},
    sabotage=_sabotage,
    lingers=lambda asked: f"hour {asked.window} of application {asked.application_id}",
)

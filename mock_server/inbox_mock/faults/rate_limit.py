"""A rate limit that is reached early: until the hour is over."""

from inbox_mock.domain.errors import RateLimited
from inbox_mock.faults import Options, RequestEffect, RequestFault
from inbox_mock.faults.status import RETRY_AFTER, retry_after


def _sabotage(options: Options) -> RequestEffect:
    return RequestEffect(applied=False, refusal=RateLimited(), headers=retry_after(options))


FAULT = RequestFault(
    says="the application's hour is used up: 429 until X-RateLimit-Reset; `retry_after` adds that header",
    options={"retry_after": RETRY_AFTER},
    sabotage=_sabotage,
    lingers=lambda asked: f"hour {asked.window} of application {asked.application_id}",
)

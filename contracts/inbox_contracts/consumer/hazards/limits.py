"""Limits in time: tokens that expire, and the rate limit."""

from inbox_contracts.consumer.hazards import StepBuilder, hazard, struck


@hazard(met=lambda recording: any(entry["status"] == 401 for entry in recording.entries))
def token_expires(steps: StepBuilder) -> None:
    """Two hours pass, and the token has expired."""
    booking = steps.book()
    steps.sync()
    for _ in range(steps.any_of(1, 2)):
        steps.passes("121m")
        steps.sync()
    if steps.any_of(True, False):
        steps.reply(booking)


@hazard(met=lambda recording: struck(recording, "expired_token"))
def token_expires_midway(steps: StepBuilder) -> None:
    """The token expires in the middle of a sync or an answer."""
    booking = steps.book()
    steps.fault("expired_token", match={"nth": steps.any_of(2, 1, 3, 5)})
    if steps.any_of(True, False):
        steps.reply(booking)
    steps.sync()


@hazard(met=lambda recording: any(entry["status"] == 429 for entry in recording.entries))
def rate_limit(steps: StepBuilder) -> None:
    """The hour's requests are used up: 429 until the reset."""
    booking = steps.book()
    steps.fault("rate_limit", match={"nth": steps.any_of(1, 2, 3, 5)})
    if steps.any_of(True, False):
        steps.reply(booking)
    steps.sync()

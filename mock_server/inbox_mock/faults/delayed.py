"""A webhook that comes late; it tells of the record as it was when it should have come."""

from datetime import timedelta

from inbox_mock.faults import DeliveryEffect, Options, WebhookFault, duration


def _misdelivery(options: Options) -> DeliveryEffect:
    delay = options["by"]
    if not isinstance(delay, timedelta):
        raise TypeError(delay)
    return DeliveryEffect(delay=delay)


FAULT = WebhookFault(
    says="it comes late (`by`: 10m, if left out)", options={"by": duration("10m", "how late it comes")}, misdelivery=_misdelivery
)

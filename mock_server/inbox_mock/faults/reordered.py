"""A webhook that the next one overtakes."""

from datetime import timedelta

from inbox_mock.faults import DeliveryEffect, Options, WebhookFault, duration


def _misdelivery(options: Options) -> DeliveryEffect:
    delay = options["within"]
    if not isinstance(delay, timedelta):
        raise TypeError(delay)
    return DeliveryEffect(overtaken=True, delay=delay)


FAULT = WebhookFault(
    says="it comes after the next one to the same address, or, if there is none `within` 10m, after that",
    options={"within": duration("10m", "how long it waits for the next one")},
    misdelivery=_misdelivery,
)

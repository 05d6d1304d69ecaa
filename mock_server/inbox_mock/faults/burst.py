"""A webhook that comes many times."""

from inbox_mock.faults import DeliveryEffect, WebhookFault

FAULT = WebhookFault(
    says="it comes many times: so many `copies` (10, if left out)",
    options={"copies": {"type": "integer", "minimum": 2, "maximum": 200, "default": 10, "description": "how many, from 2 to 200"}},
    misdelivery=lambda options: DeliveryEffect(copies=int(str(options["copies"]))),
)

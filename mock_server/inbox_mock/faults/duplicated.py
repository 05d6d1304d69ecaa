"""A webhook that comes twice."""

from inbox_mock.faults import DeliveryEffect, WebhookFault

FAULT = WebhookFault(
    says="it comes twice",
    misdelivery=lambda options: DeliveryEffect(copies=2),  # noqa: ARG005
)

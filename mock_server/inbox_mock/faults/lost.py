"""A webhook that never comes."""

from inbox_mock.faults import DeliveryEffect, WebhookFault

FAULT = WebhookFault(says="it never comes", misdelivery=lambda options: DeliveryEffect(lost=True))  # noqa: ARG005

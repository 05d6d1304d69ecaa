"""A webhook whose signature is somebody else's."""

from inbox_mock.faults import DeliveryEffect, WebhookFault

FAULT = WebhookFault(says="its signature is made with a wrong secret", misdelivery=lambda options: DeliveryEffect(forged=True))  # noqa: ARG005

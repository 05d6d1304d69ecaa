"""A webhook that comes twice."""

from mock_server.faults import Misdelivery, WebhookFault

FAULT = WebhookFault(
    says="it comes twice",
    misdelivery=lambda options: Misdelivery(copies=2),  # noqa: ARG005
)

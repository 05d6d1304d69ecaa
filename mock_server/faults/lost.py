"""A webhook that never comes."""

from mock_server.faults import Misdelivery, WebhookFault

FAULT = WebhookFault(says="it never comes", misdelivery=lambda options: Misdelivery(lost=True))  # noqa: ARG005

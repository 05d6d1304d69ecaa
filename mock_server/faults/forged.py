"""A webhook whose signature is somebody else's."""

from mock_server.faults import Misdelivery, WebhookFault

FAULT = WebhookFault(says="its signature is made with a wrong secret", misdelivery=lambda options: Misdelivery(forged=True))  # noqa: ARG005

"""A webhook that tells of a record as it once was."""

from mock_server.faults import Misdelivery, WebhookFault

FAULT = WebhookFault(
    says="it tells of the record as the webhook before it did, or as it was when the fault was set; of a new one it cannot",
    misdelivery=lambda options: Misdelivery(),  # noqa: ARG005
    older=True,
    keeps_past=True,
)

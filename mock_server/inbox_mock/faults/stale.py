"""A webhook that tells of a record as it once was."""

from inbox_mock.faults import DeliveryEffect, WebhookFault

FAULT = WebhookFault(
    says="it tells of the record as the webhook before it did, or as it was when the fault was set; of a new one it cannot",
    misdelivery=lambda options: DeliveryEffect(),  # noqa: ARG005
    older=True,
    keeps_past=True,
)

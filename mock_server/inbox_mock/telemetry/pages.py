"""/metrics, for Prometheus, and for whoever may read the admin API."""

from flask import Blueprint, Response, request

from inbox_mock.admin.access_control import AccessControl
from inbox_mock.domain.admin_tokens import READ
from inbox_mock.telemetry.metrics import Metrics

METRICS = "/metrics"


def metrics_of(metrics: Metrics, control: AccessControl) -> Blueprint:
    """Return the blueprint of /metrics."""
    made = Blueprint("telemetry", __name__)

    @made.get(METRICS, provide_automatic_options=False)
    def exposition() -> Response:
        control.check(request, READ)
        text, kind = metrics.exposition()
        return Response(text, content_type=kind)

    return made

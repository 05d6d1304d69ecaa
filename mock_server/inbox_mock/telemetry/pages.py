"""/metrics, for Prometheus, and for whoever may read the admin API."""

from flask import Blueprint, Response, request

from inbox_mock.admin.access_control import AccessControl
from inbox_mock.telemetry.metrics import Metrics

METRICS = "/metrics"


def metrics_of(metrics: Metrics, control: AccessControl) -> Blueprint:
    """Return the blueprint of /metrics."""
    made = Blueprint("telemetry", __name__)
    made.before_request(lambda: control.check(request))

    @made.get(METRICS, provide_automatic_options=False)
    def exposition() -> Response:
        text, kind = metrics.exposition()
        return Response(text, content_type=kind)

    return made

"""/metrics, for Prometheus, and for whoever may read the admin API."""

from flask import Blueprint, Response, request

from inbox_mock.admin.access_control import AccessControl
from inbox_mock.domain.admin_tokens import READ
from inbox_mock.domain.errors import Elsewhere, Invalid, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.store.homes import Home
from inbox_mock.telemetry.metrics import Metrics

METRICS = "/metrics"


def metrics_of(metrics: Metrics, home: Home, control: AccessControl) -> Blueprint:
    """Return the blueprint of /metrics."""
    made = Blueprint("telemetry", __name__)

    @made.get(METRICS, provide_automatic_options=False)
    def exposition() -> Response:
        control.check(request, READ)
        _check_worker(home, request.args.get("worker", ""))
        text, kind = metrics.exposition()
        return Response(text, content_type=kind)

    return made


def _check_worker(home: Home, wanted: str) -> None:
    """Raise Elsewhere if another worker's figures are wanted, by its number: it serves the sandbox whose id is that number."""
    if not wanted:
        return
    number = whole_number(wanted, 4)
    if home.is_shared:
        raise Invalid(invalid("worker", "no number: any process serves any sandbox, and is asked by its own address"))
    if number is None or number >= home.share.of:
        raise Invalid(invalid("worker", f"the number of a worker, from 0 to {home.share.of - 1}"))
    if not home.owns(sandbox_id := f"{number:012x}"):
        raise Elsewhere(sandbox_id)

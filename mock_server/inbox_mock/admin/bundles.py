"""Reproduction bundles: a sandbox as one file, and a sandbox from such a file."""

from inbox_mock.admin.labels import label_of
from inbox_mock.admin.operation import JSON, AdminCall, Page, operation
from inbox_mock.admin.sandbox_shown import SANDBOX, sandbox_record
from inbox_mock.domain.admin_tokens import OWN
from inbox_mock.domain.errors import BadRequest, Conflict, Problem

KIND = "application/zip"


@operation("GET", "/sandboxes/<id>/bundle", gives=(KIND,), refusals=(404, 409))
def save_bundle(call: AdminCall) -> Page:
    """Save the sandbox as a reproduction bundle, without its secrets."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.saving import save

    try:
        content = save(call.in_sandbox)
    except BundleError as error:
        raise Conflict(Problem("bundle", str(error))) from None
    return Page(KIND, content, {"Content-Disposition": f"attachment; filename*=UTF-8''{call.in_sandbox.id}.zip"})


@operation("POST", "/bundles", status=201, least=OWN, refusals=(413, 422), takes=KIND, answer=SANDBOX)
def open_bundle(call: AdminCall) -> JSON:
    """Open a reproduction bundle: make a sandbox that goes on from there. Its webhooks go nowhere until they are subscribed anew."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.bundle import open_bundle as opened
    from inbox_mock.bundles.bundle import read

    try:
        bundle = read(call.file)
    except BundleError as error:
        raise BadRequest(str(error)) from None
    label = label_of({}, call.caller.name, call.factory.default_ttl)
    return sandbox_record(call, opened(call.factory.sandboxes, bundle, label))

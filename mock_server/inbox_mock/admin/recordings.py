"""Files that become sandboxes, and a sandbox's traffic as a file of a format that other tools read."""

import re
from urllib.parse import quote

from inbox_mock.admin.operation import ANY_OBJECT, JSON, NUMBER, TEXT, AdminCall, Page, operation
from inbox_mock.api.openapi_schemas import list_of, record
from inbox_mock.api.rendering import why_header
from inbox_mock.domain.admin_tokens import OWN
from inbox_mock.domain.errors import BadRequest, Invalid, invalid
from inbox_mock.resources.privacy import NAMES, TEXTS
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import from_text, schema

FILE = "file"
KEEPS = TEXTS, NAMES
OF_AN_IMPORT: JSON = {
    "scenario": {**ANY_OBJECT, "description": "what `create_sandbox` takes; of a bundle none: `open_bundle` takes that"},
    "start": {**TEXT, "description": "the time of the first exchange"},
    "hosts": list_of(record({"name": TEXT, "used": NUMBER, "ignored": NUMBER}, "RecordedHost")),
    "records": {"type": "object", "additionalProperties": NUMBER, "description": "how many there are, by resource"},
    "timeline": list_of(ANY_OBJECT),
    "settled": {**ANY_OBJECT, "description": "the settings that the traffic decides"},
}
"""What is told of a recording, and the scenario of a scenario file, too."""
READ = record(
    {
        "kind": {"enum": ["recording", "scenario", "bundle"]},
        "made_up": {
            **list_of(record({"what": TEXT, "count": NUMBER, "example": TEXT, "why": TEXT}, "MadeUp")),
            "description": "what was invented, or is not known",
        },
        "says": {**list_of(TEXT), "description": "what was found, in words"},
        **OF_AN_IMPORT,
    },
    "ReadRecording",
    optional=tuple(OF_AN_IMPORT),
)


@operation(
    "POST",
    "/recordings",
    least=OWN,
    refusals=(413, 422),
    takes="application/octet-stream",
    query={
        "name": f"The file's name, which errors show; {FILE}, if left out.",
        "keep": f"What private data is kept as it is: {' and '.join(KEEPS)}, joined by commas.",
    },
    answer=READ,
)
def read_recording(call: AdminCall) -> JSON:
    """Make a scenario of a recording, and list what was made up; a scenario file or a bundle is checked."""
    from inbox_mock.bundles import is_meant
    from inbox_mock.importing import NothingToImportError, import_exchanges, report
    from inbox_mock.recordings import NotARecordingError, RecordingError
    from inbox_mock.recordings.reading import read_held

    name = re.split(r"[/\\]", call.query.get("name", ""))[-1][:200] or FILE
    keep = frozenset(filter(None, call.query.get("keep", "").split(",")))
    if not keep <= set(KEEPS):
        raise Invalid(invalid("keep", f"{' or '.join(KEEPS)}, or both, joined by a comma"))
    if is_meant(call.file):
        return _bundle(name, call.file)
    try:
        found = import_exchanges(read_held(name, call.file), keep=keep)
    except NotARecordingError as error:
        return _scenario(name, call.file, str(error))
    except (RecordingError, NothingToImportError) as error:
        raise BadRequest(str(error)) from None
    return {"kind": "recording", "scenario": found.scenario, "says": list(report.told_lines(found)), **report.as_json(found)}


def _scenario(name: str, content: bytes, otherwise: str) -> JSON:
    """Return what is answered to a scenario file; BadRequest if it is none, or has a mistake."""
    text = content.decode(errors="replace")
    if not re.search(rf"^\W*(?:{'|'.join(schema()['properties'])})\W*:", text, re.MULTILINE):
        raise BadRequest(f"{otherwise}; or a scenario file, or a bundle")
    try:
        scenario = from_text(text, name)
    except ScenarioError as error:
        raise BadRequest(str(error)) from None
    return {"scenario": scenario.data, "kind": "scenario", "made_up": [], "says": [f"A scenario. {scenario.description}".strip()]}


def _bundle(name: str, content: bytes) -> JSON:
    """Return what is answered to a bundle; BadRequest if it cannot be opened."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.bundle import about, read

    try:
        told = about(read(content))
    except BundleError as error:
        raise BadRequest(f"{name}: {error}") from None
    return {"kind": "bundle", "made_up": [], "says": ["A reproduction bundle.", *(f"{what}: {value}" for what, value in told.items())]}


@operation(
    "GET",
    "/sandboxes/<id>/export",
    query={
        "format": "One of those that `get_catalogue` lists as `exports`; har, if left out.",
        "of": "journal: the requests that came, if left out; state: requests that read all that the sandbox holds.",
        "private": "1 replaces names, texts and the like by invented ones.",
    },
    gives=("*/*",),
)
def export_sandbox(call: AdminCall) -> Page:
    """Export the journal, or what the sandbox holds, as a file without secrets; X-Mock-Why says what it lacks."""
    from inbox_mock.admin.exporting import export

    wanted, of, private = (call.query.get(name, usual) for name, usual in (("format", "har"), ("of", "journal"), ("private", "0")))
    if private not in {"0", "1"}:
        raise Invalid(invalid("private", "0 or 1"))
    made = export(call.in_sandbox, wanted, of=of, private=private == "1", origin=call.origin, wall=call.factory.wall())
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
    return Page(made.kind, made.content, headers | dict(why_header(" ".join(made.told)) if made.told else ()))

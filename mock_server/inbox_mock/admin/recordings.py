"""A sandbox's traffic as a file of a format that other tools read."""

from urllib.parse import quote

from inbox_mock.admin.operation import AdminCall, Page, operation
from inbox_mock.api.rendering import why_header
from inbox_mock.domain.errors import Invalid, invalid


@operation(
    "GET",
    "/sandboxes/<id>/export",
    query={
        "format": "The format: har, vcr, vcrpy, postman, bruno, curl, pytest, vitest, rspec or scenario.",
        "of": "journal: the requests that came, if left out; state: requests that read all that the sandbox holds.",
        "private": "1 replaces names, texts and the like by invented ones.",
    },
)
def export_sandbox(call: AdminCall) -> Page:
    """Export the journal, or what the sandbox holds, as a file without secrets; X-Mock-Why says what it lacks."""
    from inbox_mock.admin.exporting import export

    wanted, of, private = (call.query.get(name, usual) for name, usual in (("format", ""), ("of", "journal"), ("private", "0")))
    if private not in {"0", "1"}:
        raise Invalid(invalid("private", "0 or 1"))
    made = export(call.in_sandbox, wanted, of=of, private=private == "1", origin=call.origin, wall=call.factory.wall())
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
    return Page(made.kind, made.content, headers | dict(why_header(" ".join(made.told)) if made.told else ()))

"""What the tables of attributes forbid, and how that is told."""

from inbox_contracts.provider.api import JSON, errors_of, wanted
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import UNKNOWN, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain.fidelity import assumed, documented
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Write

FAILURE = "application/vnd.api+json; charset=utf-8"
REFUSED: tuple[tuple[str, JSON, str], ...] = (
    ("messages", {"content": None}, "content"),
    ("messages", {"content": ""}, "content"),
    ("messages", {"origin": "pigeon"}, "origin"),
    ("messages", {"origin": None}, "origin"),
    ("messages", {"visibility": "secret"}, "visibility"),
    ("messages", {"channel": "pigeon", "visibility": "external"}, "channel"),
    ("messages", {"channel": "airbnb", "visibility": "internal"}, "visibility"),
    ("messages", {"conversation_id": UNKNOWN}, "conversation"),
    ("messages", {"sender_id": UNKNOWN}, "sender"),
    ("messages", {"attachment_ids": [UNKNOWN]}, "attachments"),
    ("participants", {"member_type": "Ghost"}, "member_type"),
    ("participants", {"conversation_id": UNKNOWN}, "conversation"),
    ("participants", {"member_id": UNKNOWN}, "member"),
    ("conversations", {"default_channel": "pigeon"}, "default_channel"),
    ("conversations", {"assignee_id": UNKNOWN}, "assignee"),
    ("hosts", {"firstname": ""}, "firstname"),
    ("hosts", {"email": "nonsense"}, "email"),
    ("clients", {"fullname": "x" * 151}, "fullname"),
    ("clients", {"notes": "x" * 5001}, "notes"),
    ("clients", {"emails": [{"label": "default"}]}, "emails"),
    ("clients", {"phones": [{"label": "mobile"}]}, "phones"),
    ("clients", {"preferred_locale": "xx"}, "preferred_locale"),
    ("sources", {"name": ""}, "name"),
    ("sources", {"name": "x" * 51}, "name"),
    ("bookings", {"start_at": None}, "start_at"),
    ("bookings", {"end_at": "2001-01-01T00:00:00Z"}, "end_at"),
    ("bookings", {"unavailable": True}, "status"),
    ("inquiries", {"lastname": ""}, "lastname"),
    ("inquiries", {"message": "x" * 501}, "message"),
    ("inquiries", {"adults": 0}, "adults"),
    ("inquiries", {"children": -1}, "children"),
    ("inquiries", {"email": None}, "email"),
    ("inquiries", {"phone": "+33 6 00 00 00 00"}, "country_code"),
)
"""New records that a documented constraint forbids: what is wrong on top of the least that is needed, and the field."""


ALSO_REFUSED: tuple[tuple[str, JSON, str], ...] = (
    ("messages", {"conversation_id": None}, "conversation"),
    ("messages", {"sender_id": None}, "sender"),
    ("messages", {"visibility": None}, "visibility"),
    ("participants", {"conversation_id": None}, "conversation"),
    ("participants", {"member_id": None}, "member"),
    ("participants", {"member_type": None}, "member_type"),
    ("attachments", {"file": None}, "file"),
    ("conversations", {"source_id": UNKNOWN}, "source"),
    ("hosts", {"lastname": ""}, "lastname"),
    ("hosts", {"source_id": UNKNOWN}, "source"),
    ("clients", {"fullname": None}, "fullname"),
    ("clients", {"passport": "x" * 51}, "passport"),
    ("clients", {"emails": [{"email": "ada@example.com"}]}, "emails"),
    ("clients", {"addresses": [{"city": "Nevache"}]}, "addresses"),
    ("clients", {"addresses": [{"label": "home", "zip": "x" * 16}]}, "addresses"),
    ("sources", {"name": None}, "name"),
    ("bookings", {"end_at": None}, "end_at"),
    ("bookings", {"notes": "x" * 6001}, "notes"),
    ("bookings", {"client_id": UNKNOWN}, "client"),
    ("bookings", {"source_id": UNKNOWN}, "source"),
    ("inquiries", {"firstname": ""}, "firstname"),
    ("inquiries", {"firstname": "x" * 51}, "firstname"),
    ("inquiries", {"lastname": "x" * 100}, "lastname"),
    ("inquiries", {"start_at": None}, "start_at"),
    ("inquiries", {"source_id": UNKNOWN}, "source"),
)
"""More of these: what they leave behind is not looked for, since that takes ten requests for each."""


@claim("constraints", fidelity=documented("/reference/endpoints; the body is recorded, 2016"), reads=False)
def constraints(trial: Trial) -> None:
    """What the tables forbid is answered 422 with validation_failed, each field and a title, of a new record and of a change."""
    with trial.workspace() as workspace:
        for plural, wrong, field in (*REFUSED, *ALSO_REFUSED):
            told = f"{plural} with {shown(wrong)}"
            attributes = {**workspace.least(plural), **wrong}
            _is_invalid(workspace.attempt(plural, attributes), told, field)
            if set(wrong) <= writable(plural):
                changes = {name: value for name, value in attributes.items() if name in writable(plural)}
                _is_invalid(workspace.api.call("PUT", f"{path_of(plural)}/{workspace.id(plural)}", {plural: [changes]}), told, field)
        _is_invalid(workspace.attempt("hosts", {"firstname": "", "lastname": ""}), "hosts without names", "firstname", "lastname")
        stateless = workspace.least("bookings")
        del stateless["booked"]
        expect(workspace.attempt("bookings", stateless).status == 422, f"bookings with {shown(stateless)}: not refused, though in no state")
        _ties_nothing_to_internal_sources(workspace)
        guest = workspace.new("participants", member_id=workspace.id("clients"), member_type="Client")["id"]
        _is_invalid(workspace.attempt("messages", {**workspace.least("messages"), "sender_id": guest}), "a note of a client", "visibility")


def _ties_nothing_to_internal_sources(workspace: Workspace) -> None:
    """Raise PropertyViolation if a record may be tied to a source that is internal, where the account has one."""
    internal = next((source["id"] for source in workspace.api.all_of("/sources") if source["internal"]), None)
    for plural in ("hosts", "conversations", "bookings", "inquiries") if internal is not None else ():
        _is_invalid(
            workspace.attempt(plural, {**workspace.least(plural), "source_id": internal}), f"{plural} of an internal source", "source"
        )


def writable(plural: str) -> set[str]:
    """Return the attributes that a change may write."""
    return {attribute.name for attribute in RESOURCES[plural].attributes if attribute.write in {Write.ALWAYS, Write.UPDATE}}


def _is_invalid(answer: ApiResponse, told: str, *wrong: str) -> None:
    wanted(answer, 422)
    errors = errors_of(answer)
    expect(all(isinstance(error.get("title"), str) for error in errors), f"{answer.about}: an error without title: {shown(errors)}")
    same({error["code"] for error in errors}, {"validation_failed"}, f"{answer.about}: the codes, for {told}")
    fields = {str(error.get("field")).removesuffix("_id") for error in errors}
    missing = {field.removesuffix("_id") for field in wrong} - fields
    expect(not missing, f"{answer.about}: the fields are {', '.join(sorted(fields))}, expected {', '.join(wrong)} for {told}")
    found = answer.header("Content-Type"), answer.header("Cache-Control"), answer.header("ETag")
    same(found, (FAILURE, "no-cache", None), f"{answer.about}: Content-Type, Cache-Control and ETag")
    expect(answer.header("X-RateLimit-Remaining"), f"{answer.about}: no X-RateLimit-Remaining")


TITLES = (
    ("hosts", {"firstname": ""}, "can't be blank"),
    ("messages", {"content": None}, "can't be blank"),
    ("messages", {"sent_at": None}, "can't be blank"),  # which recordings of 2018 allow
    ("messages", {"origin": "pigeon"}, "is not included in the list"),
)


@claim("error-titles", fidelity=assumed("texts of Rails, recorded of clients and rentals; of other resources never"), reads=False)
def error_titles(trial: Trial) -> None:
    """The title of an error is what Rails says: can't be blank, is not included in the list."""
    with trial.workspace() as workspace:
        for plural, wrong, title in TITLES:
            answer = workspace.attempt(plural, {**workspace.least(plural), **wrong})
            wanted(answer, 422)
            same([error.get("title") for error in errors_of(answer)], [title], f"{answer.about}: the titles, for {shown(wrong)}")

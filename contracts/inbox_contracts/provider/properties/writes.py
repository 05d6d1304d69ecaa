"""Writing: what was written is read back, and what was refused has changed nothing."""

from datetime import timedelta
from time import sleep

from inbox_contracts.provider import strategies
from inbox_contracts.provider.api import JSON, by_id, plural_of, the_record, wanted
from inbox_contracts.provider.expectations import SETS, expect, same, shown, shows
from inbox_contracts.provider.headers import allowance_of, has_weak_etag, tells_its_making
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.properties.conditional import WRITTEN
from inbox_contracts.provider.properties.constraints import REFUSED, writable
from inbox_contracts.provider.resources import CREATED, EVERYTHING, UNDER_RENTALS, address_of, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import MORE, Ref, Workspace
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import documented, recorded

PAGE = documented("/reference/endpoints")
SUCCESS = "application/vnd.api+json; charset=utf-8"


@claim("created", fidelity=PAGE, reads=False)
def created(trial: Trial) -> None:
    """A new record shows what was written, in the answer and when it is read."""
    from hypothesis import strategies as st

    with trial.workspace() as workspace:

        def is_read_back(plural: str, written: JSON) -> None:
            attributes = workspace.resolved({**workspace.least(plural), **written})
            answer = wanted(workspace.attempt(plural, attributes), 201)
            record = the_record(answer)
            shows(plural, record, attributes)
            address = address_of(plural, record["id"])
            same(workspace.api.one(address), record, f"{address}, beside the answer to its creation")

        for plural in CREATED:
            drawn = strategies.attributes(plural, creating=True, quiet=not trial.target.is_fake)
            trial.explore(is_read_back, 16, plural=st.just(plural), written=drawn)


@claim("changed", fidelity=PAGE, reads=False)
def changed(trial: Trial) -> None:
    """A changed record shows what was written, keeps what was not, and its updated_at moves."""
    from hypothesis import strategies as st

    with trial.workspace() as workspace:

        def is_read_back(plural: str, written: JSON) -> None:
            before = workspace.new(plural, **MORE.get(plural, {}), **TIED.get(plural, {}))
            record_id = before["id"]
            attributes = workspace.resolved(written)
            workspace.advance("3s")
            record = workspace.change(plural, record_id, attributes)
            shows(plural, record, attributes)
            after = workspace.api.one(address_of(plural, record_id))
            same(after, record, f"{address_of(plural, record_id)}, beside the answer to its change")
            _nothing_else(plural, before, after, attributes)
            expect(after["updated_at"] >= before["updated_at"], f"updated_at went back, to {after['updated_at']}")
            if workspace.sandbox is not None and attributes:
                expect(after["updated_at"] > before["updated_at"], f"updated_at is still {after['updated_at']} after a change")

        for plural in CREATED:
            drawn = strategies.attributes(plural, creating=False, quiet=not trial.target.is_fake)
            trial.explore(is_read_back, 16, plural=st.just(plural), written=drawn)
        if workspace.sandbox is None:
            _moves_with_the_clock(workspace)


def _moves_with_the_clock(workspace: Workspace) -> None:
    """Raise PropertyViolation unless updated_at moves where the clock cannot be set: wait for its next second, unless it stands still."""
    made = {plural: workspace.new(plural) for plural in WRITTEN}
    began = _synced_at(workspace)
    sleep(NEXT_SECOND)
    if _synced_at(workspace) == began:
        return
    for plural, written in WRITTEN.items():
        before, after = made[plural], workspace.change(plural, made[plural]["id"], written)
        moved = after["updated_at"] > before["updated_at"]
        expect(moved, f"updated_at of {address_of(plural, after['id'])} is still {after['updated_at']} a second later, after a change")


NEXT_SECOND = 1.1


def _synced_at(workspace: Workspace) -> str | None:
    return workspace.api.get("/accounts").header("x-updated-since-request-synced-at")


TIED: dict[str, JSON] = {
    "bookings": {"client_id": Ref("clients"), "source_id": Ref("sources")},
    "conversations": {"source_id": Ref("sources"), "assignee_id": Ref("hosts")},
    "hosts": {"source_id": Ref("sources")},
    "inquiries": {"source_id": Ref("sources")},
    "messages": {"attachment_ids": [Ref("attachments")]},
}
"""What refers to other records, which a change of something else must keep."""
MINUTE = timedelta(minutes=1)
FLAGS = (("conversations", "closed"), ("conversations", "marked_as_spam"), ("participants", "read"))


@claim("flags", fidelity=PAGE, reads=False)
def flags(trial: Trial) -> None:
    """closed, marked_as_spam and read are set by true and taken back by false, shown by their times, and stay when all else is written."""
    with trial.workspace() as workspace:
        for plural, name in FLAGS:
            path = address_of(plural, workspace.id(plural))
            for on in (True, False, True):
                answered = workspace.change(plural, workspace.id(plural), {name: on})
                shows(plural, answered, {name: on})
                shows(plural, workspace.api.one(path), {name: on})
                if on:
                    at, moved = (times.parse(answered[moment]) for moment in (SETS[name], "updated_at"))
                    expect(
                        abs(at - moved) < MINUTE, f"{SETS[name]} is {answered[SETS[name]]}, {name} was written at {answered['updated_at']}"
                    )
        workspace.advance("3s")
        others: list[JSON] = [{}, {"assignee_id": workspace.id("hosts")}]
        others += [{"default_channel": "email"}] if trial.target.is_fake else []
        for written in others:
            _stays_flagged(workspace, "conversations", written)
        _stays_flagged(workspace, "participants", {})


def _stays_flagged(workspace: Workspace, plural: str, written: JSON) -> None:
    path = address_of(plural, workspace.id(plural))
    before, after = workspace.api.one(path), workspace.change(plural, workspace.id(plural), written)
    for found in (after, workspace.api.one(path)):
        kept = {name: before[name] for name in SETS.values() if name in before}
        same({name: found[name] for name in kept}, kept, f"the flags of one of the {plural}, after a change of {shown(written)}")


LONGEST = (
    *(("clients", name, length) for name, length in (("fullname", 150), ("notes", 5000), ("passport", 50))),
    ("bookings", "notes", 6000),
    ("sources", "name", 50),
    *(("inquiries", name, length) for name, length in (("firstname", 50), ("lastname", 99), ("message", 500))),
)
"""How many characters the tables allow."""
FAR_MORE = 70_000
"""More bytes than such columns of databases keep as are meant for texts of ordinary length."""
JOINED = "Cafe\u0301 au lait\u00a0: \U0001f469\u200d\U0001f467, \u05e9\u05dc\u200f" * 200
"""More than 255 characters, among them such as storage and transport tend to change."""


@claim("longest-texts", fidelity=PAGE, reads=False)
def longest_texts(trial: Trial) -> None:
    """Texts as long as the tables allow are kept whole, one more is refused, and the content of a message has no limit."""
    with trial.workspace() as workspace:
        for plural, name, length in LONGEST:
            shows(plural, workspace.new(plural, **{name: "x" * length}), {name: "x" * length})
            answer = workspace.attempt(plural, {**workspace.least(plural), name: "x" * (length + 1)})
            same(answer.status, 422, f"{answer.about}: the status of {plural} with {length + 1} characters of {name}")
        for text in ("x" * FAR_MORE, "0"):  # some languages take 0 for blank
            shows("messages", workspace.new("messages", content=text), {"content": text})
        message, api = workspace.new("messages", content=JOINED), workspace.api
        listed = by_id(api.all_of("/inbox/messages", updated_since=message["updated_at"]))
        within = api.one(address_of("conversations", message["links"]["conversation"]), include="messages")["messages"]
        for found, where in (
            (api.one(address_of("messages", message["id"])), "asked for alone"),
            (listed.get(message["id"], {}), "in the list"),
            (next((one for one in within if one["id"] == message["id"]), {}), "within its conversation"),
        ):
            same(found.get("content"), JOINED, f"content of message {message['id']}, {where}")


PICTURE = {"url", "file_size", "file_content_type", "image_width", "image_height"}
PRICES = {"initial_rental_price", "final_rental_price"}
MOVES = {"clients": {"fullname"}, "inquiries": {"start_at", "end_at"}, "attachments": PICTURE, "bookings": PRICES}
"""What follows from other attributes."""


def _nothing_else(plural: str, before: JSON, after: JSON, written: JSON) -> None:
    moved = {"links", "updated_at", "closed_at", "marked_as_spam_at", "read_at", *MOVES.get(plural, ()), *written}
    for name, value in before.items():
        if name not in moved:
            same(after[name], value, f"{name}, which was not written")
    for name, value in before["links"].items():
        if written.keys().isdisjoint({f"{name}_id", f"{name.removesuffix('s')}_ids"}):
            same(after["links"][name], value, f"links.{name}, which was not written")


@claim("refused-writes", fidelity=documented("/reference/endpoints: a constraint that is broken refuses the request"), reads=False)
def refused_writes(trial: Trial) -> None:
    """A refused write changes nothing, not even the part of it that was allowed."""
    # Mix forbidden values with allowed ones, on new records and on old ones.
    allowed = {"messages": {"content": "Changed"}, "hosts": {"lastname": "Changed"}, "clients": {"company": "Changed"}}
    with trial.workspace() as workspace:
        for plural in dict.fromkeys(plural for plural, _, _ in REFUSED):
            workspace.least(plural)
            workspace.id(plural)
        counts = _counts(workspace)
        for plural, wrong, _ in REFUSED:
            record_id, least = workspace.id(plural), workspace.least(plural)
            workspace.advance("3s")
            before = workspace.api.one(address_of(plural, record_id))
            answers = [workspace.attempt(plural, {**least, **allowed.get(plural, {}), **wrong})]
            if set(wrong) <= writable(plural):
                change = {plural: [{**allowed.get(plural, {}), **wrong}]}
                answers.append(workspace.api.call("PUT", address_of(plural, record_id), change))
            counted = _counts(workspace)
            if all(answer.status >= 300 for answer in answers):  # another property checks what is not refused
                after = counted, workspace.api.one(address_of(plural, record_id))
                same(after, (counts, before), f"the account after a refused write of {shown(wrong)}")
            counts = counted


def _counts(workspace: Workspace) -> dict[str, str | None]:
    return {
        plural: workspace.api.get(path_of(plural), per_page=1, **EVERYTHING.get(plural, {})).header("X-Total-Count")
        for plural in (*CREATED, "rentals")
    }


@claim("answers-to-writes", fidelity=recorded("all POSTs since May 2018, all PUTs"), reads=False)
def answers_to_writes(trial: Trial) -> None:
    """POST answers 201 with Location, PUT and actions 200; templates are as with GET, meta is {}, no Link; the usual headers are sent."""
    with trial.workspace() as workspace:
        for plural in CREATED:
            created = workspace.attempt(plural, workspace.least(plural))
            wanted(created, 201)
            record = the_record(created)
            record_id = record["id"]
            if plural in UNDER_RENTALS:
                same(record["links"]["rental"], workspace.id("rentals"), f"{created.about}: links.rental")
            if plural == "bookings":
                expect(record["owned_by_app"] and record["locked"], f"{created.about}: owned_by_app and locked of an application's booking")
            address = f"{trial.target.connection.root}/api/v3{address_of(plural, record_id)}"
            same(created.header("Location"), address, f"{created.about}: Location")
            changed = workspace.api.call("PUT", address_of(plural, record_id), {plural: [{}]})
            same(changed.status, 200, f"{changed.about}: the status of a change")
            read = workspace.api.get(address_of(plural, record_id))
            patched = wanted(workspace.api.call("PATCH", address_of(plural, record_id), {plural: [{}]}), 200)
            for answer in (created, changed, patched):
                _is_answer_to_a_write(answer, read)
            synced = times.parse(created.header("x-updated-since-request-synced-at") or "")
            for name in ("created_at", "updated_at"):
                told = f"{created.about}: {name} is {record[name]}, x-updated-since-request-synced-at {synced:%Y-%m-%d %H:%M:%S}"
                expect(abs(times.parse(record[name]) - synced) < MINUTE, told)
        conversation, message = (address_of(plural, workspace.id(plural)) for plural in ("conversations", "messages"))
        for path, action, plural in (
            (conversation, "connect_booking", "bookings"),
            (conversation, "disconnect_booking", "bookings"),
            (message, "add_attachment", "attachments"),
        ):
            answer = workspace.api.put(f"{path}/{action}", plural, {"id": workspace.id(plural)})
            _is_answer_to_a_write(answer, workspace.api.get(path))


def _is_answer_to_a_write(answer: ApiResponse, read: ApiResponse) -> None:
    same(plural_of(answer), plural_of(read), f"{answer.about}: the key of the records")
    same(answer.json["meta"], {}, f"{answer.about}: meta of a write")
    same(answer.json.get("links"), read.json.get("links"), f"{answer.about}: the templates of a write, beside those of GET")
    expect(answer.header("Link") is None, f"{answer.about}: a Link header on a write")
    has_weak_etag(answer)
    same(answer.header("Content-Type"), SUCCESS, f"{answer.about}: Content-Type")
    same(answer.header("Cache-Control"), "max-age=0, private, must-revalidate", f"{answer.about}: Cache-Control")
    tells_its_making(answer)
    allowance_of(answer)
    figures = [name for name, _ in answer.headers if name.lower() in {"x-per-page", "x-total-count", "x-total-pages"}]
    same(figures, [], f"{answer.about}: the figures of a list on a write")
    synced, moved = answer.header("x-updated-since-request-synced-at") or "", the_record(answer)["updated_at"]
    expect(synced, f"{answer.about}: no x-updated-since-request-synced-at")
    expect(times.parse(synced) > times.parse(moved) - MINUTE, f"{answer.about}: synced-at is {synced}, updated_at {moved}")


@claim("patch", fidelity=recorded("clients, 2016"), reads=False)
def patch(trial: Trial) -> None:
    """PATCH does what PUT does."""
    with trial.workspace() as workspace:
        changes: dict[str, JSON] = {
            "clients": {"company": "P"},
            "hosts": {"lastname": "P"},
            "conversations": {"closed": True},
            "messages": {"content": "P"},
            "sources": {"name": "P"},
            "participants": {"read": True},
            "attachments": {"name": "P"},
            "bookings": {"adults": 3},
            "inquiries": {"message": "P"},
        }
        for plural, attributes in changes.items():
            path = address_of(plural, workspace.id(plural))
            answer = wanted(workspace.api.call("PATCH", path, {plural: [attributes]}), 200)
            shows(plural, workspace.api.one(path), attributes)
            shows(plural, the_record(answer), attributes)


@claim("bodies", fidelity=recorded("a client in production; unknown attributes: clients, 2016"), reads=False)
def bodies(trial: Trial) -> None:
    """Bodies come as application/json or application/vnd.api+json; unknown attributes are ignored."""
    with trial.workspace() as workspace:
        path = address_of("hosts", workspace.id("hosts"))
        for number, kind in enumerate(("application/json", "application/vnd.api+json", "application/json; charset=utf-8")):
            body = {"hosts": [{"lastname": f"Host {number}", "nonsense": 1}]}
            answer = workspace.api.call("PUT", path, body, headers={"Content-Type": kind})
            same(answer.status, 200, f"{answer.about}: the status of a body as {kind}")
            same(workspace.api.one(path)["lastname"], f"Host {number}", f"lastname, written as {kind} beside an unknown attribute")

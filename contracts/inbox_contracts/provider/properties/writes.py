"""Writing: what was written is read back, and what was refused has changed nothing."""

from inbox_contracts.provider import strategies
from inbox_contracts.provider.api import JSON, the_record, wanted
from inbox_contracts.provider.expectations import expect, same, shown, shows
from inbox_contracts.provider.properties.refusals import REFUSED
from inbox_contracts.provider.resources import CREATED, EVERYTHING, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Write

PAGE = documented("/reference/endpoints")


def _address(plural: str, record_id: int) -> str:
    return f"{path_of(plural)}/{record_id}"


@claim("created", fidelity=PAGE, reads=False)
def created(trial: Trial) -> None:
    """A new record shows what was written, in the answer and when it is read."""
    from hypothesis import strategies as st

    def is_read_back(plural: str, written: JSON) -> None:
        with trial.workspace() as workspace:
            attributes = workspace.resolved({**workspace.least(plural), **written})
            answer = wanted(workspace.attempt(plural, attributes), 201)
            record = the_record(answer)
            shows(plural, record, attributes)
            address = _address(plural, record["id"])
            same(workspace.api.one(address), record, f"{address}, beside the answer to its creation")

    for plural in CREATED:
        drawn = strategies.attributes(plural, creating=True, quiet=not trial.target.is_fake)
        trial.explore(is_read_back, 16, plural=st.just(plural), written=drawn)


@claim("changed", fidelity=PAGE, reads=False)
def changed(trial: Trial) -> None:
    """A changed record shows what was written, keeps what was not, and its updated_at moves."""
    from hypothesis import strategies as st

    def is_read_back(plural: str, written: JSON) -> None:
        with trial.workspace() as workspace:
            record_id = workspace.id(plural)
            before = workspace.api.one(_address(plural, record_id))
            attributes = workspace.resolved(written)
            workspace.advance("3s")
            record = workspace.change(plural, record_id, attributes)
            shows(plural, record, attributes)
            after = workspace.api.one(_address(plural, record_id))
            same(after, record, f"{_address(plural, record_id)}, beside the answer to its change")
            _nothing_else(plural, before, after, attributes)
            expect(after["updated_at"] >= before["updated_at"], f"updated_at went back, to {after['updated_at']}")
            if workspace.sandbox is not None and attributes:
                expect(after["updated_at"] > before["updated_at"], f"updated_at is still {after['updated_at']} after a change")

    for plural in CREATED:
        drawn = strategies.attributes(plural, creating=False, quiet=not trial.target.is_fake)
        trial.explore(is_read_back, 16, plural=st.just(plural), written=drawn)


FLAGS = (("conversations", "closed"), ("conversations", "marked_as_spam"), ("participants", "read"))


@claim("flags", fidelity=PAGE, reads=False)
def flags(trial: Trial) -> None:
    """closed, marked_as_spam and read are set by true and taken back by false, and shown by their times."""
    with trial.workspace() as workspace:
        for plural, name in FLAGS:
            path = _address(plural, workspace.id(plural))
            for on in (True, False, True):
                shows(plural, workspace.change(plural, workspace.id(plural), {name: on}), {name: on})
                shows(plural, workspace.api.one(path), {name: on})


PICTURE = {"url", "file_size", "file_content_type", "image_width", "image_height"}
PRICES = {"initial_rental_price", "final_rental_price"}
MOVES = {"clients": {"fullname"}, "inquiries": {"start_at", "end_at"}, "attachments": PICTURE, "bookings": PRICES}
"""What follows from other attributes."""


def _nothing_else(plural: str, before: JSON, after: JSON, written: JSON) -> None:
    moved = {"links", "updated_at", "closed_at", "marked_as_spam_at", "read_at", *MOVES.get(plural, ()), *written}
    for name, value in before.items():
        if name not in moved:
            same(after[name], value, f"{name}, which was not written")


@claim("refused-writes", fidelity=documented("/reference/endpoints: a constraint that is broken refuses the request"), reads=False)
def refused_writes(trial: Trial) -> None:
    """A refused write changes nothing, not even the part of it that was allowed."""
    # Mix forbidden values with allowed ones, on new records and on old ones.
    from hypothesis import strategies as st

    def changes_nothing(nth: int) -> None:
        plural, wrong, _ = REFUSED[nth]
        with trial.workspace() as workspace:
            record_id = workspace.id(plural)
            least = workspace.least(plural)
            workspace.advance("3s")
            before = _counts(workspace), workspace.api.one(_address(plural, record_id))
            allowed = {"messages": {"content": "Changed"}, "hosts": {"lastname": "Changed"}, "clients": {"company": "Changed"}}
            answers = [workspace.attempt(plural, {**least, **allowed.get(plural, {}), **wrong})]
            if set(wrong) <= {a.name for a in RESOURCES[plural].attributes if a.write in {Write.ALWAYS, Write.UPDATE}}:
                change = {plural: [{**allowed.get(plural, {}), **wrong}]}
                answers.append(workspace.api.call("PUT", _address(plural, record_id), change))
            if any(answer.status < 300 for answer in answers):
                return  # not refused: tested by another property
            after = _counts(workspace), workspace.api.one(_address(plural, record_id))
            same(after, before, f"the account after a refused write of {shown(wrong)}")

    trial.explore(changes_nothing, 40, nth=st.integers(0, len(REFUSED) - 1))


def _counts(workspace: Workspace) -> dict[str, str | None]:
    return {
        plural: workspace.api.get(path_of(plural), per_page=1, **EVERYTHING.get(plural, {})).header("X-Total-Count")
        for plural in (*CREATED, "rentals")
    }


@claim("answers-to-writes", fidelity=recorded("all POSTs since May 2018, all PUTs"), reads=False)
def answers_to_writes(trial: Trial) -> None:
    """POST answers 201 with Location, PUT 200; meta is {}, there is no Link, and ETag and synced-at are told."""
    with trial.workspace() as workspace:
        for plural in CREATED:
            created = workspace.attempt(plural, workspace.least(plural))
            wanted(created, 201)
            record_id = the_record(created)["id"]
            address = f"{trial.target.connection.root}/api/v3{_address(plural, record_id)}"
            same(created.header("Location"), address, f"{created.about}: Location")
            changed = workspace.api.call("PUT", _address(plural, record_id), {plural: [{}]})
            same(changed.status, 200, f"{changed.about}: the status of a change")
            for answer in (created, changed):
                same(answer.json["meta"], {}, f"{answer.about}: meta of a write")
                expect(answer.header("Link") is None, f"{answer.about}: a Link header on a write")
                expect(answer.header("ETag"), f"{answer.about}: no ETag")
                expect(answer.header("x-updated-since-request-synced-at"), f"{answer.about}: no x-updated-since-request-synced-at")


@claim("patch", fidelity=recorded("clients, 2016"), reads=False)
def patch(trial: Trial) -> None:
    """PATCH does what PUT does."""
    with trial.workspace() as workspace:
        changes: dict[str, JSON] = {"clients": {"company": "P"}, "hosts": {"lastname": "P"}, "conversations": {"closed": True}}
        for plural, attributes in changes.items():
            path = _address(plural, workspace.id(plural))
            answer = wanted(workspace.api.call("PATCH", path, {plural: [attributes]}), 200)
            shows(plural, workspace.api.one(path), attributes)
            shows(plural, the_record(answer), attributes)


@claim("bodies", fidelity=recorded("a client in production; unknown attributes: clients, 2016"), reads=False)
def bodies(trial: Trial) -> None:
    """Bodies come as application/json or application/vnd.api+json; unknown attributes are ignored."""
    with trial.workspace() as workspace:
        path = _address("hosts", workspace.id("hosts"))
        for number, kind in enumerate(("application/json", "application/vnd.api+json", "application/json; charset=utf-8")):
            body = {"hosts": [{"lastname": f"Host {number}", "nonsense": 1}]}
            answer = workspace.api.call("PUT", path, body, headers={"Content-Type": kind})
            same(answer.status, 200, f"{answer.about}: the status of a body as {kind}")
            same(workspace.api.one(path)["lastname"], f"Host {number}", f"lastname, written as {kind} beside an unknown attribute")


@claim("connecting", fidelity=documented("/reference/endpoints/inbox_conversations"), reads=False)
def connecting(trial: Trial) -> None:
    """connect_booking and disconnect_booking answer the conversation, and show at both ends."""
    with trial.workspace() as workspace:
        conversation, booking = workspace.id("conversations"), workspace.id("bookings")
        path = _address("conversations", conversation)
        for step, bookings in (("connect", [booking]), ("connect again", [booking]), ("disconnect", [])):
            action = step.partition(" ")[0]
            answered = workspace.api.put(f"{path}/{action}_booking", "bookings", {"id": booking}).json["conversations"][0]
            same(answered["links"]["bookings"], bookings, f"{step}: links.bookings in the answer")
            found = workspace.api.one(path)["links"]["bookings"]
            same(found, bookings, f"{step}: links.bookings of conversation {conversation}")
            found = workspace.api.one(_address("bookings", booking))["links"]["conversations"]
            same(found, [conversation for _ in bookings], f"{step}: links.conversations of booking {booking}")


@claim("attaching", fidelity=documented("/reference/endpoints/inbox_messages"), reads=False)
def attaching(trial: Trial) -> None:
    """add_attachment adds one to those that a message has, attachment_ids replaces them; both ends show it."""
    with trial.workspace() as workspace:
        first, second, message = workspace.id("attachments"), workspace.new("attachments")["id"], workspace.id("messages")
        path = _address("messages", message)
        for attachment, wanted_ids in ((first, {first}), (second, {first, second})):
            answer = workspace.api.put(f"{path}/add_attachment", "attachments", {"id": attachment})
            same(set(the_record(answer)["links"]["attachments"]), wanted_ids, f"{answer.about}: links.attachments of the message")
            found = workspace.api.one(_address("attachments", attachment))["links"]["messages"]
            same(found, [message], f"links.messages of attachment {attachment}")
        workspace.change("messages", message, {"attachment_ids": [second]})
        same(workspace.api.one(path)["links"]["attachments"], [second], "links.attachments after attachment_ids was written")

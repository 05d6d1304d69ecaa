"""What ties records to each other, and the bytes that attachments have."""

from base64 import b64decode, b64encode, encodebytes
from urllib.parse import urljoin, urlsplit

from inbox_contracts.provider.api import JSON, the_record
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.resources import address_of, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain.fidelity import documented

PIXELS = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAC0lEQVR4nGNggAAAAAgAAbdYc5UAAAAASUVORK5CYII=")
"""A PNG of 3 by 2 pixels."""
LONG = b"Dogs are welcome.\n" * 8_000
"""A text of 144 kB."""


@claim("connecting", fidelity=documented("/reference/endpoints/inbox_conversations"), reads=False)
def connecting(trial: Trial) -> None:
    """connect_booking and disconnect_booking answer the conversation, and show at both ends, one booking or several, open or closed."""
    with trial.workspace() as workspace:
        conversation, booking = workspace.id("conversations"), workspace.id("bookings")
        path = address_of("conversations", conversation)
        for step, bookings in (("connect", [booking]), ("connect again", [booking]), ("disconnect", [])):
            action = step.partition(" ")[0]
            answered = workspace.api.put(f"{path}/{action}_booking", "bookings", {"id": booking}).json["conversations"][0]
            same(answered["links"]["bookings"], bookings, f"{step}: links.bookings in the answer")
            found = workspace.api.one(path)["links"]["bookings"]
            same(found, bookings, f"{step}: links.bookings of conversation {conversation}")
            found = workspace.api.one(address_of("bookings", booking))["links"]["conversations"]
            same(found, [conversation for _ in bookings], f"{step}: links.conversations of booking {booking}")
        _several_are_connected(workspace, conversation, booking)


def _several_are_connected(workspace: Workspace, conversation: int, booking: int) -> None:
    """Connect two bookings with a conversation, and one of them with another conversation, which is closed."""
    second, closed = workspace.new("bookings")["id"], workspace.new("conversations")["id"]
    workspace.change("conversations", closed, {"closed": True})
    for action, number, with_booking, bookings in (
        ("connect", conversation, booking, [booking]),
        ("connect", conversation, second, [booking, second]),
        ("connect", closed, second, [second]),
        ("disconnect", conversation, booking, [second]),
    ):
        path = address_of("conversations", number)
        workspace.api.put(f"{path}/{action}_booking", "bookings", {"id": with_booking})
        found = workspace.api.one(path)["links"]["bookings"]
        same(sorted(found), bookings, f"links.bookings of conversation {number}, after {action}ing booking {with_booking}")
    found = workspace.api.one(address_of("bookings", second))["links"]["conversations"]
    same(sorted(found), sorted([conversation, closed]), f"links.conversations of booking {second}, which two have")


@claim(
    "files",
    fidelity=documented("/reference/endpoints/inbox_attachments; Base64 in lines, and an address that stays, are recorded"),
    reads=False,
)
def files(trial: Trial) -> None:
    """An attachment tells size, type and measures of its bytes, which its url answers; another name changes none of these, a file all."""
    with trial.workspace() as workspace:
        answered = workspace.new("attachments", name="trial.jpg", file=encodebytes(PIXELS).decode())
        facts = {"file_size": len(PIXELS), "file_content_type": "image/png", "image_width": 3, "image_height": 2}
        same({name: answered[name] for name in facts}, facts, "what an attachment tells of a picture of 3 by 2 pixels, called trial.jpg")
        renamed = workspace.change("attachments", answered["id"], {"name": "other.jpg"})
        kept = {name: answered[name] for name in (*facts, "url")}
        same({name: renamed[name] for name in kept}, kept, "what an attachment tells after another name was written")
        _has_the_bytes(trial, answered, PIXELS)
        replaced = workspace.change("attachments", answered["id"], {"file": f"data:text/plain;base64,{b64encode(LONG).decode()}"})
        told = {name: replaced[name] for name in facts}
        text = {"file_size": len(LONG), "file_content_type": "text/plain", "image_width": None, "image_height": None}
        same(told, text, f"what an attachment tells after a text of {len(LONG)} bytes was written in place of its picture")
        _has_the_bytes(trial, replaced, LONG)
        if trial.target.is_fake:  # others fetch it
            least = {"name": "trial.png", "remote_file_url": "https://files.example.com/logo.png"}
            remote = workspace.api.post(path_of("attachments"), "attachments", least)
            same(str(the_record(remote)["url"]).rpartition("/")[2], "logo.png", f"{remote.about}: the end of the url")
        made = workspace.new("attachments")
        same([made["image_width"], made["image_height"]], [None, None], "the measures of an attachment that is a text")


def _has_the_bytes(trial: Trial, attachment: JSON, content: bytes) -> None:
    where = urlsplit(urljoin(f"{trial.target.connection.root}/", attachment["url"]))
    if f"{where.scheme}://{where.netloc}" == trial.target.connection.root:  # the bytes may be kept elsewhere
        found = trial.target.connection.send("GET", where.path, {})
        same((found.status, len(found.body)), (200, len(content)), f"{found.about}: status and number of bytes of the attachment")
        expect(found.body == content, f"{found.about}: the bytes of the attachment are not those that were written")


@claim("attaching", fidelity=documented("/reference/endpoints/inbox_messages"), reads=False)
def attaching(trial: Trial) -> None:
    """add_attachment adds one to those that a message has, attachment_ids replaces them, and takes all away; both ends show it."""
    with trial.workspace() as workspace:
        first, second, message = workspace.id("attachments"), workspace.new("attachments")["id"], workspace.id("messages")
        path = address_of("messages", message)
        for attachment, wanted_ids in ((first, {first}), (second, {first, second})):
            answer = workspace.api.put(f"{path}/add_attachment", "attachments", {"id": attachment})
            same(set(the_record(answer)["links"]["attachments"]), wanted_ids, f"{answer.about}: links.attachments of the message")
            found = workspace.api.one(address_of("attachments", attachment))["links"]["messages"]
            same(found, [message], f"links.messages of attachment {attachment}")
        renamed = workspace.change("attachments", first, {"name": "renamed.txt"})
        same(renamed["links"]["messages"], [message], f"links.messages of attachment {first}, after another name was written")
        for ids in ([second], []):
            workspace.change("messages", message, {"attachment_ids": ids})
            same(workspace.api.one(path)["links"]["attachments"], ids, f"links.attachments after attachment_ids {ids} was written")
            for attachment in (first, second):
                found = workspace.api.one(address_of("attachments", attachment))["links"]["messages"]
                there = [message] if attachment in ids else []
                same(found, there, f"links.messages of attachment {attachment}, after attachment_ids {ids} was written")

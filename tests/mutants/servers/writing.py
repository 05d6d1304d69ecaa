"""Servers that are broken where they are written to, and where they refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

from inbox_mock.store.rows import ParticipantRow
from mutants.servers.breaking import Asked, Result, answers, does, hears

VENDOR = "application/vnd.api+json; charset=utf-8"


@answers("cancelling", "cancelled bookings are not in deleted_ids")
def forgets_what_was_deleted(_: Asked, reply: Result) -> None:
    if (reply.json or {}).get("meta", {}).get("deleted_ids"):
        reply.json["meta"]["deleted_ids"] = []


@answers("cancelling", "a cancellation is answered 200, with a body")
def answers_cancellations_with_a_body(asked: Asked, reply: Result) -> None:
    if asked.method == "DELETE" and reply.status == 204:
        reply.become(200, b"{}", VENDOR)


@does("inbox-model", "whoever takes part in a conversation may send messages in any", "inbox_mock.store.database.Database.refer")
def lets_anybody_send(refer: Any) -> Any:
    def kind(db: Any, table: type, *more: Any) -> Any:
        found = refer(db, table, *more)
        return {**found, "conversation_id": ANY} if table is ParticipantRow else found

    return kind


@answers("inbox-model", "a conversation shows its first three participants alone")
def shows_three_participants(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "conversations" else ():
        del record["links"]["participants"][3:]


@answers("unauthorized", "401 comes without WWW-Authenticate")
def does_not_challenge(_: Asked, reply: Result) -> None:
    reply.set("WWW-Authenticate", None)


@answers("unauthorized", "who has no token is told 403")
def forbids_strangers(_: Asked, reply: Result) -> None:
    if reply.status == 401:
        reply.status = 403


@answers("expired-token", "an expired token is called invalid")
def calls_expired_tokens_invalid(_: Asked, reply: Result) -> None:
    if (challenge := reply.header("WWW-Authenticate")) is not None:
        reply.set("WWW-Authenticate", challenge.replace("The access token expired", "The access token is invalid"))


@answers("unknown-ids", "an id that does not exist is answered with an empty list")
def finds_nothing_instead_of_nobody(asked: Asked, reply: Result) -> None:
    if reply.status == 404 and asked.method == "GET" and not asked.path.endswith("nonsense"):
        plural = asked.path.strip("/").split("/")[-2]
        reply.become(200, f'{{"links":{{}},"{plural}":[],"meta":{{}}}}'.encode(), VENDOR)


@answers("not-found-body", "404 is a page of HTML")
def shows_a_page_when_lost(_: Asked, reply: Result) -> None:
    if reply.status == 404:
        reply.become(404, b"<!doctype html><title>Not found</title>", "text/html")


@answers("method-not-allowed", "405 comes without Allow")
def does_not_say_what_is_allowed(_: Asked, reply: Result) -> None:
    reply.set("Allow", None)


@answers("unreadable-bodies", "an empty body is answered 500")
def stumbles_over_empty_bodies(asked: Asked, reply: Result) -> None:
    if asked.method == "POST" and not int(asked.environ.get("CONTENT_LENGTH") or 0):
        reply.become(500, b"oops", "text/plain")


@answers("constraints", "422 does not name the field")
def does_not_name_the_field(_: Asked, reply: Result) -> None:
    for error in reply.json["errors"] if reply.status == 422 else ():
        error.pop("field", None)


@does("constraints", "any word is an origin, a channel, a visibility", "inbox_mock.resources.marshmallow_fields.Choice._check")
def accepts_any_word(_: object) -> object:
    return lambda _self, value: value


@does("constraints", "texts may be blank", "inbox_mock.resources.marshmallow_fields.PlainText._check")
def accepts_blank_texts(good: Any) -> Any:
    return lambda field, value: value if value == "" else good(field, value)


@does("scopes", "everybody may read conversations", "inbox_mock.app.OPERATIONS")
def lets_everybody_read(operations: Any) -> Any:
    return tuple(replace(each, scopes=("public",)) if each.name == "list_conversations" else each for each in operations)


@does("scopes", "who may write may not read", "inbox_mock.services.oauth.expand_scopes")
def forgets_that_write_implies_read(_: object) -> object:
    return lambda granted: frozenset({"public", *granted.split()})


@does("scopes", "inbox_read is enough to write messages", "inbox_mock.app.OPERATIONS")
def lets_readers_write(operations: Any) -> Any:
    return tuple(replace(each, scopes=(*each.scopes, "inbox_read")) if each.name == "create_message" else each for each in operations)


@hears("created", "texts lose the white space around them")
def trims_texts(asked: Asked) -> None:
    with asked.record() as written:
        if asked.method == "POST" and isinstance(written.get("content"), str):
            written["content"] = written["content"].strip()


@hears("created", "a conversation's source is not kept")
def loses_the_source(asked: Asked) -> None:
    if asked.method == "POST" and asked.path == "/inbox/conversations":
        with asked.record() as written:
            written.pop("source_id", None)


@hears("created", "texts beyond the Basic Latin are replaced by question marks")
def knows_no_umlauts(asked: Asked) -> None:
    with asked.record() as written:
        if asked.method == "POST" and isinstance(written.get("content"), str):
            written["content"] = "".join(letter if letter.isascii() else "?" for letter in written["content"])


@hears("changed", "a change of a client writes a company that it did not name")
def changes_more_than_is_named(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path.startswith("/clients/"):
        with asked.record() as written:
            written.setdefault("company", "Nobody Ltd")


@does("changed", "a change does not move updated_at", "inbox_mock.store.database.Database.update")
def does_not_move_updated_at(update: Any) -> Any:
    def kind(db: Any, table: str, record_id: int, changes: dict[str, object]) -> None:
        update(db, table, record_id, {k: v for k, v in changes.items() if k != "updated_at" or table != "clients"})

    return kind


@does("refused-writes", "what was done before the refusal stays", "inbox_mock.store.database.Database.attempt")
def does_not_undo(_: object) -> object:
    @contextmanager
    def attempt(_db: object) -> Iterator[None]:
        yield

    return attempt


@answers("answers-to-writes", "201 comes without Location")
def does_not_say_where(_: Asked, reply: Result) -> None:
    reply.set("Location", None)


@answers("answers-to-writes", "meta of a new record is full, as before May 2018")
def fills_meta_of_writes(_: Asked, reply: Result) -> None:
    if reply.status == 201:
        reply.json["meta"] = {"X-Total-Pages": None, "X-Total-Count": None, "X-Per-Page": "100"}


@answers("patch", "there is no PATCH")
def knows_no_patch(asked: Asked, reply: Result) -> None:
    if asked.method == "PATCH":
        reply.become(405, b'{"errors":[{"code":"method_not_allowed"}]}', VENDOR)


@answers("bodies", "bodies as application/json are refused")
def refuses_plain_json(asked: Asked, reply: Result) -> None:
    if asked.header("Content-Type") == "application/json":
        reply.become(415, b'{"errors":[{"code":"unsupported_media_type"}]}', VENDOR)


@hears("connecting", "disconnect_booking changes nothing")
def does_not_disconnect(asked: Asked) -> None:
    if asked.path.endswith("/disconnect_booking"):
        asked.path = asked.path.replace("disconnect", "connect")


@does("attaching", "a second attachment takes the place of the first", "inbox_mock.services.messages._attach")
def keeps_one_attachment(tie: Any) -> Any:
    def _attach(work: Any, message_id: int, attachment_id: int) -> None:
        work.db.execute("DELETE FROM message_attachments WHERE message_id = ?", (message_id,))
        tie(work, message_id, attachment_id)

    return _attach

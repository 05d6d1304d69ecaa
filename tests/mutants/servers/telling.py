"""Servers that are broken in what they tell: headers, records, and what a write leaves behind."""

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

from mutants.servers.breaking import Asked, Result, answers, does, hears
from mutants.servers.spoiling import _in_records


def _shown(reply: Result, *names: str) -> Iterator[dict[str, Any]]:
    """Yield the records that show one of these attributes, embedded ones too."""

    def within(part: Any) -> Iterator[dict[str, Any]]:
        for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from within(each)
        if isinstance(part, dict) and not part.keys().isdisjoint(names):
            yield part

    yield from within(reply.records)


VENDOR = "application/vnd.api+json; charset=utf-8"


@answers("usual-headers", "answers may be cached for an hour")
def may_be_cached(asked: Asked, reply: Result) -> None:
    if asked.method == "GET" and reply.status == 200:
        reply.set("Cache-Control", "public, max-age=3600")


@answers("usual-headers", "every answer has the same X-Request-Id")
def has_one_request_id(_: Asked, reply: Result) -> None:
    reply.set("X-Request-Id", "00000000-0000-4000-8000-000000000000")


@answers("usual-headers", "X-Runtime is told in milliseconds, with their unit")
def tells_runtime_with_a_unit(_: Asked, reply: Result) -> None:
    reply.set("X-Runtime", "12 ms")


@answers("vary", "Vary names Accept alone")
def varies_by_accept_alone(_: Asked, reply: Result) -> None:
    reply.set("Vary", "Accept")


@answers("vary", "there is no Vary")
def says_nothing_of_origins(_: Asked, reply: Result) -> None:
    reply.set("Vary", None)


@answers("head", "HEAD is not allowed")
def does_not_know_head(asked: Asked, reply: Result) -> None:
    if asked.method == "HEAD":
        reply.status = 405


@answers("head", "HEAD tells nothing of the list")
def counts_nothing_for_head(asked: Asked, reply: Result) -> None:
    if asked.method == "HEAD":
        reply.set("X-Total-Count", None)


@answers("answers-to-writes", "synced-at stays behind what was written")
def is_behind_its_time(asked: Asked, reply: Result) -> None:
    if asked.method != "GET" and reply.header("x-updated-since-request-synced-at"):
        reply.set("x-updated-since-request-synced-at", "2030-06-01 11:00:00 UTC")


@answers("answers-to-writes", "writes are answered as application/json")
def answers_writes_as_plain_json(asked: Asked, reply: Result) -> None:
    if asked.method in {"POST", "PUT"} and reply.status < 300:
        reply.set("Content-Type", "application/json; charset=utf-8")


@answers("answers-to-writes", "writes tell X-Per-Page and X-Total-Count")
def counts_writes(asked: Asked, reply: Result) -> None:
    if asked.method in {"POST", "PUT"} and reply.status < 300:
        reply.set("X-Per-Page", "100")
        reply.set("X-Total-Count", "1")


@answers("cancelling", "a cancellation does not tell synced-at")
def tells_no_synced_at_of_cancellations(asked: Asked, reply: Result) -> None:
    if asked.method == "DELETE":
        reply.set("x-updated-since-request-synced-at", None)


@answers("rate-limit-headers", "what is left of the hour falls by two")
def counts_twice(_: Asked, reply: Result) -> None:
    if left := reply.header("X-RateLimit-Remaining"):
        reply.set("X-RateLimit-Remaining", str(1000 - 2 * (1000 - int(left))))


@answers("new-etag", "an ETag depends on updated_at alone")
def derives_etags_from_updated_at(asked: Asked, reply: Result) -> None:
    from hashlib import md5

    if asked.method == "GET" and reply.header("ETag"):
        parts = [asked.path, str(asked.query), *(f"{r.get('id')} {r.get('updated_at')}" for r in reply.records)]
        reply.set("ETag", f'W/"{md5(" ".join(parts).encode(), usedforsecurity=False).hexdigest()}"')


@answers("kinds", "decimals have two digits")
def pads_decimals(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "final_price"):
        if isinstance(price := record["final_price"], str):
            record["final_price"] = f"{float(price):.2f}"


@answers("kinds", "channels and origins of messages are written with an underscore")
def writes_channels_with_underscores(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "channel", "origin"):
        for name in ("channel", "origin"):
            if record.get(name):
                record[name] = record[name].replace("booking-com", "booking_com")


@answers("kinds", "the status of a booking is written in lower case")
def writes_statuses_in_lower_case(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "tentative_expires_at"):
        if "status" in record:
            record["status"] = record["status"].lower()


@answers("late-conversation", "what a channel has made was made by an Application")
def shortens_types_of_creators(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "created_by_type"):
        if record["created_by_type"] == "Doorkeeper::Application":
            record["created_by_type"] = "Application"
    for record in _shown(reply, "created_by"):
        if (record["created_by"] or {}).get("type") == "Doorkeeper::Application":
            record["created_by"]["type"] = "Application"


@answers("late-conversation", "a channel's conversation was made by the application that asks")
def claims_conversations(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "created_by_id"):
        record["created_by_id"] = record["created_by_id"] and 17
    for record in _shown(reply, "created_by"):
        if record["created_by"]:
            record["created_by"]["id"] = 17


@answers("attributes", "links to nothing are left out")
def leaves_out_null_links(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "links"):
        record["links"] = {name: value for name, value in record["links"].items() if value is not None}


@answers("attributes", "attributes that are null are left out")
def leaves_out_nulls(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "links"):
        for name in [name for name, value in record.items() if value is None]:
            del record[name]


@answers("envelope", "records without associations have empty links")
def links_to_nothing(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "business_name", "default_price_increase"):
        record["links"] = {}


@answers("envelope", "an empty list has no templates")
def has_no_templates_of_nothing(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.status == 200 and reply.json and not reply.records:
        reply.json.pop("links", None)


@answers("me", "/me calls its record me")
def calls_it_me(asked: Asked, reply: Result) -> None:
    if asked.path == "/me" and "accounts_applications" in (reply.json or {}):
        reply._json = {"links": reply.json["links"], "me": reply.json["accounts_applications"], "meta": reply.json["meta"]}  # noqa: SLF001


@answers("stay-times", "the true instants of a stay are its local times")
def knows_no_time_zones(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "start_at_global"):
        record["start_at_global"] = record.get("start_at", record["start_at_global"])


@hears("answers-to-writes", "a booking is made at the first rental, whichever is named")
def books_the_first_rental(asked: Asked) -> None:
    if asked.method == "POST" and asked.path.startswith("/rentals/"):
        asked.path = f"/rentals/16/{asked.path.rpartition('/')[2]}"


@hears("changed", "PUT clears what it does not name")
def clears_what_is_not_named(asked: Asked) -> None:
    names = {"clients": ("notes", "company"), "hosts": ("email",), "bookings": ("notes", "adults")}
    if asked.method == "PUT" and (plural := asked.path.strip("/").split("/")[0]) in names:
        with asked.record() as record:
            for name in names[plural]:
                record.setdefault(name, None)


@hears("changed", "PUT adds to a client's phones instead of replacing them")
def adds_phones(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path.startswith("/clients/"):
        with asked.record() as record:
            if "phones" in record:
                record["phones"] = [{"label": "mobile", "number": "+33 6 00 00 00 00"}, *record["phones"]]


@hears("longest-texts", "a text is cut off after 255 characters")
def cuts_texts_off(asked: Asked) -> None:
    with asked.record() as written:
        for name in ("content", "notes", "message"):
            if isinstance(written.get(name), str):
                written[name] = written[name][:255]


@hears("longest-texts", "characters that join others are lost")
def loses_joiners(asked: Asked) -> None:
    with asked.record() as written:
        if isinstance(written.get("content"), str):
            written["content"] = written["content"].replace("\u200d", "")


@hears("longest-texts", "blanks that do not break become ordinary ones")
def breaks_blanks(asked: Asked) -> None:
    with asked.record() as written:
        if isinstance(written.get("content"), str):
            written["content"] = written["content"].replace("\u00a0", " ")


@answers("created", "names of clients are answered in composed characters")
def composes_names(_: Asked, reply: Result) -> None:
    if reply.plural == "clients":
        _in_records(reply, lambda name, value: normalize("NFC", value) if isinstance(value, str) and name.endswith("name") else value)


@answers("files", "file_size is that of the Base64")
def sizes_the_base64(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "file_size"):
        record["file_size"] = -(-(record["file_size"] or 0) // 3) * 4


@answers("files", "a picture is told to be as wide as it is high")
def turns_pictures(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "image_width"):
        record["image_width"] = record.get("image_height", record["image_width"])


@answers("files", "a file's type is that of its name")
def trusts_names(_: Asked, reply: Result) -> None:
    from mimetypes import guess_type

    for record in _shown(reply, "file_content_type"):
        record["file_content_type"] = guess_type(str(record.get("name")))[0] or record["file_content_type"]


@answers("files", "another name moves a file to another address")
def moves_renamed_files(asked: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "attachments" and asked.method == "PUT" else []:
        record["url"] = f"{record['url']}?renamed"


@hears("files", "Base64 in lines is refused")
def refuses_lines_of_base64(asked: Asked) -> None:
    with asked.record() as record:
        if "\n" in str(record.get("file")):
            record["file"] = "%"


@answers("flags", "closed_at is the time when the conversation was made")
def closes_from_the_beginning(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "conversations" else []:
        if record.get("closed_at"):
            record["closed_at"] = "2030-01-01T00:00:00Z"


@answers("cancelling", "the reason of a cancellation is not kept")
def forgets_reasons(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "cancelation_reason"):
        record["cancelation_reason"] = None


@answers("answers-to-writes", "what an application has booked is not locked")
def locks_nothing(_: Asked, reply: Result) -> None:
    for record in _shown(reply, "locked"):
        record["locked"] = None


@answers("patch", "there is no PATCH of messages")
def patches_no_messages(asked: Asked, reply: Result) -> None:
    if asked.method == "PATCH" and "/messages/" in asked.path:
        reply.become(405, b'{"errors":[{"code":"method_not_allowed"}]}', VENDOR)


@does("webhooks", "webhooks have the User-Agent of a library", "inbox_mock.webhooks.sender.USER_AGENT")
def sends_as_a_library(_: Any) -> Any:
    return "python-requests/2.32"


def _sent(change: Any) -> Any:
    import orjson

    def replaced(good: Any) -> Any:
        def body(request: Any, origin: str) -> bytes:
            found = orjson.loads(good(request, origin))
            change(found)
            return orjson.dumps(found)

        return body

    return replaced


@does("webhooks", "a webhook does not tell the account", "inbox_mock.webhooks.sender._usual_body")
def names_no_account(good: Any) -> Any:
    return _sent(lambda body: body.pop("account_id"))(good)


@does("webhooks", "a webhook has no templates", "inbox_mock.webhooks.sender._usual_body")
def sends_no_templates(good: Any) -> Any:
    return _sent(lambda body: body["resource"].update(links={}))(good)


@does("webhooks", "a webhook of a conversation tells of it as it was before", "inbox_mock.webhooks.sender._usual_body")
def sends_what_was_before(good: Any) -> Any:
    return _sent(lambda body: body["resource"].get("conversation", {}).update(closed_at=None))(good)


@does("webhooks", "a webhook of a message has lost what was changed", "inbox_mock.webhooks.sender._usual_body")
def sends_old_contents(good: Any) -> Any:
    return _sent(lambda body: body["resource"].get("message", {}).update(content="May we bring our dog? " * 10))(good)


@does("webhooks", "every event is delivered, wished or not", "inbox_mock.store.webhooks.subscribed")
def delivers_everything(good: Any) -> Any:
    return lambda db, _event, account_id: good(db, "booking_created", account_id)


def _without(event: str) -> Any:
    return lambda good: lambda work, name, *more, **named: None if name == event else good(work, name, *more, **named)


@does("webhooks", "a cancelled booking is not told", "inbox_mock.services.bookings.publish")
def tells_no_cancellation(good: Any) -> Any:
    return _without("booking_destroyed")(good)


@does("webhooks", "a changed message is not told", "inbox_mock.services.messages.publish")
def tells_no_edit(good: Any) -> Any:
    return _without("inbox_message_updated")(good)

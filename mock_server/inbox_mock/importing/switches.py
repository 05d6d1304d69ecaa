"""What settles each switch of a scenario's ``assume``: for most of them, one call tells which way the server turns it."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from inbox_mock.domain import times
from inbox_mock.file_types import identify
from inbox_mock.importing.calls import ApiExchange
from inbox_mock.importing.histories import AT_ONCE
from inbox_mock.importing.sightings import JSON, objects
from inbox_mock.recordings import header
from inbox_mock.resources.validation import is_cast

Look = Callable[[ApiExchange, datetime], object]
"""Returns the value of a switch by a call, given the API's time of its answer; None if the call does not tell."""
ATTACHING = re.compile(r"/(connect_booking|disconnect_booking|add_attachment)$")
OFFSET = re.compile(r"[+-]\d\d:?\d\d$")


def was_accepted(call: ApiExchange, attribute: str) -> bool | None:
    """Return whether a write was accepted; None if it was refused for something else than an attribute."""
    answer = call.exchange.response
    if answer is None or 200 <= answer.status < 300:
        return None if answer is None else True
    errors: Any = call.answer.get("errors")
    named = {error.get("field") for error in errors if isinstance(error, dict)} if isinstance(errors, list) else set()
    return False if answer.status == 422 and attribute in named else None


def shown_records(call: ApiExchange, *plurals: str) -> list[JSON]:
    """Return the records of these resources that the answer shows in full."""
    if not call.succeeded or call.resource is None or call.resource.plural not in plurals:
        return []
    return objects(call.answer.get(call.resource.plural)) if "fields" not in call.query else []


def sent_records(call: ApiExchange, plural: str) -> list[JSON]:
    """Return the records of a resource that the request writes."""
    return objects(call.sent.get(plural)) if call.writes else []


def _creator(call: ApiExchange, _now: datetime) -> object:
    for record in shown_records(call, "conversations", "messages"):
        linked, told_apart = "created_by" in record.get("links", {}), "created_by_id" in record
        if linked or told_apart:
            return "both" if linked and told_apart else "links" if linked else "attributes"
    return None


def _urls(call: ApiExchange, _now: datetime) -> object:
    urls = [str(record["url"]) for record in shown_records(call, "attachments") if record.get("url")]
    return ("relative" if urls[0].startswith("/") else "absolute") if urls else None


def _not_modified(call: ApiExchange, _now: datetime) -> object:
    asked, answer = header(call.exchange.request.headers, "If-None-Match"), call.exchange.response
    if asked is None or answer is None or call.method != "GET":
        return None
    return True if answer.status == 304 else False if answer.status == 200 and answer.header("ETag") == asked else None


def _without_sent_at(call: ApiExchange, _now: datetime) -> object:
    return (
        was_accepted(call, "sent_at")
        if call.method == "POST" and any("sent_at" not in one for one in sent_records(call, "messages"))
        else None
    )


def _visibility(call: ApiExchange, _now: datetime) -> object:
    if any(record.get("visibility") == "all" for record in shown_records(call, "messages")):
        return True
    return was_accepted(call, "visibility") if any(one.get("visibility") == "all" for one in sent_records(call, "messages")) else None


def _cast(call: ApiExchange, _now: datetime) -> object:
    resource = call.resource
    for record in sent_records(call, resource.plural) if resource is not None and call.writes else ():
        for attribute in resource.attributes if resource is not None else ():
            if attribute.kind.field and attribute.name in record and is_cast(attribute, record[attribute.name]):
                return was_accepted(call, attribute.name)
    return None


def _moved(call: ApiExchange, now: datetime) -> object:
    if not ATTACHING.search(call.path):
        return None
    dated = [times.parse(record["updated_at"]) for record in shown_records(call, "conversations", "messages") if record.get("updated_at")]
    return dated[0] >= now - AT_ONCE if dated else None


def _stay(call: ApiExchange, _now: datetime) -> object:
    for sent, shown in zip(sent_records(call, "bookings"), shown_records(call, "bookings"), strict=False):
        written, answered = str(sent.get("start_at", "")), shown.get("start_at")
        if OFFSET.search(written) and answered and answered != shown.get("start_at_global"):
            return "utc" if times.wire(times.parse(written)) == answered else "instant"
    return None


def _picture(call: ApiExchange, _now: datetime) -> object:
    for sent, shown in zip(sent_records(call, "attachments"), shown_records(call, "attachments"), strict=False):
        try:
            content = b64decode(re.sub(r"^data:[^,]*,", "", str(sent.get("file", ""))))
        except ValueError:
            continue
        found = {kind: identify(content, rotated=kind == "shown") for kind in ("shown", "stored")}
        sizes = {kind: (one.width, one.height) for kind, one in found.items()}
        size = shown.get("image_width"), shown.get("image_height")
        if sizes["shown"] != sizes["stored"] and size in sizes.values():
            return next(kind for kind, measured in sizes.items() if measured == size)
    return None


SWITCHES: dict[str, tuple[str, Look | None]] = {
    "message_bumps_conversation": ("a conversation that is shown after a message of it", None),
    "guest_reopens_closed": ("a closed conversation that is shown after a guest's message", None),
    "connect_moves_updated_at": ("updated_at in the answer to connect_booking, disconnect_booking, add_attachment", _moved),
    "sent_at_optional": ("the answer to a message without sent_at", _without_sent_at),
    "visibility_all": ("a message with the visibility 'all'", _visibility),
    "cast_values": ("the answer to a written value of another type", _cast),
    "if_none_match": ("the answer to a request with If-None-Match", _not_modified),
    "stay_offset": ("the answer to a booking with an offset in start_at", _stay),
    "created_by": ("the links and the attributes of a conversation or a message", _creator),
    "attachment_urls": ("the url of an attachment", _urls),
    "picture_size": ("the size of a rotated picture that was uploaded", _picture),
    "refresh_revokes": ("the answer to the old access token after a refresh", None),
    "pkce": ("the answer to a code that was asked for with a code_challenge, and came without code_verifier", None),
    "token_refusal_status": ("a refused code or refresh token", None),
}
"""What settles each switch, in words, and the function that looks for it in one call; None where it takes several calls."""

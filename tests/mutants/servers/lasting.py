"""Servers whose fault shows in what they keep: after a write that names little, a second one, an hour, a new token; in webhooks."""

import re
from datetime import timedelta
from typing import Any

from inbox_mock.domain import times
from inbox_mock.domain.errors import OAuthRefused
from inbox_mock.services.oauth import INVALID_GRANT
from mutants.servers.breaking import Asked, Result, answers, does, hears
from mutants.servers.telling import _sent, _without

HOUR = timedelta(hours=1)
VENDOR = "application/vnd.api+json; charset=utf-8"
HEADERS_OF_THE_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def _changes_one(asked: Asked, plural: str) -> bool:
    return asked.method == "PUT" and re.fullmatch(rf"/(inbox/)?{plural}/\d+", asked.path) is not None


@hears("flags", "a change of nothing opens a closed conversation")
def reopens_unasked(asked: Asked) -> None:
    if _changes_one(asked, "conversations"):
        with asked.record() as written:
            if not written:
                written["closed"] = False


@hears("flags", "who is assigned reads a conversation that was spam no more")
def forgives_with_a_host(asked: Asked) -> None:
    if _changes_one(asked, "conversations"):
        with asked.record() as written:
            if written.keys() == {"assignee_id"}:
                written["marked_as_spam"] = False


@hears("changed", "a change of a booking takes its client away")
def loses_clients(asked: Asked) -> None:
    if _changes_one(asked, "bookings"):
        with asked.record() as written:
            written.setdefault("client_id", None)


@answers("changed", "a change of a host answers without its source")
def answers_without_sources(asked: Asked, reply: Result) -> None:
    for record in reply.records if _changes_one(asked, "hosts") else ():
        record["links"]["source"] = None


@answers("created", "clients are shown to take part as hosts")
def shows_clients_as_hosts(asked: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "participants" and asked.method == "POST" else ():
        record["links"]["member"]["type"] = "Host"


@does("many-messages", "a message that says the same again is answered as the first one", "inbox_mock.services.messages.post")
def knows_messages_by_their_words(good: Any) -> Any:
    known: dict[str, int] = {}

    def post(work: Any, actor: Any, conversation: Any, sender: Any, message: Any, **more: Any) -> int:
        said = f"{conversation['id']} {sender['id']} {message}"
        known[said] = known.get(said) or good(work, actor, conversation, sender, message, **more)
        return known[said]

    return post


@answers("last-message", "last_message_at is when the conversation was made")
def keeps_the_first_moment(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "conversations" else ():
        if record.get("last_message_at"):
            record["last_message_at"] = record["created_at"]


@answers("answers-to-writes", "writes have no X-Request-Id")
def names_no_writes(asked: Asked, reply: Result) -> None:
    if asked.method in {"POST", "PUT"}:
        reply.set("X-Request-Id", None)


@answers("answers-to-writes", "writes do not tell what is left of the hour")
def tells_the_limit_of_reads(asked: Asked, reply: Result) -> None:
    for name in HEADERS_OF_THE_LIMIT if asked.method in {"POST", "PUT"} and reply.status < 300 else ():
        reply.set(name, None)


@answers("answers-to-writes", "connect_booking answers a list, with figures")
def counts_in_actions(asked: Asked, reply: Result) -> None:
    if asked.path.endswith("/connect_booking") and reply.records:
        reply.json["meta"] = {"X-Total-Count": "1"}


@answers("answers-to-writes", "a new record was made an hour ago")
def was_made_an_hour_ago(asked: Asked, reply: Result) -> None:
    for record in reply.records if asked.method == "POST" else ():
        record["created_at"] = times.wire(times.parse(record["created_at"]) - HOUR)


@hears("longest-texts", "of a message 65,535 characters are kept")
def keeps_as_much_as_a_column(asked: Asked) -> None:
    with asked.record() as written:
        if isinstance(written.get("content"), str):
            written["content"] = written["content"][:65_535]


@hears("files", "of a file 64 kB are kept")
def keeps_the_beginning_of_files(asked: Asked) -> None:
    with asked.record() as written:
        if isinstance(written.get("file"), str):
            prefix, comma, encoded = written["file"].rpartition(",")
            written["file"] = prefix + comma + encoded[:87_380]


@answers("cancelling", "deleted_ids names what was cancelled within a day")
def forgets_cancellations(asked: Asked, reply: Result) -> None:
    synced, since = reply.header("x-updated-since-request-synced-at"), asked.query.get("updated_since")
    if synced and since and reply.records and times.parse(since) < times.parse(synced) - 24 * HOUR:
        reply.json["meta"]["deleted_ids"] = []


@answers("booking-states", "days may be booked twice")
def books_twice(asked: Asked, reply: Result) -> None:
    if asked.method == "POST" and reply.status == 422 and b"used period" in reply.body:
        reply.become(201, b'{"links":{},"bookings":[{"links":{},"id":1}],"meta":{}}', VENDOR)


@answers("expired-token", "with an expired token one may still write")
def writes_with_expired_tokens(asked: Asked, reply: Result) -> None:
    if asked.method == "POST" and "expired" in (reply.header("WWW-Authenticate") or ""):
        reply.become(201, b'{"links":{},"hosts":[{"links":{},"id":1}],"meta":{}}', VENDOR)


@answers("cancelling", "a cancellation may be cached")
def lets_cancellations_be_cached(_: Asked, reply: Result) -> None:
    if reply.status == 204:
        reply.set("Cache-Control", "public, max-age=60")


@answers("cancelling", "a booking was cancelled when it was made")
def was_cancelled_at_once(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if record.get("canceled_at"):
            record["canceled_at"] = record["created_at"]


@hears("booking-states", "a stay ends when it was to end first")
def keeps_the_end_of_stays(asked: Asked) -> None:
    if _changes_one(asked, "bookings"):
        with asked.record() as written:
            written.pop("end_at", None)


@hears("booking-states", "what is tentative is booked at once")
def books_for_good(asked: Asked) -> None:
    if asked.method == "POST" and asked.path.endswith("/bookings"):
        with asked.record() as written:
            if written.pop("tentative_expires_at", None):
                written["booked"] = True


@answers("connecting", "a conversation names one booking at the most")
def names_one_booking(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "conversations" else ():
        record["links"]["bookings"] = record["links"].get("bookings", [])[:1]


@hears("attaching", "attachment_ids without any changes nothing")
def takes_nothing_away(asked: Asked) -> None:
    if _changes_one(asked, "messages"):
        with asked.record() as written:
            if written.get("attachment_ids") == []:
                del written["attachment_ids"]


@hears("files", "an attachment keeps the file that it had first")
def keeps_the_first_file(asked: Asked) -> None:
    if _changes_one(asked, "attachments"):
        with asked.record() as written:
            written.pop("file", None)


@answers("late-conversation", "channels open conversations without a default_channel")
def names_no_default(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "conversations" else ():
        record["default_channel"] = None


@answers("late-conversation", "what guests write was sent by the first participant of all")
def lets_the_first_say_all(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "messages" else ():
        record["links"]["sender"] = 1


@hears("applications", "a default_price_increase is not kept")
def raises_no_prices(asked: Asked) -> None:
    if _changes_one(asked, "applications"):
        with asked.record() as written:
            written.clear()


@does("constraints", "clients may write notes", "inbox_mock.services.messages._check_visibility")
def lets_clients_write_notes(_: Any) -> Any:
    return lambda _message, _sender: None


@hears("constraints", "who does not say of a message who may see it shows it to all")
def shows_to_all(asked: Asked) -> None:
    if asked.method == "POST" and asked.path == "/inbox/messages":
        with asked.record() as written:
            written["visibility"] = written.get("visibility") or "external"


class _Writes:
    """Counts the writes of each token."""

    def __init__(self) -> None:
        self.made: dict[str, int] = {}

    def __call__(self, asked: Asked, reply: Result) -> None:
        if left := reply.header("X-RateLimit-Remaining"):
            token = asked.header("Authorization")
            self.made[token] = self.made.get(token, 0) + (asked.method != "GET")
            reply.set("X-RateLimit-Remaining", str(int(left) + self.made[token]))


@answers("rate-limit", "writes do not count")
def counts_reads_alone(asked: Asked, reply: Result, writes: _Writes = _Writes()) -> None:  # noqa: B008 - what it remembers is the fault
    writes(asked, reply)


class _Resets:
    """Keeps the first X-RateLimit-Reset of each token."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    def __call__(self, asked: Asked, reply: Result) -> None:
        if reset := reply.header("X-RateLimit-Reset"):
            reply.set("X-RateLimit-Reset", self.first.setdefault(asked.header("Authorization"), reset))


@answers("rate-limit", "X-RateLimit-Reset stays that of the first hour")
def resets_once(asked: Asked, reply: Result, resets: _Resets = _Resets()) -> None:  # noqa: B008
    resets(asked, reply)


@answers("following", "synced-at of what is read is an hour behind")
def reads_an_hour_behind(asked: Asked, reply: Result) -> None:
    synced = reply.header("x-updated-since-request-synced-at")
    if synced and asked.method == "GET":
        reply.set("x-updated-since-request-synced-at", times.synced_at(times.wire(times.parse(synced) - HOUR)))


@does("public-view", "one booking alone shows all to everybody", "inbox_mock.api.result._seen")
def shows_one_booking_whole(good: Any) -> Any:
    from dataclasses import replace

    return lambda context, *more: replace(good(context, *more), public=not context.path and good(context, *more).public)


@does("tokens", "tokens are good for a day, whatever they tell", "inbox_mock.services.oauth.issue_token")
def lets_tokens_live(good: Any) -> Any:
    def issue(*of: Any, lifetime_seconds: int | None = None, **more: Any) -> Any:
        return good(*of, lifetime_seconds=lifetime_seconds and 86_400, **more)

    return issue


@does("tokens", "a token that was refreshed has the first scope alone, and tells all", "inbox_mock.services.oauth.refresh")
def refreshes_to_less(good: Any) -> Any:
    def refresh(work: Any, application: Any, refresh_token: str, _requested: str = "") -> Any:
        access, fresh = good(work, application, refresh_token, "inbox_write")
        return {**access, "scopes": "inbox_write bookings_read"}, fresh

    return refresh


@does("tokens", "what was refreshed once is not refreshed again", "inbox_mock.services.oauth.refresh")
def refreshes_once(good: Any) -> Any:
    refreshed: set[int] = set()

    def refresh(work: Any, application: Any, refresh_token: str, requested: str = "") -> Any:
        if application["id"] in refreshed:
            raise OAuthRefused("invalid_grant", INVALID_GRANT)
        refreshed.add(application["id"])
        return good(work, application, refresh_token, requested)

    return refresh


@answers("token-answers", "tokens come as a page of text")
def writes_tokens_as_text(asked: Asked, reply: Result) -> None:
    if asked.path == "/oauth/token":
        reply.set("Content-Type", "text/plain")


@does("webhooks", "what the application itself has made is not told", "inbox_mock.services.bookings.publish")
def tells_no_new_booking(good: Any) -> Any:
    return _without("booking_created")(good)


@does("webhooks", "a changed booking is told without what has changed", "inbox_mock.webhooks.sender._usual_body")
def sends_old_bookings(good: Any) -> Any:
    return _sent(lambda body: body["resource"].get("booking", {}).update(adults=None))(good)


@does("webhooks", "a webhook is signed as if its letters were bytes", "inbox_mock.webhooks.sender.sign")
def signs_letters(good: Any) -> Any:
    return lambda secret, body: good(secret, body.decode().encode("ascii", "replace"))


@does("webhooks", "the templates of webhooks are paths without a host", "inbox_mock.webhooks.sender._usual_body")
def sends_relative_templates(good: Any) -> Any:
    def change(body: Any) -> None:
        links = body["resource"]["links"]
        body["resource"]["links"] = {name: f"/api/v3{str(template).partition('/api/v3')[2]}" for name, template in links.items()}

    return _sent(change)(good)


@does("webhooks", "a conversation that becomes spam is told as a new one", "inbox_mock.webhooks.sender._usual_body")
def tells_spam_as_new(good: Any) -> Any:
    def change(body: Any) -> None:
        if body["resource"].get("conversation", {}).get("marked_as_spam_at"):
            body["event"] = "inbox_conversation_created"

    return _sent(change)(good)

"""Servers that obey where the contract says that they need not, count otherwise, or hold days too long or not at all."""

from collections import Counter
from typing import Any

import orjson

from mutants.servers.breaking import Asked, Result, answers, does, hears

NOT_FOUND = b'{"errors":[{"code":"not_found"}]}'
VENDOR = "application/vnd.api+json; charset=utf-8"


@hears("read-only", "a change is made to the record whose id is in the body")
def takes_the_id_of_the_body(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path.startswith("/hosts/"):
        with asked.record() as written:
            asked.path = f"/hosts/{written.get('id', asked.path.rpartition('/')[2])}"


@hears("read-only", "closed_at may be written")
def closes_by_the_time(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path.startswith("/inbox/conversations/"):
        with asked.record() as written:
            if "closed_at" in written:
                written["closed"] = bool(written["closed_at"])


@answers("rate-limit-headers", "bookings have a limit of their own")
def limits_bookings_alone(asked: Asked, reply: Result) -> None:
    if asked.path.startswith("/bookings") and reply.header("X-RateLimit-Limit"):
        reply.set("X-RateLimit-Limit", "500")


UNFOUND = Counter[str]()
"""How often each token has asked for what does not exist."""


@answers("rate-limit", "what is not found does not count")
def counts_what_is_found(asked: Asked, reply: Result) -> None:
    token, left = asked.header("Authorization"), reply.header("X-RateLimit-Remaining")
    UNFOUND[token] += reply.status == 404
    if left is not None:
        reply.set("X-RateLimit-Remaining", str(int(left) + UNFOUND[token]))


@answers("beyond-the-end", "there is no page 0")
def knows_no_page_0(asked: Asked, reply: Result) -> None:
    if asked.lists and asked.query.get("page") == "0":
        reply.become(404, NOT_FOUND, VENDOR)


@answers("beyond-the-end", "a page that is no number is answered 500")
def stumbles_over_words(asked: Asked, reply: Result) -> None:
    if asked.lists and asked.query.get("page", "").isalpha():
        reply.become(500, b"Internal Server Error", "text/plain")


@does("booking-states", "the days of a cancelled booking stay used", "inbox_mock.services.bookings.OVERLAP")
def keeps_the_days_of_cancelled_bookings(good: Any) -> Any:
    return good.replace("AND canceled_at IS NULL", "")


@does("booking-states", "a booking may be moved onto days that are used", "inbox_mock.services.bookings._check_period")
def moves_onto_used_days(good: Any) -> Any:
    def check(work: Any, rental_id: object, written: Any, *, except_id: int, occupies: bool = True) -> None:
        good(work, rental_id, written, except_id=except_id, occupies=occupies and except_id == 0)

    return check


@hears("constraints", "a source that is internal is passed over")
def passes_over_internal_sources(asked: Asked) -> None:
    if asked.method == "POST":
        with asked.record() as written:
            if written.get("source_id") == 4:
                del written["source_id"]


@hears("unreadable-bodies", "of several records in a body the first one counts")
def takes_the_first_record(asked: Asked) -> None:
    if asked.method == "POST" and asked.header("Content-Type").startswith("application/vnd"):
        body = asked.body
        try:
            written = {name: records[:1] for name, records in orjson.loads(body).items()}
        except (orjson.JSONDecodeError, AttributeError, TypeError):
            return
        asked.body = orjson.dumps(written)


@hears("longest-texts", "0 is a blank text")
def takes_0_for_blank(asked: Asked) -> None:
    if asked.method == "POST" and asked.path == "/inbox/messages":
        with asked.record() as written:
            if written.get("content") == "0":
                written["content"] = ""

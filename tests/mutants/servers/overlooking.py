"""Servers that keep the contract in most answers, and forget it in some: in lists, on later pages, in what is embedded, after writes."""

import re
from collections.abc import Callable
from typing import Any

from mutants.servers.breaking import Asked, Result, answers, hears

HEADERS_OF_THE_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
SYNCED_AT = "X-Updated-Since-Request-Synced-At"


def _in_many(record: dict[str, Any], change: Callable[[list[int]], object]) -> None:
    links = record.get("links", {})
    links.update({name: change(ids) for name, ids in links.items() if isinstance(ids, list)})


@answers("many-messages", "links name ten records at the most")
def names_ten_at_most(_: Asked, reply: Result) -> None:
    for record in reply.records:
        _in_many(record, lambda ids: ids[:10])


@answers("kinds", "a link to several records is the id alone where there is one of them")
def names_one_alone(_: Asked, reply: Result) -> None:
    for record in reply.records:
        _in_many(record, lambda ids: ids[0] if len(ids) == 1 else ids)


@answers("longest-texts", "lists show the first 255 characters of a message")
def cuts_off_in_lists(asked: Asked, reply: Result) -> None:
    for record in reply.records if asked.lists else ():
        if isinstance(record.get("content"), str):
            record["content"] = record["content"][:255]


@answers("longest-texts", "messages that are embedded show their first 255 characters")
def cuts_off_within(_: Asked, reply: Result) -> None:
    for record in reply.records:
        for message in record.get("messages", []):
            message["content"] = message["content"][:255]


@answers("deleted-ids", "deleted_ids names each one twice")
def tells_twice_what_is_gone(_: Asked, reply: Result) -> None:
    if reply.records and reply.json["meta"].get("deleted_ids"):
        reply.json["meta"]["deleted_ids"] *= 2


@answers("deleted-ids", "deleted_ids are texts")
def tells_in_texts_what_is_gone(_: Asked, reply: Result) -> None:
    if reply.records and reply.json["meta"].get("deleted_ids"):
        reply.json["meta"]["deleted_ids"] = [str(each) for each in reply.json["meta"]["deleted_ids"]]


@hears("cancelling", "with updated_since the list shows cancelled bookings, too")
def lists_what_was_cancelled_since(asked: Asked) -> None:
    if asked.path == "/bookings" and asked.query.get("updated_since"):
        asked.query = {"include_canceled": "true", **asked.query}


@answers("method-not-allowed", "OPTIONS is answered 500")
def dies_of_options(asked: Asked, reply: Result) -> None:
    if asked.method == "OPTIONS":
        reply.become(500, b"", "text/plain")


@answers("method-not-allowed", "OPTIONS wants a token that other methods do not")
def wants_a_token_with_options(asked: Asked, reply: Result) -> None:
    if asked.method == "OPTIONS":
        reply.become(401, b'{"errors":[{"code":"unauthorized"}]}', "application/json; charset=utf-8")


@answers("method-not-allowed", "a 405 is a page of HTML")
def writes_a_page_for_405(_: Asked, reply: Result) -> None:
    if reply.status == 405:
        reply.become(405, b"<h1>Method Not Allowed</h1>", "text/html")


@answers("answers-to-writes", "answers to writes have no templates")
def leaves_templates_out_of_writes(asked: Asked, reply: Result) -> None:
    if reply.records and asked.method != "GET":
        reply.json["links"] = {}


@answers("answers-to-writes", "Location is a path without a host")
def tells_a_path_in_location(_: Asked, reply: Result) -> None:
    if location := reply.header("Location"):
        reply.set("Location", re.sub("^https?://[^/]+", "", location))


def _is_later(asked: Asked) -> bool:
    return asked.query.get("page", "1") != "1"


@answers("rate-limit-headers", "later pages do not tell what is left of the hour")
def tells_the_limit_on_first_pages(asked: Asked, reply: Result) -> None:
    for name in HEADERS_OF_THE_LIMIT if _is_later(asked) else ():
        reply.set(name, None)


@answers("synced-at", "later pages do not tell synced-at")
def tells_synced_at_on_first_pages(asked: Asked, reply: Result) -> None:
    if _is_later(asked):
        reply.set(SYNCED_AT, None)


@answers("link-and-meta", "X-Total-Pages leaves out the last page where that is not full")
def counts_full_pages(asked: Asked, reply: Result) -> None:
    total, most = reply.header("X-Total-Count"), reply.header("X-Per-Page")
    if asked.lists and total and most and reply.json:
        pages = str(max(1, int(total) // int(most)))
        reply.set("X-Total-Pages", pages)
        reply.json["meta"]["X-Total-Pages"] = pages


@hears("page-size", "the tenth page of a list is the last one")
def ends_with_the_tenth_page(asked: Asked) -> None:
    page = asked.query.get("page", "1")
    if asked.lists and page.isdigit() and int(page) > 10:
        asked.query = {**asked.query, "page": "10"}


@hears("updated-since", "with updated_since each page is the first one")
def forgets_pages_with_a_time(asked: Asked) -> None:
    if "updated_since" in asked.query:
        asked.without("page")


def _leaves_out(plural: str, fault: str, name: str, is_left_out: Callable[[dict[str, Any]], object]) -> None:
    def edit(asked: Asked, reply: Result) -> None:
        if asked.lists and reply.plural == plural and reply.records:
            reply.json[plural] = [record for record in reply.records if not is_left_out(record)]

    edit.__name__ = name
    answers("total-count", fault)(edit)


_leaves_out("conversations", "lists leave out what is closed", "hides_what_is_closed", lambda found: found.get("closed_at"))
_leaves_out("conversations", "lists leave out spam", "hides_spam", lambda found: found.get("marked_as_spam_at"))
_leaves_out("messages", "lists leave out notes", "hides_notes", lambda found: found.get("visibility") == "internal")


@answers("created", "a message was sent when it was made, whatever was written")
def was_sent_when_made(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if reply.plural == "messages" and "sent_at" in record:
            record["sent_at"] = record.get("created_at", record["sent_at"])


@answers("include", "embedded records do not tell when they have changed")
def embeds_without_updated_at(_: Asked, reply: Result) -> None:
    for record in reply.records:
        for part in record.values():
            for embedded in part if isinstance(part, list) else [part]:
                if isinstance(embedded, dict) and "links" in embedded:
                    embedded.pop("updated_at", None)


@hears("created", "the offset of a written time is passed over")
def passes_over_offsets(asked: Asked) -> None:
    with asked.record() as written:
        if asked.method == "POST" and isinstance(written.get("sent_at"), str):
            written["sent_at"] = re.sub(r" ?[+-]\d\d:?\d\d$", "Z" if "T" in written["sent_at"] else " UTC", written["sent_at"])


@hears("inbox-model", "a message stays as it was written first")
def keeps_first_words(asked: Asked) -> None:
    if asked.method in {"PUT", "PATCH"} and "/messages/" in asked.path:
        with asked.record() as written:
            written.pop("content", None)


@hears("inbox-model", "participants never have read anything")
def never_has_read(asked: Asked) -> None:
    if asked.method in {"PUT", "PATCH"} and "/participants/" in asked.path:
        with asked.record() as written:
            written.pop("read", None)


@hears("inbox-model", "who is assigned stays assigned")
def keeps_who_is_assigned(asked: Asked) -> None:
    if asked.method in {"PUT", "PATCH"} and "/conversations/" in asked.path:
        with asked.record() as written:
            if written.get("assignee_id", 0) is None:
                del written["assignee_id"]


@answers("error-titles", "a 422 tells each error twice")
def tells_errors_twice(_: Asked, reply: Result) -> None:
    if reply.status == 422 and reply.json:
        reply.json["errors"] *= 2


@answers("tokens", "the scope of a token is an array")
def tells_scopes_in_an_array(_: Asked, reply: Result) -> None:
    if reply.json and isinstance(reply.json.get("scope"), str):
        reply.json["scope"] = reply.json["scope"].split()


@answers("tokens", "expires_in is a text")
def tells_expiry_in_a_text(_: Asked, reply: Result) -> None:
    if reply.json and "expires_in" in reply.json:
        reply.json["expires_in"] = str(reply.json["expires_in"])

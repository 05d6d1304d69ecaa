"""Servers that keep the contract in the form in which most ask, and break it in another: later pages, one record, several ids, HEAD."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

from mutants.servers.breaking import Asked, Result, answers, hears

NOT_FOUND = b'{"errors":[{"code":"not_found"}]}'
VENDOR = "application/vnd.api+json; charset=utf-8"
SYNCED_AT = "x-updated-since-request-synced-at"


def _is_later(asked: Asked) -> bool:
    return asked.query.get("page", "1") not in {"1", ""}


def _reads_one(asked: Asked) -> bool:
    return asked.method == "GET" and not asked.lists


@answers("page-size", "later pages show hosts without their e-mail addresses")
def hides_addresses_on_later_pages(asked: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "hosts" and _is_later(asked) else ():
        record["email"] = None


@hears("page-cap", "a page that is larger than allowed moves the next one as far as was asked")
def skips_what_was_asked_for(asked: Asked) -> None:
    size = asked.query.get("per_page", "")
    if asked.lists and _is_later(asked) and size.isdigit() and int(size) > 100:
        asked.query = {**asked.query, "page": "999"}


@answers("templates", "later pages have no templates")
def has_templates_on_first_pages(asked: Asked, reply: Result) -> None:
    if _is_later(asked) and reply.records and "links" in reply.json:
        reply.json["links"] = {}


@hears("include", "include counts for the first page alone")
def includes_on_first_pages(asked: Asked) -> None:
    if _is_later(asked):
        asked.without("include")


def _embedded(reply: Result) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Yield each record with the name and the value of what is embedded in it."""
    for record in reply.records:
        for name in [name for name in record if name in record.get("links", {})]:
            yield record, name, record[name]


@answers("include", "each record of a list embeds what the first one does")
def embeds_alike_in_lists(asked: Asked, reply: Result) -> None:
    first: dict[str, Any] = {}
    for record, name, value in _embedded(reply) if asked.lists else ():
        if isinstance(value, dict):
            record[name] = first.setdefault(name, value)


@answers("include", "lists embed the members that are hosts, and no clients")
def embeds_no_clients(asked: Asked, reply: Result) -> None:
    for record, name, _ in _embedded(reply) if asked.lists else ():
        if name == "member" and record["links"]["member"]["type"] == "Client":
            record[name] = None


@hears("fields", "fields is ignored with several ids")
def shows_several_whole(asked: Asked) -> None:
    if "," in asked.path:
        asked.without("fields")


@hears("many-messages", "of several ids the first ten count")
def answers_ten_ids(asked: Asked) -> None:
    folder, _, ids = asked.path.rpartition("/")
    asked.path = f"{folder}/{','.join(ids.split(',')[:10])}"


@answers("some-unknown-ids", "several ids are answered 404 where the first does not exist")
def gives_up_at_the_first_id(asked: Asked, reply: Result) -> None:
    ids = asked.path.rpartition("/")[2].split(",")
    if len(ids) > 1 and reply.records and ids[0] not in {str(record["id"]) for record in reply.records}:
        reply.become(404, NOT_FOUND, VENDOR)


@answers("client-habits", "a body that is compressed does not say so")
def compresses_secretly(asked: Asked, reply: Result) -> None:
    if "gzip" in asked.header("Accept-Encoding") and asked.method == "GET":
        reply.become(reply.status, gzip.compress(reply.bytes()), VENDOR)


@answers("client-habits", "a GET of one record may have no body")
def wants_no_body(asked: Asked, reply: Result) -> None:
    if _reads_one(asked) and int(asked.environ.get("CONTENT_LENGTH") or 0):
        reply.become(400, b'{"errors":[{"code":"bad_request"}]}', VENDOR)


@hears("client-habits", "names in include are parted by %2C alone")
def parts_at_encoded_commas(asked: Asked) -> None:
    query = asked.environ.get("QUERY_STRING", "")
    asked.environ["QUERY_STRING"] = re.sub(r"(include=[^&,]*),[^&]*", r"\1", query)


@answers("synced-at", "one record alone does not tell synced-at")
def tells_synced_at_of_lists(asked: Asked, reply: Result) -> None:
    if _reads_one(asked):
        reply.set(SYNCED_AT, None)


@answers("usual-headers", "one record alone may be cached")
def lets_one_be_cached(asked: Asked, reply: Result) -> None:
    if _reads_one(asked) and reply.status == 200:
        reply.set("Cache-Control", "public, max-age=60")


@answers("vary", "one record alone has no Vary")
def varies_lists(asked: Asked, reply: Result) -> None:
    if _reads_one(asked):
        reply.set("Vary", None)


@answers("head", "HEAD of one record tells no ETag")
def tags_no_head(asked: Asked, reply: Result) -> None:
    if asked.method == "HEAD" and asked.path[-1].isdigit():
        reply.set("ETag", None)


@hears("not-modified", "If-None-Match is ignored on one record")
def sends_one_again(asked: Asked) -> None:
    if _reads_one(asked):
        asked.environ.pop("HTTP_IF_NONE_MATCH", None)


@hears("not-modified", "of several ETags in If-None-Match the first one counts")
def takes_the_first_etag(asked: Asked) -> None:
    if etags := asked.header("If-None-Match"):
        asked.environ["HTTP_IF_NONE_MATCH"] = etags.split(",")[0]


@answers("not-modified", "a 304 lacks Cache-Control")
def says_less_with_304(_: Asked, reply: Result) -> None:
    if reply.status == 304:
        reply.set("Cache-Control", None)


@hears("modified", "any If-None-Match on one record is answered 304")
def holds_one_for_known(asked: Asked) -> None:
    if _reads_one(asked) and asked.header("If-None-Match"):
        asked.environ["HTTP_IF_NONE_MATCH"] = "*"


@answers("unauthorized", "who knows an ETag needs no token for a 304")
def tells_strangers_that_nothing_changed(asked: Asked, reply: Result) -> None:
    if asked.header("If-None-Match") and reply.status == 401:
        reply.become(304, b"", VENDOR)


class _Tags:
    """The first ETag of whatever has the same key."""

    def __init__(self) -> None:
        self.first: dict[object, str] = {}

    def __call__(self, key: object, asked: Asked, reply: Result) -> None:
        if reply.records:
            reply.set("ETag", self.first.setdefault((asked.header("Authorization"), key), reply.header("ETag") or ""))


@answers("etag", "all records of a kind have the same ETag, each alone")
def tags_kinds(asked: Asked, reply: Result, tags: _Tags = _Tags()) -> None:  # noqa: B008 - what it remembers is the fault
    if _reads_one(asked) and not asked.query:
        tags(reply.plural, asked, reply)


@answers("new-etag", "an ETag stays when only what is embedded has changed")
def tags_without_the_embedded(asked: Asked, reply: Result, tags: _Tags = _Tags()) -> None:  # noqa: B008
    if _reads_one(asked) and "include" in asked.query and reply.records:
        tags((asked.path, str(asked.query), reply.records[0]["updated_at"]), asked, reply)


@answers("unknown-ids", "the cancellation of a booking that does not exist is answered 204")
def cancels_what_is_not_there(asked: Asked, reply: Result) -> None:
    if asked.method == "DELETE" and reply.status == 404:
        reply.become(204, b"", VENDOR)


@answers("not-found-body", "a 404 may be cached for an hour")
def lets_404_be_cached(_: Asked, reply: Result) -> None:
    if reply.status == 404:
        reply.set("Cache-Control", "public, max-age=3600")


@answers("method-not-allowed", "DELETE of a message is answered 204")
def deletes_messages(asked: Asked, reply: Result) -> None:
    if asked.method == "DELETE" and "/messages/" in asked.path:
        reply.become(204, b"", VENDOR)


@answers("unreadable-bodies", "a change that is no JSON is answered 500")
def stumbles_over_broken_changes(asked: Asked, reply: Result) -> None:
    if asked.method == "PUT" and reply.status == 400:
        reply.become(500, b"oops", "text/plain")


@answers("scopes", "with PATCH no scope is needed")
def patches_without_scope(asked: Asked, reply: Result) -> None:
    if asked.method == "PATCH" and reply.status == 403:
        reply.become(404, NOT_FOUND, VENDOR)


@answers("own-account", "hosts are of an account of their own")
def gives_hosts_accounts(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "hosts" else ():
        record["links"]["account"] = record["id"]


@answers("me", "/me tells of another account")
def tells_of_another_account(asked: Asked, reply: Result) -> None:
    if asked.path == "/me" and reply.records:
        reply.records[0]["links"]["account"] = 4711


@answers("links-both-ways", "hosts do not name where they take part")
def hides_where_hosts_take_part(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "hosts" else ():
        record["links"]["participants"] = []


@answers("booking-filters", "X-Total-Count of bookings leaves status out of account")
def counts_whatever_the_status(asked: Asked, reply: Result) -> None:
    if asked.path == "/bookings" and "status" in asked.query and reply.records:
        total = str(int(reply.header("X-Total-Count") or 0) + 1)
        reply.set("X-Total-Count", total)
        reply.json["meta"]["X-Total-Count"] = total


@hears("booking-filters", "with updated_since until is ignored")
def filters_nothing_that_has_changed(asked: Asked) -> None:
    if "updated_since" in asked.query:
        asked.without("until")


@hears("booking-filters", "with rental_id until is ignored")
def filters_by_one_of_two(asked: Asked) -> None:
    if "rental_id" in asked.query:
        asked.without("until")


@answers("answers-to-writes", "PATCH is answered with the figures of a list")
def counts_what_is_patched(asked: Asked, reply: Result) -> None:
    if asked.method == "PATCH" and reply.records:
        reply.json["meta"] = {"X-Total-Count": "1"}


@answers("scopes", "HEAD needs no scope")
def heads_without_scope(asked: Asked, reply: Result) -> None:
    if asked.method == "HEAD" and reply.status == 403:
        reply.status = 200


@answers("accounts-apart", "HEAD finds records of other accounts")
def heads_for_others(asked: Asked, reply: Result) -> None:
    if asked.method == "HEAD" and reply.status == 404:
        reply.status = 200


@answers("accounts-apart", "PATCH of another account's record is answered 200")
def patches_for_others(asked: Asked, reply: Result) -> None:
    if asked.method == "PATCH" and reply.status == 404:
        reply.become(200, b'{"links":{},"hosts":[{"links":{},"id":1}],"meta":{}}', VENDOR)

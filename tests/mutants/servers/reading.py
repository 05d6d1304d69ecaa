"""Servers that are broken where they are read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from mutants.servers.breaking import Asked, Result, answers, does, hears


@hears("usual-bookings", "the list of bookings shows cancelled ones, too")
def shows_cancelled_bookings(asked: Asked) -> None:
    if asked.path == "/bookings" and asked.method == "GET":
        asked.query = {"include_canceled": "true", **asked.query}


@hears("booking-filters", "until is ignored")
def ignores_until(asked: Asked) -> None:
    asked.without("until")


@hears("booking-filters", "of several statuses only the first one counts")
def takes_the_first_status(asked: Asked) -> None:
    if "status" in asked.query:
        asked.query = {**asked.query, "status": asked.query["status"].split(",")[0]}


@answers("etag", "the ETag is a strong one")
def has_strong_etags(_: Asked, reply: Result) -> None:
    if (etag := reply.header("ETag")) is not None:
        reply.set("ETag", etag.removeprefix("W/"))


@answers("etag", "all answers have the same ETag")
def has_one_etag_for_all(_: Asked, reply: Result) -> None:
    if reply.header("ETag") is not None:
        reply.set("ETag", f'W/"{"a" * 32}"')


@hears("not-modified", "If-None-Match is ignored")
def never_says_not_modified(asked: Asked) -> None:
    asked.environ.pop("HTTP_IF_NONE_MATCH", None)


@hears("modified", "any If-None-Match is answered 304")
def always_says_not_modified(asked: Asked) -> None:
    if asked.header("If-None-Match"):
        asked.environ["HTTP_IF_NONE_MATCH"] = "*"


@answers("own-document", "a blank fields is answered 500")
def stumbles_over_blank_fields(asked: Asked, reply: Result) -> None:
    if asked.query.get("fields") == "":
        reply.become(500, b'{"errors":[{"code":"internal_server_error"}]}', "application/vnd.api+json; charset=utf-8")


@answers("envelope", "meta comes first")
def puts_meta_first(_: Asked, reply: Result) -> None:
    if reply.records:
        reply._json = {"meta": reply.json["meta"], **reply.json}  # noqa: SLF001


@answers("envelope", "records come as application/json")
def answers_plain_json(_: Asked, reply: Result) -> None:
    if reply.records:
        reply.set("Content-Type", "application/json; charset=utf-8")


@answers("templates", "the assignee's template leads to users, as in 2018")
def leads_assignees_to_users(_: Asked, reply: Result) -> None:
    if reply.plural == "conversations":
        links = reply.json["links"]
        links["conversations.assignee"] = links["conversations.assignee"].replace("/hosts/", "/users/")


@answers("templates", "the templates name a host of the server's own, not the one that was asked")
def has_templates_on_another_host(asked: Asked, reply: Result) -> None:
    if reply.records and "links" in reply.json:
        host = asked.environ["HTTP_HOST"]
        reply.json["links"] = {key: url.replace(host, "inbox.internal") for key, url in reply.json["links"].items()}


@answers("kinds", "decimals are numbers")
def writes_decimals_as_numbers(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if record.get("final_price") is not None:
            record["final_price"] = float(record["final_price"])


@answers("kinds", "times have fractions of a second")
def writes_fractions_of_seconds(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if record.get("sent_at"):
            record["sent_at"] = record["sent_at"].replace("Z", ".000Z")


@answers("kinds", "the ids in links are text")
def writes_ids_as_text(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "messages" else ():
        record["links"]["sender"] = str(record["links"]["sender"])


@answers("attributes", "messages do not show their visibility")
def hides_visibility(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "messages" else ():
        record.pop("visibility", None)


@answers("synced-at", "synced-at is written as ISO 8601")
def writes_synced_at_as_iso(_: Asked, reply: Result) -> None:
    synced = reply.header("x-updated-since-request-synced-at") or ""
    reply.set("x-updated-since-request-synced-at", f"{synced[:10]}T{synced[11:19]}Z")


@answers("rate-limit-headers", "X-RateLimit-Remaining never falls")
def counts_no_requests(_: Asked, reply: Result) -> None:
    if reply.header("X-RateLimit-Remaining"):
        reply.set("X-RateLimit-Remaining", "999")


@answers("rate-limit-headers", "X-RateLimit-Reset is how many seconds are left")
def resets_in_seconds(_: Asked, reply: Result) -> None:
    if reply.header("X-RateLimit-Reset"):
        reply.set("X-RateLimit-Reset", "1234")


@answers("page-size", "each page but the first lacks its first record")
def skips_a_record_between_pages(asked: Asked, reply: Result) -> None:
    if int(asked.query.get("page") or 1) > 1 and reply.records:
        del reply.records[0]


@answers("page-size", "next leads to the page after the next one")
def skips_a_page(asked: Asked, reply: Result) -> None:
    link, page = reply.header("Link"), int(asked.query.get("page") or 1)
    if link is not None and 'rel="next"' in link:
        there = link.replace(f"page={page + 1}", f"page={page + 2}")
        reply.set("Link", there)
        reply.json["meta"]["Link"] = {part.split('"')[1]: part[1 : part.index(">")] for part in there.split(", ")}


@does("page-cap", "a page may be as large as one likes", "inbox_mock.api.request_context.RequestContext.cap")
def knows_no_cap(_: object) -> object:
    return property(lambda _call: 100_000)


@answers("link-and-meta", "the figures in meta are numbers")
def writes_figures_as_numbers(_: Asked, reply: Result) -> None:
    meta = reply.json.get("meta", {}) if reply.records else {}
    for name in ("X-Total-Pages", "X-Total-Count", "X-Per-Page"):
        if name in meta:
            meta[name] = int(meta[name])


@answers("link-and-meta", "the last page has a next one, which is itself")
def has_no_last_page(_: Asked, reply: Result) -> None:
    meta = (reply.json or {}).get("meta", {}) if reply.records else {}
    if "Link" in meta and "next" not in meta["Link"] and "prev" in meta["Link"]:
        meta["Link"]["next"] = meta["Link"]["last"]


@answers("link-and-meta", "Link forgets per_page")
def forgets_parameters(asked: Asked, reply: Result) -> None:
    link = reply.header("Link")
    if link is not None and "per_page" in asked.query:
        size = f"per_page={quote(asked.query['per_page'])}"
        reply.set("Link", link.replace(f"&{size}", "").replace(f"{size}&", ""))


@answers("total-count", "X-Total-Count counts one too many")
def counts_one_too_many(_: Asked, reply: Result) -> None:
    if reply.header("X-Total-Count"):
        reply.set("X-Total-Count", str(int(reply.header("X-Total-Count") or 0) + 1))


@answers("client-habits", "an address with a slash at its end is unknown")
def is_strict_about_slashes(asked: Asked, reply: Result) -> None:
    if asked.path.endswith("/"):
        reply.become(404, b'{"errors":[{"code":"not_found"}]}', "application/vnd.api+json; charset=utf-8")


@answers("client-habits", "unknown parameters are refused")
def refuses_unknown_parameters(asked: Asked, reply: Result) -> None:
    if "colour" in asked.query:
        reply.become(422, b'{"errors":[{"code":"unknown_parameter"}]}', "application/vnd.api+json; charset=utf-8")


@hears("several-ids", "of several ids the last one is ignored")
def loses_the_last_of_several_ids(asked: Asked) -> None:
    if "," in asked.path:
        asked.path = asked.path.rpartition(",")[0]


@answers("several-ids", "one record alone shows less than in the list")
def shows_less_of_one_alone(asked: Asked, reply: Result) -> None:
    if asked.method == "GET" and asked.path.startswith("/clients/") and "," not in asked.path:
        for record in reply.records:
            record["notes"] = None


@answers("include", "embedded records have no links")
def embeds_without_links(asked: Asked, reply: Result) -> None:
    for record in reply.records if "participants" in asked.query.get("include", "") else ():
        for embedded in record.get("participants", ()):
            del embedded["links"]


@hears("include", "include is ignored on single records")
def ignores_include(asked: Asked) -> None:
    if not asked.lists:
        asked.without("include")


@hears("fields", "fields is ignored")
def ignores_fields(asked: Asked) -> None:
    asked.without("fields")


@answers("fields", "a field that is null is left out")
def leaves_out_what_is_null(asked: Asked, reply: Result) -> None:
    for record in reply.records if "fields" in asked.query else ():
        for name in [name for name, value in record.items() if value is None]:
            del record[name]


@answers("links-both-ways", "bookings never show their conversations")
def hides_conversations_of_bookings(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "bookings" else ():
        if "conversations" in record.get("links", {}):
            record["links"]["conversations"] = []


@hears("updated-since", "updated_since is taken for blank")
def ignores_updated_since(asked: Asked) -> None:
    if "updated_since" in asked.query:
        asked.query = {**asked.query, "updated_since": ""}


def _comparing(instead: str) -> Callable[[Any], Any]:
    def replaced(narrowed: Any) -> Any:
        return lambda selection, sql, *values: narrowed(selection, instead if sql == "updated_at >= ?" else sql, *values)

    return replaced


@does("updated-since", "updated_since compares when records were created", "inbox_mock.store.records.Selection.narrowed")
def compares_created_at(narrowed: Any) -> Any:
    return _comparing("created_at >= ?")(narrowed)


@does("updated-since-inclusive", "updated_since leaves out its own second", "inbox_mock.store.records.Selection.narrowed")
def leaves_out_the_second_itself(narrowed: Any) -> Any:
    return _comparing("updated_at > ?")(narrowed)


@hears("updated-since-forms", "updated_since is read as ISO 8601 alone")
def reads_iso_alone(asked: Asked) -> None:
    if asked.query.get("updated_since", "").endswith("UTC"):
        asked.query = {**asked.query, "updated_since": "2000-01-01T00:00:00Z"}


@answers("deleted-ids", "the last page has no deleted_ids")
def ends_without_deleted_ids(_: Asked, reply: Result) -> None:
    meta = (reply.json or {}).get("meta", {})
    if "next" not in meta.get("Link", {}):
        meta.pop("deleted_ids", None)


@answers("deleted-ids", "every list has deleted_ids")
def always_has_deleted_ids(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.records:
        reply.json["meta"].setdefault("deleted_ids", [])


@answers("following", "synced-at is a minute ahead")
def is_ahead_of_its_time(_: Asked, reply: Result) -> None:
    from datetime import timedelta

    from inbox_mock.domain import times

    synced = reply.header("x-updated-since-request-synced-at")
    if synced is not None:
        ahead = times.wire(times.parse(synced) + timedelta(minutes=1))
        reply.set("x-updated-since-request-synced-at", times.synced_at(ahead))


@does("rate-limit", "nobody is ever refused", "inbox_mock.engine.unit_of_work.UnitOfWork.spend")
def never_enforces_the_limit(spend: Any) -> Any:
    return lambda work, application_id: replace(spend(work, application_id), exceeded=False)


@does("accounts-apart", "lists show all accounts", "inbox_mock.api.crud.visible")
def mixes_accounts(visible: Any) -> Any:
    return lambda call, plural: replace(visible(call, plural), account_id=None)

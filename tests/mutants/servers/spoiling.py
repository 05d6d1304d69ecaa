"""Servers whose answers a proxy in front of them has spoiled in one way that is easy to overlook."""

from base64 import encodebytes
from collections.abc import Callable
from dataclasses import replace
from html import escape
from secrets import token_hex
from typing import Any
from unicodedata import normalize

from inbox_mock.services.oauth import find_application
from mutants.servers.breaking import Asked, Result, answers, does, hears


@answers("deleted-ids", "deleted_ids is on the first page only")
def tells_what_is_gone_once(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.records and asked.query.get("page", "1") != "1" and "deleted_ids" in reply.json["meta"]:
        reply.json["meta"]["deleted_ids"] = []


def _edit_link(reply: Result, change: Callable[[str], str]) -> None:
    link = reply.header("Link")
    if link and reply.json:
        reply.set("Link", change(link))
        told = reply.json["meta"].get("Link", {})
        for name in told:
            told[name] = change(told[name])


def _losing(*names: str) -> Callable[[str], str]:
    import re

    return lambda text: re.sub(rf"(?<=[?&])(?:{'|'.join(names)})=[^&>]*&?", "", text)


@answers("link-and-meta", "Link loses updated_since")
def loses_the_time_in_link(_: Asked, reply: Result) -> None:
    _edit_link(reply, _losing("updated_since"))


@answers("link-and-meta", "Link loses include and fields")
def loses_what_was_asked_for_in_link(_: Asked, reply: Result) -> None:
    _edit_link(reply, _losing("include", "fields"))


@answers("link-and-meta", "Link loses the filters of bookings")
def loses_filters_in_link(_: Asked, reply: Result) -> None:
    _edit_link(reply, _losing("status", "from", "until", "rental_id", "client_id", "include_canceled"))


@answers("link-and-meta", "an empty list has no pages at all")
def has_no_page_of_nothing(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.status == 200 and reply.json and reply.json["meta"].get("X-Total-Count") == "0":
        reply.set("X-Total-Pages", "0")
        reply.json["meta"]["X-Total-Pages"] = "0"


@answers("include", "with include the total counts what is embedded, too")
def counts_what_is_embedded(asked: Asked, reply: Result) -> None:
    if asked.lists and asked.query.get("include") and reply.records:
        more = sum(len(part) for record in reply.records for part in record.values() if isinstance(part, list) and part)
        total = str(int(reply.json["meta"]["X-Total-Count"]) + more)
        reply.set("X-Total-Count", total)
        reply.json["meta"]["X-Total-Count"] = total


@answers("include", "with include a list has one page only")
def has_one_page_with_include(asked: Asked, reply: Result) -> None:
    if asked.lists and asked.query.get("include"):
        _edit_link(reply, lambda text: text)
        link = ", ".join(part for part in (reply.header("Link") or "").split(", ") if 'rel="next"' not in part)
        reply.set("Link", link or None)


class _Tags:
    """The first ETag of each address."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    def __call__(self, asked: Asked, reply: Result) -> None:
        if asked.method == "GET" and reply.header("ETag"):
            token = asked.header("Authorization")
            reply.set("ETag", self.first.setdefault(f"{token} {asked.path}?{asked.query}", reply.header("ETag") or ""))


@answers("new-etag", "the ETag of an address stays when its record has changed")
def keeps_the_first_etag(asked: Asked, reply: Result, tags: _Tags = _Tags()) -> None:  # noqa: B008 - what it remembers is the fault
    tags(asked, reply)


@hears("page-cap", "a page holds a tenth of the records that may be asked for")
def has_a_smaller_cap(asked: Asked) -> None:
    if asked.lists and int(asked.query.get("per_page", "100") or "100") > 10:
        asked.query = {**asked.query, "per_page": "10"}


def _texts(part: Any, change: Callable[[str, Any], Any]) -> Any:
    if isinstance(part, dict):
        return {name: change(name, _texts(value, change)) for name, value in part.items()}
    if isinstance(part, list):
        return [_texts(value, change) for value in part]
    return part


def _in_records(reply: Result, change: Callable[[str, Any], Any]) -> None:
    for record in reply.records:
        record.update(_texts(record, change))


@answers("kinds", "times are written with an offset")
def writes_offsets(_: Asked, reply: Result) -> None:
    _in_records(reply, lambda name, value: value.replace("Z", "+00:00") if name.endswith("_at") and isinstance(value, str) else value)


@answers("kinds", "types of members are written in lower case")
def writes_members_in_lower_case(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if isinstance(member := record.get("links", {}).get("member"), dict):
            member["type"] = str(member["type"]).lower()


@answers("kinds", "ids are texts")
def writes_ids_as_texts(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if isinstance(record.get("id"), int):
            record["id"] = str(record["id"])


@answers("created", "what was written is answered in composed characters")
def composes_characters(_: Asked, reply: Result) -> None:
    _in_records(reply, lambda _name, value: normalize("NFC", value) if isinstance(value, str) else value)


@answers("updated-since", "with updated_since a record lacks its last attribute")
def shortens_what_has_changed(asked: Asked, reply: Result) -> None:
    if "updated_since" in asked.query:
        for record in reply.records:
            record["subject"] = None if "subject" in record else record.get("subject")


@answers("header-names", "names of headers are written in lower case")
def writes_headers_in_lower_case(_: Asked, reply: Result) -> None:
    reply.headers = [(name.lower(), value) for name, value in reply.headers]


@answers("page-size", "the order of a list differs from page to page")
def reverses_every_other_list(asked: Asked, reply: Result) -> None:
    if asked.lists and asked.query.get("page", "1") != "1" and reply.records:
        reply.records.reverse()


@hears("flags", "closed: false leaves a conversation closed")
def leaves_the_closed_closed(asked: Asked) -> None:
    if asked.method == "PUT" and asked.path.startswith("/inbox/conversations/"):
        with asked.record() as record:
            if record.get("closed") is False:
                del record["closed"]


@answers("several-ids", "several ids are answered in no fixed order, and with one too many")
def answers_one_too_many(asked: Asked, reply: Result) -> None:
    if "," in asked.path and reply.records:
        reply.records.append(reply.records[0])


@does("accounts-apart", "asked for by several ids, records of other accounts show", "inbox_mock.store.records.existing")
def shows_several_of_others(good: Any) -> Any:
    return lambda db, selection, wanted: good(db, replace(selection, account_id=None) if len(wanted) > 1 else selection, wanted)


@does("webhooks", "the Base64 of a webhook is signed in lines of 76", "inbox_mock.webhooks.sender.encode64")
def signs_lines_of_mail(_: Any) -> Any:
    return encodebytes


@does("webhooks", "a webhook is signed without its last byte", "inbox_mock.webhooks.sender.sign")
def signs_all_but_a_byte(good: Any) -> Any:
    return lambda secret, body: good(secret, body[:-1])


@answers("late-conversation", "a conversation shows before its booking is tied to it")
def shows_conversations_untied(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if reply.plural == "conversations" and len(record["links"].get("bookings", [])) == 1:
            record["links"]["bookings"] = []


@answers("late-conversation", "a booking's updated_at does not move when its conversation comes")
def keeps_a_bookings_time(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if reply.plural == "bookings" and record.get("created_at"):
            record["updated_at"] = record["created_at"]


@does("tokens", "a refresh token stays the same when it is used", "inbox_mock.services.oauth.refresh")
def keeps_the_refresh_token(good: Any) -> Any:
    def refresh(work: Any, application: Any, refresh_token: str, requested: str = "") -> Any:
        access, fresh = good(work, application, refresh_token, requested)
        return access, {**fresh, "token": refresh_token}

    return refresh


@does("tokens", "a wrong client secret will do", "inbox_mock.services.oauth.authenticate_client")
def trusts_every_client(_: Any) -> Any:
    return lambda work, client_id, _secret: find_application(work, client_id)


@does("tokens", "tokens say that they are good for an hour", "inbox_mock.services.oauth.LIFETIME_SECONDS")
def tells_another_lifetime(_: Any) -> Any:
    return 3600


@answers("link-and-meta", "the parts of Link are joined by a comma without a blank")
def joins_links_tightly(_: Asked, reply: Result) -> None:
    if link := reply.header("Link"):
        reply.set("Link", link.replace(">; ", ">;").replace('", <', '",<'))


@answers("link-and-meta", "meta.Link lacks what is last")
def tells_less_in_meta(_: Asked, reply: Result) -> None:
    if reply.json and isinstance(reply.json.get("meta"), dict):
        reply.json["meta"].get("Link", {}).pop("last", None)


@answers("envelope", "answers have a key included, too")
def includes_beside(_: Asked, reply: Result) -> None:
    if reply.records:
        reply.json["included"] = []


@answers("templates", "templates are paths without a host")
def has_relative_templates(_: Asked, reply: Result) -> None:
    if reply.json and isinstance(reply.json.get("links"), dict):
        for name, template in reply.json["links"].items():
            reply.json["links"][name] = "/api/v3" + str(template).partition("/api/v3")[2]


@answers("not-modified", "a 304 has the ETag of something else")
def says_not_modified_of_something_else(_: Asked, reply: Result) -> None:
    if reply.status == 304:
        reply.set("ETag", f'W/"{"0" * 32}"')


@answers("etag", "the ETag of the same body is another one each time")
def draws_etags(_: Asked, reply: Result) -> None:
    if reply.header("ETag"):
        reply.set("ETag", f'W/"{token_hex(16)}"')


@answers("synced-at", "lists do not tell synced-at")
def tells_no_synced_at(asked: Asked, reply: Result) -> None:
    if asked.lists:
        reply.set("x-updated-since-request-synced-at", None)


@answers("answers-to-writes", "writes do not tell synced-at")
def tells_no_synced_at_of_writes(asked: Asked, reply: Result) -> None:
    if asked.method != "GET":
        reply.set("x-updated-since-request-synced-at", None)


@answers("kinds", "booleans are texts")
def writes_booleans_as_texts(_: Asked, reply: Result) -> None:
    _in_records(reply, lambda _name, value: str(value).lower() if isinstance(value, bool) else value)


@answers("kinds", "what is null is a blank text")
def writes_blanks_for_null(_: Asked, reply: Result) -> None:
    _in_records(reply, lambda name, value: "" if value is None and name.endswith("_at") else value)


@answers("kinds", "a link to nothing is 0")
def links_to_zero(_: Asked, reply: Result) -> None:
    for record in reply.records:
        record["links"] = {name: 0 if value is None else value for name, value in record.get("links", {}).items()}


@answers("attributes", "participants do not tell when they have changed")
def hides_when_participants_changed(_: Asked, reply: Result) -> None:
    for record in reply.records if reply.plural == "participants" else []:
        record.pop("updated_at", None)


@answers("created", "texts are escaped for HTML")
def escapes_texts(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if isinstance(record.get("content"), str):
            record["content"] = escape(record["content"])


@answers("created", "lines of a text end with CR and LF")
def ends_lines_with_crlf(_: Asked, reply: Result) -> None:
    for record in reply.records:
        if isinstance(record.get("content"), str):
            record["content"] = record["content"].replace("\n", "\r\n")


@answers("include", "of several embedded records the first one alone is there")
def embeds_the_first(asked: Asked, reply: Result) -> None:
    for record in reply.records if asked.query.get("include") else []:
        for name, part in record.items():
            if isinstance(part, list) and part and isinstance(part[0], dict):
                record[name] = part[:1]


@answers("unauthorized", "the code of a 401 is written otherwise")
def writes_another_code(_: Asked, reply: Result) -> None:
    if reply.status == 401 and reply.json:
        reply.json["errors"][0]["code"] = "not_authorized"


@answers("rate-limit", "a 429 says nothing")
def says_nothing_when_used_up(_: Asked, reply: Result) -> None:
    if reply.status == 429:
        reply.become(429, b"{}", "application/json; charset=utf-8")


@answers("total-count", "a list says how many records there are on the page")
def counts_the_page(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.records:
        reply.set("X-Total-Count", str(len(reply.records)))
        reply.json["meta"]["X-Total-Count"] = str(len(reply.records))


@answers("updated-since", "the later pages of what has changed lack their last record")
def loses_the_last_of_what_has_changed(asked: Asked, reply: Result) -> None:
    if "updated_since" in asked.query and reply.records and asked.query.get("page", "1") != "1":
        del reply.records[-1]

"""Servers that are broken where a client asks for a part of a list: its pages, times, ids, filters, associations and fields."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from inbox_mock.domain import times
from mutants.servers.breaking import Asked, Result, answers, does, hears
from mutants.servers.spoiling import _edit_link


@answers("link-and-meta", "the parameters of Link come in the order in which they were asked")
def keeps_the_order_of_parameters(asked: Asked, reply: Result) -> None:
    def as_asked(text: str) -> str:
        for url in [part[1 : part.index(">")] if part.startswith("<") else part for part in text.split(", ")]:
            path, _, query = url.partition("?")
            told = dict(pair.split("=", 1) for pair in query.split("&"))
            order = [name for name in asked.query if name in told] + [name for name in told if name not in asked.query]
            text = text.replace(url, f"{path}?{'&'.join(f'{name}={told[name]}' for name in order)}")
        return text

    _edit_link(reply, as_asked)


@answers("link-and-meta", "Link is not percent-encoded")
def writes_links_unencoded(_: Asked, reply: Result) -> None:
    _edit_link(reply, unquote)


@answers("link-and-meta", "Link names last before next")
def shuffles_relations(_: Asked, reply: Result) -> None:
    if (link := reply.header("Link")) and reply.json:
        reply.set("Link", ", ".join(reversed(link.split(", "))))
        meta = reply.json["meta"]
        meta["Link"] = dict(reversed(list(meta.get("Link", {}).items())))


@answers("several-ids", "Link of several ids leads to the whole list")
def forgets_ids_in_link(asked: Asked, reply: Result) -> None:
    if asked.path.rpartition("/")[2][:1].isdigit():
        _edit_link(reply, lambda text: text.replace(asked.path, asked.path.rpartition("/")[0]))


@answers("link-and-meta", "X-Current-Page is always 1")
def is_always_on_the_first_page(_: Asked, reply: Result) -> None:
    if reply.header("X-Current-Page"):
        reply.set("X-Current-Page", "1")


@answers("beyond-the-end", "a page beyond the end is answered 404")
def knows_no_page_beyond(asked: Asked, reply: Result) -> None:
    if asked.lists and reply.json and int(asked.query.get("page") or 1) > int(reply.header("X-Total-Pages") or 1):
        reply.become(404, b'{"errors":[{"code":"not_found"}]}', "application/vnd.api+json; charset=utf-8")


@hears("beyond-the-end", "a page beyond the end shows the last one again")
def repeats_the_last_page(asked: Asked) -> None:
    if asked.query.get("page", "") in {"7", "8", "9"} or len(asked.query.get("page", "")) > 2:
        asked.query = {**asked.query, "page": "1"}


@answers("link-and-meta", "one record has the total of its list")
def totals_the_list_of_one(asked: Asked, reply: Result) -> None:
    if asked.method == "GET" and asked.path.rpartition("/")[2].isdigit() and reply.records:
        reply.set("X-Total-Count", "42")
        reply.json["meta"]["X-Total-Count"] = "42"


@answers("page-cap", "the total is at most a hundred")
def counts_to_a_hundred(_: Asked, reply: Result) -> None:
    if int(reply.header("X-Total-Count") or 0) > 100:
        reply.set("X-Total-Count", "100")
        reply.json["meta"]["X-Total-Count"] = "100"


@hears("page-cap", "without per_page every page is the first one")
def pages_only_what_has_a_size(asked: Asked) -> None:
    if asked.lists and "per_page" not in asked.query:
        asked.without("page")


@hears("updated-since", "updated_since is rounded down to the hour")
def rounds_updated_since(asked: Asked) -> None:
    since = asked.query.get("updated_since", "")
    if len(since) >= 19:
        asked.query = {**asked.query, "updated_since": since[:14] + "00:00" + since[19:]}


@hears("updated-since", "updated_since counts for the first page alone")
def filters_the_first_page(asked: Asked) -> None:
    if asked.query.get("updated_since") and asked.query.get("page", "1") != "1":
        asked.query = {**asked.query, "updated_since": "2000-01-01T00:00:00Z"}


@hears("updated-since", "updated_since is taken for the time of the account's country")
def reads_local_times(asked: Asked) -> None:
    from datetime import timedelta

    if since := asked.query.get("updated_since"):
        try:
            asked.query = {**asked.query, "updated_since": times.wire(times.parse(since) - timedelta(hours=2))}
        except ValueError:
            return


@answers("deleted-ids", "deleted_ids comes last in meta")
def ends_with_deleted_ids(_: Asked, reply: Result) -> None:
    meta = (reply.json or {}).get("meta") or {}
    if "deleted_ids" in meta:
        meta["deleted_ids"] = meta.pop("deleted_ids")


@answers("following", "deleted_ids tells the first live record, too")
def deletes_one_too_many(asked: Asked, reply: Result) -> None:
    meta = (reply.json or {}).get("meta") or {}
    if asked.lists and meta.get("deleted_ids") and reply.records:
        meta["deleted_ids"].append(reply.records[0]["id"])


@answers("deleted-ids", "with fields there is no deleted_ids")
def forgets_what_is_gone_with_fields(asked: Asked, reply: Result) -> None:
    if "fields" in asked.query:
        ((reply.json or {}).get("meta") or {}).pop("deleted_ids", None)


class _Cancelled:
    def __init__(self) -> None:
        self.ids: dict[str, list[int]] = {}

    def __call__(self, asked: Asked, reply: Result) -> None:
        token = asked.header("Authorization")
        if asked.method == "DELETE" and reply.status == 204:
            self.ids.setdefault(token, []).append(int(asked.path.rpartition("/")[2]))
        meta = (reply.json or {}).get("meta") or {}
        if "deleted_ids" in meta and asked.path != "/bookings":
            meta["deleted_ids"] += self.ids.get(token, [])


@answers("cancelling", "every list tells the cancelled bookings in deleted_ids")
def tells_bookings_everywhere(asked: Asked, reply: Result, known: _Cancelled = _Cancelled()) -> None:  # noqa: B008
    known(asked, reply)


@hears("include", "of several names in include the last one is ignored")
def includes_all_but_the_last(asked: Asked) -> None:
    names = asked.query.get("include", "").split(",")
    known = [name for name in names if name != "nonsense"]
    if len(known) > 1:
        asked.query = {**asked.query, "include": ",".join(known[:-1])}


@hears("include", "include is ignored with several ids")
def includes_nothing_with_several_ids(asked: Asked) -> None:
    if "," in asked.path:
        asked.without("include")


@answers("include", "with include the templates of what is embedded come along")
def adds_templates_of_the_embedded(asked: Asked, reply: Result) -> None:
    if asked.query.get("include") and reply.records and "links" in reply.json:
        reply.json["links"]["participants.host"] = "http://127.0.0.1/api/v3/hosts/{participants.member.id}"


@answers("include", "an association to nothing is left out when it is included")
def leaves_out_what_is_not_there(asked: Asked, reply: Result) -> None:
    for record in reply.records if asked.query.get("include") else []:
        for name in asked.query["include"].split(","):
            if name in record and record[name] is None:
                del record[name]


@hears("fields", "fields is ignored on one record")
def shows_one_record_whole(asked: Asked) -> None:
    if not asked.lists:
        asked.without("fields")


@hears("booking-filters", "of several rentals the first one counts")
def filters_by_the_first_rental(asked: Asked) -> None:
    for name in ("rental_id", "client_id"):
        if "," in asked.query.get(name, ""):
            asked.query = {**asked.query, name: asked.query[name].split(",")[0]}


@hears("booking-filters", "from is read in the long form alone")
def reads_long_dates_alone(asked: Asked) -> None:
    if asked.query.get("from", "").isdigit():
        asked.without("from")


@answers("order", "the newest record comes first")
def lists_the_newest_first(asked: Asked, reply: Result) -> None:
    if asked.lists and _is_whole(reply):
        reply.records.sort(key=lambda record: -record.get("id", 0))


def _is_whole(reply: Result) -> bool:
    return bool(reply.records) and reply.header("X-Total-Pages") == "1"


@does("order", "lists are in the order of updated_at", "inbox_mock.api.crud.visible")
def orders_by_updated_at(visible: Any) -> Any:
    return lambda call, plural: replace(visible(call, plural), order="updated_at DESC, id")


@answers("some-unknown-ids", "one unknown id among several is answered 404")
def refuses_some_unknown_ids(asked: Asked, reply: Result) -> None:
    if "," in asked.path and reply.status == 200 and len(reply.records) < len(asked.path.rpartition("/")[2].split(",")):
        reply.become(404, b'{"errors":[{"code":"not_found"}]}', "application/vnd.api+json; charset=utf-8")


@answers("page-size", "each page has a next one with the number after its own, without end")
def knows_no_end(asked: Asked, reply: Result) -> None:
    if asked.lists and (link := reply.header("Link")):
        address = link[1 : link.index(">")].replace("page=1", f"page={int(asked.query.get('page') or 1) + 1}")
        reply.set("Link", f'{link.split(", <")[0]}, <{address}>; rel="next"')
        reply.set("X-Total-Pages", "999999")


@answers("page-size", "next leads to the first page")
def leads_in_circles(_: Asked, reply: Result) -> None:
    if (link := reply.header("Link")) and 'rel="next"' in link:
        first, *others = link.split(", <")
        again = f'{first[1 : first.index(">")]}>; rel="next"'
        reply.set("Link", ", <".join([first, *(again if 'rel="next"' in other else other for other in others)]))


@hears("page-size", "every page is the first one, and has a next one")
def shows_one_page_for_ever(asked: Asked) -> None:
    if asked.lists and asked.query.get("page", "1") != "1":
        asked.query = {**asked.query, "page": "1"}

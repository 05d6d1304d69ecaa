"""Lists: their pages, and what filters leave of the list of bookings."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from inbox_contracts.provider.api import links_of, records_of, unpacked
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import CANCELLED_TOO, EVERYTHING, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Resource

PAGES = documented("/reference, pagination")
BOOKINGS = documented("/reference/endpoints/bookings")
STATUSES = ("booked", "unavailable", "tentative")
ACCEPTED = ("*/*", "application/json", "application/vnd.api+json", "application/json, text/plain, */*")


@claim("page-size", fidelity=PAGES)
def page_size(trial: Trial) -> None:
    """Whatever the page size, following next from the first page gives the same list, each record once, and the same."""
    from hypothesis import strategies as st

    def the_same_list(resource: Resource, per_page: int) -> None:
        # One page more than needed costs little; pages of one record cost a request each.
        wanted = [record["id"] for record in trial.everything(resource)]
        size = max(per_page, -(-len(wanted) // (3 if trial.read_only else 12)))
        query = {**EVERYTHING.get(resource.plural, {}), "per_page": size}
        found = trial.api.all_of(path_of(resource.plural), **query)
        same([record["id"] for record in found], wanted, f"the list of {resource.plural} with per_page={size}, all pages together")
        for record, listed in zip(found, trial.everything(resource), strict=True):
            same(record, listed, f"{resource.name} {record['id']} in the list with per_page={size}, beside the whole list's")

    for resource in trial.readable():
        if not trial.read_only or len(trial.everything(resource)) < resource.cap:
            trial.explore(the_same_list, 2 if trial.read_only else 5, resource=st.just(resource), per_page=st.integers(1, 12))


@claim("page-cap", fidelity=PAGES)
def page_cap(trial: Trial) -> None:
    """The default page size is also the largest, 100 and for rentals 50; smaller ones are granted."""
    for resource in trial.readable():
        for asked, told in ((None, resource.cap), (resource.cap + 1, resource.cap), (100_000, resource.cap), (2, 2)):
            answer = trial.api.get(path_of(resource.plural), **({} if asked is None else {"per_page": asked}))
            same(answer.header("X-Per-Page"), str(told), f"{answer.about}: X-Per-Page")
            expect(len(records_of(answer)) <= told, f"{answer.about}: {len(records_of(answer))} records on a page of {told}")
    if trial.target.is_fake:  # elsewhere a list is as long as it is
        hosts = [{"firstname": "Host", "lastname": f"{number}"} for number in range(101)]
        rentals = [{"name": f"Rental {number}"} for number in range(51)]
        with trial.workspace({"hosts": hosts, "rentals": rentals}) as workspace:
            pages = [workspace.api.get("/hosts", page=page) for page in (1, 2)]
            ids = [[record["id"] for record in records_of(page)] for page in pages]
            same([len(found) for found in ids], [100, 1], "the numbers of records on two pages of 101 hosts, without per_page")
            same(len({*ids[0], *ids[1]}), 101, "the number of different ids on both pages of 101 hosts")
            same(pages[0].header("X-Total-Count"), "101", "X-Total-Count of 101 hosts")
            beyond = workspace.api.get("/hosts", page=2, per_page=1000)
            same([record["id"] for record in records_of(beyond)], ids[1], f"{beyond.about}: the ids on the second page of 101 hosts")
            same(beyond.header("X-Per-Page"), "100", f"{beyond.about}: X-Per-Page")
            first = workspace.api.get("/rentals")
            same(len(records_of(first)), 50, f"{first.about}: the number of records on the first page of 51 rentals")


@claim("link-and-meta", fidelity=recorded("bookings, pagination; the official clients read one or the other"))
def link_and_meta(trial: Trial) -> None:
    """Link has first, prev, next and last as far as they apply, and keeps every parameter; meta says the same, as text."""
    from hypothesis import strategies as st

    def agree(resource: Resource, per_page: int, page: int, more: dict[str, str]) -> None:
        query = {**EVERYTHING.get(resource.plural, {}), **more, "page": page, "per_page": per_page}
        answer = trial.api.get(path_of(resource.plural), **query)
        _agrees(answer, page, {name: str(value) for name, value in query.items()})

    for resource in trial.readable():
        total = len(trial.everything(resource))
        pages = st.integers(1, max(1, -(-total // 3)))
        trial.explore(
            agree, 2 if trial.read_only else 6, resource=st.just(resource), per_page=st.integers(1, 3), page=pages, more=st.just({})
        )
        # All at once: what is lost is lost together with others, and each request costs.
        asked = {"fields": "id", "updated_since": "2001-01-01T00:00:00Z", **({"include": resource.links[0].name} if resource.links else {})}
        filters = {"status": "booked", "until": "2090-01-01"} if resource.plural == "bookings" else {}
        since = {"updated_since": "2100-01-01T00:00:00Z"}
        for more in ({**asked, **filters}, since):
            agree(resource, 1, 1, more)
        if total:
            record_id = trial.everything(resource)[-1]["id"]
            shown = {name: str(value) for name, value in CANCELLED_TOO.get(resource.plural, {}).items()}
            one = trial.api.get(f"{path_of(resource.plural)}/{record_id}", **shown)
            same(one.header("X-Total-Count"), "1", f"{one.about}: X-Total-Count of one record")
            _agrees(one, 1, shown)


def _agrees(answer: ApiResponse, page: int, query: dict[str, str]) -> None:
    link, meta = links_of(answer), answer.json["meta"]
    written = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in link.items())
    same(answer.header("Link"), written, f"{answer.about}: how Link is written, as clients take it apart")
    same(list(meta["Link"].items()), list(link.items()), f"{answer.about}: meta.Link, beside the header Link")
    figures = {name: answer.header(name) for name in ("X-Total-Pages", "X-Total-Count", "X-Per-Page")}
    same({name: meta[name] for name in figures}, figures, f"{answer.about}: the figures in meta, beside the headers")
    total, per_page, pages = (int(figures[name] or "") for name in ("X-Total-Count", "X-Per-Page", "X-Total-Pages"))
    same(pages, max(1, -(-total // per_page)), f"{answer.about}: X-Total-Pages of {total} records by {per_page}")
    same(len(records_of(answer)), max(0, min(per_page, total - (page - 1) * per_page)), f"{answer.about}: the number of records")
    wanted = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    if page == 1:
        del wanted["prev"]
    if page >= pages:
        del wanted["next"]
    same(list(link), list(wanted), f"{answer.about}: the relations of Link")
    same(answer.header("X-Current-Page"), str(page), f"{answer.about}: X-Current-Page")
    asked = answer.request.url.partition("?")[0]
    for relation, number in wanted.items():
        there = f"{asked}?{urlencode(sorted({**query, 'page': str(number)}.items()))}"
        same(link[relation], there, f"{answer.about}: the Link {relation!r}, all parameters in alphabetical order")


@claim("beyond-the-end", fidelity=assumed("a page beyond the end, or no number at all, was never recorded"))
def beyond_the_end(trial: Trial) -> None:
    """A page beyond the last one is answered 200 without records, with first, prev and last; 0 or no number is the default."""
    for resource in trial.readable()[: 2 if trial.read_only else None]:
        beyond = trial.api.get(path_of(resource.plural), page=999_999)
        same(records_of(beyond), [], f"{beyond.about}: the records")
        same(list(links_of(beyond)), ["first", "prev", "last"], f"{beyond.about}: the relations of Link")
    default = trial.api.get(path_of("conversations"))
    for odd in ({"per_page": 0}, {"per_page": "x"}, {"page": 0}, {"page": "x"}):
        answer = trial.api.get(path_of("conversations"), **odd)
        same(answer.header("X-Per-Page"), default.header("X-Per-Page"), f"{answer.about}: X-Per-Page, beside the default")
        ids = [record["id"] for record in records_of(answer)]
        same(ids, [record["id"] for record in records_of(default)], f"{answer.about}: the ids, beside those of the first page")


SORTED = ("conversations", "participants", "messages", "attachments", "clients", "sources", "inquiries")


@claim("order", fidelity=recorded("the lists of these resources"))
def order(trial: Trial) -> None:
    """Conversations, participants, messages, attachments, clients, sources and inquiries are listed by ascending id."""
    for resource in trial.readable():
        if resource.plural in SORTED:
            found = [record["id"] for record in trial.everything(resource)]
            same(found, sorted(found), f"the ids in the list of {resource.plural}")


@claim("total-count", fidelity=recorded("X-Total-Count of every list"))
def total_count(trial: Trial) -> None:
    """X-Total-Count is the number of records in the list, each of which is there once."""
    for resource in trial.readable():
        records = trial.everything(resource)
        # On a page of one record, their number is no other figure of the answer.
        answer = trial.api.get(path_of(resource.plural), per_page=1, **EVERYTHING.get(resource.plural, {}))
        if len(records) < resource.cap or not trial.read_only:
            same(answer.header("X-Total-Count"), str(len(records)), f"{answer.about}: X-Total-Count")
        same(len({record["id"] for record in records}), len(records), f"the different ids in the list of {resource.plural}")


@claim("client-habits", fidelity=recorded("the official Ruby and PHP clients, and others in production"))
def client_habits(trial: Trial) -> None:
    """What public clients do is tolerated: {} with GET, a slash at the end, any Accept, gzip, commas, unknown parameters, a blank page."""
    # Compare with the answer to a plain request.
    api = trial.api
    for number, resource in enumerate(trial.readable()):
        path, accept = path_of(resource.plural), ACCEPTED[number % len(ACCEPTED)]
        plain = [record["id"] for record in records_of(api.get(path))]
        answers = {
            "a trailing slash": api.call("GET", f"{path}/"),
            "a body {} with GET": api.call("GET", path, {}),
            f"Accept: {accept}": api.call("GET", path, headers={"Accept": accept}),
            "an unknown parameter": api.call("GET", path, colour="green"),
            "a blank page": api.call("GET", path, page=""),
            "Accept-Encoding: gzip": unpacked(api.call("GET", path, headers={"Accept-Encoding": "gzip, deflate"})),
        }
        for habit, answer in answers.items():
            same(answer.status, 200, f"{answer.about}: the status of {habit}")
            same([record["id"] for record in records_of(answer)], plain, f"{answer.about}: the ids, with {habit}")
        names = [link.name for link in resource.links[:2]]
        if not trial.read_only and len(names) > 1:
            encoded, bare = (api.get(f"{path}?per_page=2&include={comma.join(names)}") for comma in ("%2C", ","))
            same(records_of(bare), records_of(encoded), f"{bare.about}: the records, with a comma as it is")
        for record in [] if trial.read_only else trial.everything(resource)[-1:]:
            one = f"{path}/{record['id']}"
            status = api.call("GET", one).status
            for habit, answer in (("a body {} with GET", api.call("GET", one, {})), ("a trailing slash", api.call("GET", f"{one}/"))):
                same(answer.status, status, f"{answer.about}: the status of {habit}")
        echoed = dict(parse_qsl(urlsplit(links_of(answers["an unknown parameter"])["first"]).query))
        same(echoed.get("colour"), "green", f"{path}?colour=green: the parameter in the Link 'first'")

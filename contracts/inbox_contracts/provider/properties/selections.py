"""Reading a part, or more than one thing at once: ids, include, fields, and links that lead both ways."""

from inbox_contracts.provider.api import JSON, by_id, links_of, records_of, the_record
from inbox_contracts.provider.expectations import PropertyViolation, expect, same, shown
from inbox_contracts.provider.resources import CANCELLED_TOO, EVERYTHING, UNKNOWN, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.enumerations import MEMBERS
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Link, Resource

KEPT = {"id", "links"}
"""What may come along when it was not named: no source says."""


def _single(trial: Trial, plural: str, record_id: int) -> JSON:
    return trial.api.one(f"{path_of(plural)}/{record_id}", **CANCELLED_TOO.get(plural, {}))


@claim("several-ids", fidelity=recorded("rentals by ids; the official Ruby client asks so for every resource"))
def several_ids(trial: Trial) -> None:
    """Several ids in one path answer the records that each answers alone, and that the list has."""
    from hypothesis import strategies as st

    def as_singles(resource: Resource, chosen: list[int]) -> None:
        records = trial.everything(resource)
        ids = list(dict.fromkeys(records[n % len(records)]["id"] for n in chosen))
        listed = by_id(records)
        answer = trial.api.get(f"{path_of(resource.plural)}/{','.join(map(str, ids))}", **CANCELLED_TOO.get(resource.plural, {}))
        found = by_id(records_of(answer))
        same(sorted(record["id"] for record in records_of(answer)), sorted(ids), f"{answer.about}: the ids")
        same(answer.header("X-Total-Count"), str(len(ids)), f"{answer.about}: X-Total-Count")
        asked = answer.request.url.partition("?")[0]
        same([url.partition("?")[0] for url in links_of(answer).values()], [asked] * 2, f"{answer.about}: the addresses in Link")
        for record_id in ids:
            same(found[record_id], listed[record_id], f"{answer.about}: record {record_id}, beside the list's")
        same(_single(trial, resource.plural, ids[0]), found[ids[0]], f"{resource.name} {ids[0]} asked for alone")

    def alone(resource: Resource, nth: int) -> None:
        record = trial.everything(resource)[nth]
        found = _single(trial, resource.plural, record["id"])
        same(found, record, f"{resource.name} {record['id']} asked for alone, beside the list's")

    for resource in trial.readable():
        if trial.everything(resource):
            for nth in (0, -1):
                trial.explore(alone, 1, resource=st.just(resource), nth=st.just(nth))
            chosen = st.lists(st.integers(0, 60), min_size=1, max_size=6)
            trial.explore(as_singles, 2 if trial.read_only else 6, resource=st.just(resource), chosen=chosen)


@claim("some-unknown-ids", fidelity=assumed("several ids, some of which do not exist, were never recorded"))
def some_unknown_ids(trial: Trial) -> None:
    """Several ids in one path, of which one does not exist, are answered 200 with the others."""
    for resource in trial.readable()[: 2 if trial.read_only else None]:
        if trial.everything(resource):
            record_id = trial.everything(resource)[-1]["id"]
            for ids in (f"{record_id},{UNKNOWN}", f"{UNKNOWN},{record_id}"):
                answer = trial.api.get(f"{path_of(resource.plural)}/{ids}", **CANCELLED_TOO.get(resource.plural, {}))
                same([record["id"] for record in records_of(answer)], [record_id], f"{answer.about}: the ids")
                same(answer.header("X-Total-Count"), "1", f"{answer.about}: X-Total-Count, of those that exist")


@claim("include", fidelity=documented("/guides/understanding-inbox-messaging; embedding in place is recorded, rentals 2017"))
def include(trial: Trial) -> None:
    """include embeds associated records as they are when fetched directly, and changes nothing else; unknown names are ignored."""
    trial.need_all_views()
    from hypothesis import strategies as st

    readable = {resource.plural for resource in trial.readable()}

    def as_fetched(resource: Resource, link: str, nth: int) -> None:
        records = trial.everything(resource)
        plain = records[nth % len(records)]
        declared = next(each for each in resource.links if each.name == link)
        answer = trial.api.get(
            f"{path_of(resource.plural)}/{plain['id']}", include=f"{link},nonsense", **CANCELLED_TOO.get(resource.plural, {})
        )
        record = the_record(answer)
        expect(link in record, f"{answer.about}: {resource.name} {plain['id']} has no {link} in it")
        same({name: value for name, value in record.items() if name != link}, plain, f"{answer.about}: the record without {link}")
        plural, ids = _target(declared, plain)
        embedded = record[link] if declared.many else [] if record[link] is None else [record[link]]
        cancelled = plural == "bookings"  # no source says whether a cancelled one is embedded
        same(
            sorted(each["id"] for each in embedded if not cancelled),
            sorted(ids if not cancelled else []),
            f"{answer.about}: the ids in {link}",
        )
        for each in embedded[:2]:
            same(each, _single(trial, plural, each["id"]), f"{answer.about}: {link} {each['id']}, beside the same fetched directly")

    for resource in trial.readable():
        links = [link for link in resource.links if link.target in readable or link.name == "member"]
        if links and trial.everything(resource):
            _embeds_in_lists(trial, resource, [link.name for link in (links[-2:] if trial.read_only else links)])
            names = st.sampled_from([link.name for link in links])
            trial.explore(as_fetched, 2 if trial.read_only else 5, resource=st.just(resource), link=names, nth=st.integers(0, 60))


def _embeds_in_lists(trial: Trial, resource: Resource, names: list[str]) -> None:
    """Raise PropertyViolation unless lists with include are as without, and hold what is named on each page."""
    query = {**EVERYTHING.get(resource.plural, {}), "per_page": max(2, len(trial.everything(resource)) // 2)}
    wished = {"include": ",".join(names)}
    plain, more = (trial.api.get(path_of(resource.plural), **query, **more) for more in ({}, wished))
    for name in ("X-Total-Count", "X-Total-Pages", "X-Per-Page"):
        same(more.header(name), plain.header(name), f"{more.about}: {name}, beside the list's without include")
    same(sorted(links_of(more)), sorted(links_of(plain)), f"{more.about}: the relations of Link, beside the list's without include")
    same(more.json.get("links"), plain.json.get("links"), f"{more.about}: the templates, beside the list's without include")
    bare = [{name: value for name, value in record.items() if name not in names} for record in records_of(more)]
    same(bare, records_of(plain), f"{more.about}: the records without {names}, beside the list's")
    answers = [more]
    if not trial.read_only:
        ids = ",".join(str(record["id"]) for record in records_of(more)[:2])
        answers.append(trial.api.get(f"{path_of(resource.plural)}/{ids}", **wished, **CANCELLED_TOO.get(resource.plural, {})))
        also = {"page": more.header("X-Total-Pages")}, {"updated_since": "2001-01-01T00:00:00Z"}
        answers += [trial.api.get(path_of(resource.plural), **query, **wished, **each) for each in also]
    for answer in answers:
        for record in records_of(answer):
            for name in names:
                declared = next(each for each in resource.links if each.name == name)
                _embeds(trial, declared, record, f"{answer.about}: {resource.name} {record['id']}")


def _embeds(trial: Trial, link: Link, record: JSON, told: str) -> None:
    """Raise PropertyViolation unless a record of a list holds what its link names, each as its own list shows it."""
    expect(link.name in record, f"{told} has no {link.name} in it")
    found = record[link.name]
    embedded = found if link.many else [] if found is None else [found]
    if not isinstance(embedded, list):  # no `expect`: to show a record takes longer than to compare it
        raise PropertyViolation(f"{told} has {shown(found)} as its {link.name}, expected an array")
    plural, ids = _target(link, record)
    if plural != "bookings":  # no source says whether a cancelled one is embedded
        same(sorted(each["id"] for each in embedded), sorted(ids), f"{told}: the ids in {link.name}")
    if not trial.read_only:
        listed = by_id(trial.everything(RESOURCES[plural]))
        for each in embedded:
            same(each, listed.get(each["id"], each), f"{told}: {link.name} {each['id']}, beside its own list's")


def _target(link: Link, record: JSON) -> tuple[str, list[int]]:
    found = record["links"][link.name]
    if link.name == "member":
        return MEMBERS[found["type"]], [found["id"]]
    return link.target, found if link.many else [] if found is None else [found]


@claim("fields", fidelity=documented("/reference, fields"))
def fields(trial: Trial) -> None:
    """fields leaves the attributes that it names, with the same values, of a list and of one record."""
    from hypothesis import strategies as st

    def a_projection(resource: Resource, names: list[str], alone: bool) -> None:  # noqa: FBT001 - drawn
        whole = trial.everything(resource)
        path = f"{path_of(resource.plural)}/{whole[-1]['id']}" if alone else path_of(resource.plural)
        answer = trial.api.get(path, fields=",".join([*names, "nonsense"]), **EVERYTHING.get(resource.plural, {}))
        listed = by_id(whole)
        for record in records_of(answer):
            full = listed.get(record.get("id", 0))
            if full is None:
                continue
            wanted = {name: full[name] for name in names if name in full}
            named = {name: value for name, value in record.items() if name in names or name not in KEPT}
            same(named, wanted, f"{answer.about}: {resource.name} {record['id']}")

    def in_each_form(resource: Resource) -> None:
        whole = trial.everything(resource)
        path, query, name = path_of(resource.plural), EVERYTHING.get(resource.plural, {}), resource.attributes[-1].name
        ids = ",".join(str(record["id"]) for record in whole[:2])
        for address, also in ((f"{path}/{ids}", {}), (path, {"page": 2, "per_page": 1}), (path, {"updated_since": ""})):
            answer = trial.api.get(address, fields=name, **query, **also)
            for record in records_of(answer):
                more = sorted(set(record) - KEPT - {name})
                expect(not more, f"{answer.about}: {resource.name} {record.get('id')} has {', '.join(more)}, which fields does not name")

    for resource in trial.readable():
        if trial.everything(resource):
            names = st.lists(st.sampled_from([a.name for a in resource.attributes if a.read]), min_size=1, max_size=4, unique=True)
            trial.explore(a_projection, 2 if trial.read_only else 4, resource=st.just(resource), names=names, alone=st.booleans())
            if not trial.read_only:
                in_each_form(resource)


BOTH_WAYS = (
    ("conversations", "participants", "participants", "conversation"),
    ("conversations", "messages", "messages", "conversation"),
    ("conversations", "bookings", "bookings", "conversations"),
    ("conversations", "inquiries", "inquiries", "conversation"),
    ("messages", "attachments", "attachments", "messages"),
    ("sources", "bookings", "bookings", "source"),
    ("bookings", "inquiry", "inquiries", "booking"),
    ("hosts", "participants", "participants", "member"),
)


@claim("links-both-ways", fidelity=documented("/reference/endpoints: both ends are in the tables of their resources"))
def links_both_ways(trial: Trial) -> None:
    """An association shows at both of its ends."""
    trial.need_all_views()
    readable = {resource.plural for resource in trial.readable()}
    for plural, link, other, back in BOTH_WAYS:
        if not {plural, other} <= readable or any(len(trial.everything(RESOURCES[p])) >= 100 for p in (plural, other) if trial.read_only):
            continue
        there = {(r["id"], each) for r in trial.everything(RESOURCES[plural]) for each in _ids(r["links"], link)}
        here = {(each, r["id"]) for r in trial.everything(RESOURCES[other]) for each in _ids(r["links"], back)}
        told = f"links.{link} of {plural} and links.{back} of {other}"
        same(sorted(there - here), [], f"{told}: what only the first says")
        same(sorted(here - there), [], f"{told}: what only the second says")


def _ids(links: JSON, name: str) -> list[int]:
    found = links.get(name)
    if isinstance(found, dict):  # a member, of which a host alone names where it takes part
        return [found["id"]] if found["type"] == "Host" else []
    return found if isinstance(found, list) else [] if found is None else [found]


@claim("own-account", fidelity=documented("/reference/endpoints/accounts: a token is of one account"))
def own_account(trial: Trial) -> None:
    """links.account of every record is the token's account."""
    accounts = {account["id"] for account in trial.everything(RESOURCES["accounts"])}
    for resource in trial.readable():
        for record in trial.everything(resource):
            if "account" in record.get("links", {}):
                told = f"links.account of {resource.name} {record['id']} is {shown(record['links']['account'])}"
                expect(record["links"]["account"] in accounts, f"{told}, expected one of {sorted(accounts)}")

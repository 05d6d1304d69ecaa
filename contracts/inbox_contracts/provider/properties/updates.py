"""Keeping a copy up to date: updated_since, deleted_ids and synced-at."""

from collections.abc import Callable
from datetime import timedelta

from inbox_contracts.provider.api import JSON, Api, by_id, records_of
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.resources import EVERYTHING, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Resource

FLOW = documented("/guides/updated-since-flow")
FORMS = {"2030-06-01T12:00:00Z": "%Y-%m-%dT%H:%M:%SZ", "2030-06-01 12:00:00 UTC": "%Y-%m-%d %H:%M:%S UTC"}


def _since(trial: Trial, resource: Resource, since: str, **paging: object) -> set[int]:
    return set(_changed(trial, resource, since, **paging))


def _changed(trial: Trial, resource: Resource, since: str, **paging: object) -> dict[int, JSON]:
    query = {**EVERYTHING.get(resource.plural, {}), "updated_since": since, **paging}
    path = path_of(resource.plural)
    return by_id(records_of(trial.api.get(path, **query)) if trial.read_only else trial.api.all_of(path, **query))


def _stamps(trial: Trial, resource: Resource) -> list[str]:
    return sorted({record["updated_at"] for record in trial.everything(resource)})


@claim("updated-since", fidelity=FLOW)
def updated_since(trial: Trial) -> None:
    """updated_since answers all that changed after the time, whole, and nothing that did not; since long ago, the whole list."""
    from hypothesis import strategies as st

    def a_window(resource: Resource, nth: int, seconds: int, in_pages: bool) -> None:  # noqa: FBT001 - drawn
        stamps = _stamps(trial, resource)
        since = times.wire(times.parse(stamps[nth % len(stamps)]) + timedelta(seconds=seconds))
        paging = {"per_page": max(2, -(-len(trial.everything(resource)) // 3))} if in_pages and not trial.read_only else {}
        found = _changed(trial, resource, since, **paging)
        for record in trial.everything(resource):
            told = f"{resource.plural} updated_since {since}: {resource.name} {record['id']}, updated at {record['updated_at']}"
            expect(record["updated_at"] <= since or record["id"] in found, f"{told}, is not there")
            expect(record["updated_at"] >= since or record["id"] not in found, f"{told}, is there")
            same(found.get(record["id"], record), record, f"{told}, beside the list's")

    def the_whole(resource: Resource) -> None:
        found, listed = _changed(trial, resource, "2000-01-01T00:00:00Z"), by_id(trial.everything(resource))
        same(set(found), set(listed), f"the ids of all {resource.plural} updated since 2000")
        for record_id, record in listed.items():
            same(found[record_id], record, f"{resource.name} {record_id} as updated_since tells it, beside the list's")

    for resource in trial.readable():
        if trial.everything(resource):
            trial.explore(the_whole, 1, resource=st.just(resource))
            moments = st.integers(0, 40), st.sampled_from([-1, 1, 0, -3600])
            drawn = {"resource": st.just(resource), "nth": moments[0], "seconds": moments[1], "in_pages": st.booleans()}
            trial.explore(a_window, 2 if trial.read_only else 8, **drawn)


@claim(
    "updated-since-inclusive", fidelity=assumed("the guide says since, another page says after; with whole seconds only this loses nothing")
)
def updated_since_inclusive(trial: Trial) -> None:
    """What changed at the very second of updated_since is answered, too."""
    for resource in trial.readable():
        for stamp in _stamps(trial, resource)[-3:]:
            wanted = {record["id"] for record in trial.everything(resource) if record["updated_at"] >= stamp}
            same(_since(trial, resource, stamp), wanted, f"the ids of {resource.plural} updated since exactly {stamp}")


@claim("updated-since-forms", fidelity=recorded("the official sync library, and a client in production"))
def updated_since_forms(trial: Trial) -> None:
    """updated_since is read as 2030-06-01 12:00:00 UTC and as ISO 8601; blank means everything."""
    for resource in trial.readable():
        stamps = _stamps(trial, resource)
        if not stamps:
            continue
        # Not one that a record has: whether that counts is another question.
        middle = times.parse(stamps[len(stamps) // 2]) + timedelta(seconds=1)
        found = {form: _since(trial, resource, middle.strftime(pattern)) for form, pattern in FORMS.items()}
        same(found["2030-06-01 12:00:00 UTC"], found["2030-06-01T12:00:00Z"], f"the ids of {resource.plural} updated since {middle:%c}")
        everything = {record["id"] for record in trial.everything(resource)}
        same(_since(trial, resource, ""), everything, f"the ids of {resource.plural} with a blank updated_since")


@claim("deleted-ids", fidelity=recorded("the official sync library raises without it on the last page"))
def deleted_ids(trial: Trial) -> None:
    """meta.deleted_ids is there, if only empty, on every page whenever updated_since is, the same on each, and only then."""
    for resource in trial.readable():
        for since, more in (("", {}), ("2001-01-01T00:00:00Z", {"fields": "id"})):
            query = {
                **EVERYTHING.get(resource.plural, {}),
                **more,
                "updated_since": since,
                "per_page": max(2, len(trial.everything(resource)) // 2),
            }
            first = trial.api.get(path_of(resource.plural), **query)
            last = trial.api.get(path_of(resource.plural), **query, page=first.header("X-Total-Pages"))
            for answer in (first, last):
                deleted = answer.json["meta"].get("deleted_ids")
                good = isinstance(deleted, list) and all(type(each) is int for each in deleted) and len({*deleted}) == len(deleted)
                expect(good, f"{answer.about}: meta.deleted_ids is {shown(deleted)}, expected an array of ids, each once")
                same(next(iter(answer.json["meta"])), "deleted_ids", f"{answer.about}: the first key of meta")
            told = sorted(last.json["meta"]["deleted_ids"]), sorted(first.json["meta"]["deleted_ids"])
            same(*told, f"{last.about}: meta.deleted_ids, beside the first page's")
        plain = trial.api.get(path_of(resource.plural))
        expect("deleted_ids" not in plain.json["meta"], f"{plain.about}: meta has deleted_ids, though updated_since was not asked")


class _Copy:
    """A copy of some lists, kept only by updated_since, deleted_ids and synced-at."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.records: dict[str, dict[int, JSON]] = {}
        self.synced: dict[str, str] = {}

    def sync(self, plural: str) -> None:
        kept, synced_at, gone = self.records.setdefault(plural, {}), None, set[int]()
        query = {"from": "2000-01-01"} if plural == "bookings" else {}
        for page in self.api.pages(path_of(plural), updated_since=self.synced.get(plural, ""), per_page=20, **query):
            synced_at = synced_at or page.header("x-updated-since-request-synced-at")
            kept.update(by_id(records_of(page)))
            gone.update(page.json["meta"]["deleted_ids"])
        for record_id in gone:
            kept.pop(record_id, None)
        self.synced[plural] = str(synced_at)


@claim("following", fidelity=FLOW, reads=False, fake=True)
def following(trial: Trial) -> None:
    """Who syncs with the synced-at of the first page, and forgets deleted_ids, always has what the list has."""
    from hypothesis import strategies as st

    def stays_true(rounds: list[list[str]]) -> None:
        with trial.workspace() as workspace:
            copy = _Copy(workspace.api)
            for plural in FOLLOWED:
                copy.sync(plural)
            for writes in rounds:
                workspace.advance("7s")
                now = workspace.fake.clock.now
                for write in writes:
                    WRITES[write](workspace)
                for plural in FOLLOWED:
                    copy.sync(plural)
                    same(copy.synced[plural], times.synced_at(now), f"x-updated-since-request-synced-at of the {plural} at {now}")
                    query = {"from": "2000-01-01"} if plural == "bookings" else {}
                    truth = by_id(workspace.api.all_of(path_of(plural), **query))
                    found = copy.records[plural]
                    same(sorted(found), sorted(truth), f"the {plural} of a copy kept by updated_since, beside the list, after {writes}")
                    for record_id, record in truth.items():
                        told = f"{plural} {record_id} in a copy kept by updated_since, after {writes}"
                        same(found[record_id]["updated_at"], record["updated_at"], f"updated_at of {told}")

    trial.explore(stays_true, 6, rounds=st.lists(st.lists(st.sampled_from(list(WRITES)), max_size=2), min_size=1, max_size=2))


FOLLOWED = ("conversations", "messages", "bookings", "clients", "hosts")


WRITES: dict[str, Callable[[Workspace], object]] = {
    "a message": lambda workspace: workspace.new("messages"),
    "a conversation": lambda workspace: workspace.new("conversations"),
    "a closed conversation": lambda workspace: workspace.change("conversations", _first(workspace, "conversations"), {"closed": True}),
    "a changed booking": lambda workspace: workspace.change("bookings", workspace.id("bookings"), {"adults": 3}),
    "a cancelled booking": lambda workspace: [
        workspace.api.call("DELETE", f"/bookings/{workspace.new('bookings')['id']}"),
        workspace.api.call("DELETE", f"/bookings/{_first(workspace, 'bookings')}"),
    ],
    "a client": lambda workspace: workspace.new("clients"),
    "a host": lambda workspace: workspace.new("hosts"),
}


def _first(workspace: Workspace, plural: str) -> int:
    return int(records_of(workspace.api.get(path_of(plural)))[0]["id"])

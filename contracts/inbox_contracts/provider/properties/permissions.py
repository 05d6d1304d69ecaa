"""What a token permits: its scopes, and the records of its own account alone."""

from dataclasses import replace

from inbox_contracts.provider.api import JSON, Api, records_of, wanted
from inbox_contracts.provider.expectations import expect, same, shown
from inbox_contracts.provider.properties.constraints import writable
from inbox_contracts.provider.resources import (
    CANCELLED_TOO,
    CREATED,
    EVERYTHING,
    LISTED,
    UNKNOWN,
    ContractOperation,
    address_of,
    operations,
    path_of,
)
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain.fidelity import documented

ALONE = (
    "public",
    "applications_read",
    "applications_write",
    *(f"{area}_{power}" for area in ("bookings", "inquiries") for power in ("read", "write", "write_owned")),
    *(f"{area}_{power}" for area in ("clients", "inbox", "rentals", "payments", "reviews") for power in ("read", "write")),
    "webhooks_read",
)
OTHERWISE = ("conversations", "clients")
"""Of these, PATCH, HEAD and several ids are tried, too: one alone would do, if all were asked in the same way everywhere."""


@claim("scopes", fidelity=documented("/reference/authorization"), reads=False, fake=True)
def scopes(trial: Trial) -> None:
    """Each operation is done with any one of its scopes, and answered 403 without; write implies read."""
    from hypothesis import strategies as st

    with trial.workspace() as workspace:

        def as_granted(granted: tuple[str, ...], operation: ContractOperation) -> None:
            _try(_granted(*granted), granted, operation)

        def _granted(*granted: str) -> Api:
            return Api(trial.target.connection, workspace.fake.issue_token(*granted))

        others = [replace(each, method="PATCH") for each in operations() if each.method == "PUT" and each.plural in OTHERWISE]
        reading = [each for each in operations() if each.method == "GET" and each.plural in OTHERWISE]
        others += [replace(each, method="HEAD") for each in reading]
        others += [replace(each, path=each.path.replace("{id}", "{id},{id}")) for each in reading if "{id}" in each.path]
        for scope in ALONE:
            api = _granted(scope)
            for operation in (*operations(), *others):
                _try(api, (scope,), operation)
        several = st.lists(st.sampled_from(ALONE), min_size=2, max_size=4, unique=True).map(tuple)
        trial.explore(as_granted, 30, granted=several, operation=st.sampled_from(operations()))


def _try(api: Api, granted: tuple[str, ...], operation: ContractOperation) -> None:
    path = operation.path.format(id=UNKNOWN, rental=1)
    answer = api.call(operation.method, path, {operation.plural: [{}]} if operation.method in {"POST", "PUT", "PATCH"} else None)
    told = f"{answer.about}, with the scopes {' '.join(granted)}"
    held = {"public", *granted, *(f"{scope.removesuffix('_write')}_read" for scope in granted if scope.endswith("_write"))}
    if held.isdisjoint(operation.scopes):
        same(answer.status, 403, f"{told}: the status")
    else:
        allowed = answer.status < 300 or answer.status in {400, 404, 422}
        expect(allowed, f"{told}: refused, though {' or '.join(operation.scopes)} allows it")


@claim("accounts-apart", fidelity=documented("/reference/endpoints/accounts"), reads=False, fake=True)
def accounts_apart(trial: Trial) -> None:
    """A token of one account sees nothing of another account, by no id, and changes nothing there."""
    with trial.workspace("three-accounts") as workspace:
        apis = [Api(trial.target.connection, account["token"]) for account in workspace.fake.made["accounts"]]
        for resource in LISTED:
            if resource.plural == "applications":  # the same applications are installed on several accounts
                continue
            query: dict[str, object] = {"from": "2000-01-01"} if resource.plural == "bookings" else {}
            seen = [{record["id"] for record in api.all_of(path_of(resource.plural), **query)} for api in apis]
            same(seen[0] & seen[1], set(), f"the ids of {resource.plural} that tokens of two accounts both list")
            changed = apis[0].get(path_of(resource.plural), updated_since="2001-01-01T00:00:00Z", **query)
            same({record["id"] for record in records_of(changed)}, seen[0], f"{changed.about}: the ids, beside the list's")
            path = path_of(resource.plural)
            for record_id in sorted(seen[1])[:2]:
                answer = apis[0].call("GET", f"{path}/{record_id}")
                same(answer.status, 404, f"{answer.about}: the status of a record of another account")
                current = apis[1].call("GET", f"{path}/{record_id}").header("ETag") or "*"
                for method, headers in (("HEAD", {}), ("GET", {"If-None-Match": current})):
                    answer = apis[0].call(method, f"{path}/{record_id}", headers=headers)
                    same(answer.status, 404, f"{answer.about}: the status of a record of another account, with {shown(headers)}")
                if resource.plural in CREATED:
                    shown_too: dict[str, object] = {**CANCELLED_TOO.get(resource.plural, {})}
                    before = apis[1].one(f"{path}/{record_id}", **shown_too)
                    for method in ("PUT", "PATCH"):
                        answer = apis[0].call(method, f"{path}/{record_id}", {resource.plural: [{}]})
                        same(answer.status, 404, f"{answer.about}: the status of a change of another account's record")
                    after = apis[1].one(f"{path}/{record_id}", **shown_too)
                    same(after, before, f"{path}/{record_id}, after another account tried to change it")
            for mine, theirs in zip(sorted(seen[0])[:1], sorted(seen[1])[:1], strict=False):
                several = apis[0].get(f"{path}/{mine},{theirs}", **CANCELLED_TOO.get(resource.plural, {}))
                same([record["id"] for record in records_of(several)], [mine], f"{several.about}: the ids")
        _embeds_nothing_of_others(apis)
        _ties_nothing_of_others(Workspace(apis[0], None, workspace.days), apis[1])


def _embeds_nothing_of_others(apis: list[Api]) -> None:
    """A message of one's own cannot be tied to what belongs to somebody else, and nothing is embedded that does."""
    theirs = {plural: [record["id"] for record in apis[1].all_of(path_of(plural))] for plural in ("hosts", "conversations", "participants")}
    own = apis[0].all_of(path_of("conversations"), include="participants")
    found = {participant["id"] for conversation in own for participant in conversation["participants"]}
    same(found & set(theirs["participants"]), set(), "the ids of embedded participants of another account")


REFERENCES = (
    ("messages", "attachment_ids", "attachments"),
    ("hosts", "source_id", "sources"),
    ("inquiries", "source_id", "sources"),
    ("messages", "conversation_id", "conversations"),
    ("messages", "sender_id", "participants"),
    ("participants", "conversation_id", "conversations"),
    ("participants", "member_id", "hosts"),
    ("conversations", "assignee_id", "hosts"),
    ("conversations", "source_id", "sources"),
    ("bookings", "client_id", "clients"),
    ("bookings", "source_id", "sources"),
)


def _ties_nothing_of_others(own: Workspace, theirs: Api) -> None:
    """Nothing of one's own refers to what belongs to somebody else, and nothing that does is booked or cancelled."""
    Workspace(theirs, None, own.days).new("attachments")
    other: dict[str, int] = {plural: theirs.get(path_of(plural)).json[plural][0]["id"] for _, _, plural in REFERENCES}
    for plural, name, target in REFERENCES:
        tied: JSON = {name: [other[target]] if name.endswith("_ids") else other[target]}
        answers = [own.attempt(plural, {**own.least(plural), **tied})]
        if name in writable(plural):
            answers.append(own.api.call("PUT", address_of(plural, own.id(plural)), {plural: [tied]}))
        for answer in answers:
            expect(400 <= answer.status < 500, f"{answer.about}: the status of {plural} with another account's {name}, expected a refusal")
    booking, rental = (theirs.get(path).json[path[1:]][0]["id"] for path in ("/bookings", "/rentals"))
    connect = f"{path_of('conversations')}/{own.id('conversations')}/connect_booking"
    attach = f"{address_of('messages', own.id('messages'))}/add_attachment"
    for method, path, written in (
        ("PUT", connect, {"bookings": [{"id": booking}]}),
        ("PUT", attach, {"attachments": [{"id": other["attachments"]}]}),
        ("DELETE", f"/bookings/{booking}", None),
        ("POST", f"/rentals/{rental}/bookings", {"bookings": [own.least("bookings")]}),
    ):
        answer = own.api.call(method, path, written)
        expect(400 <= answer.status < 500, f"{answer.about}: the status of what belongs to another account, expected a refusal")
    wanted(theirs.call("DELETE", f"/bookings/{booking}"), 204)
    gone = own.api.get("/bookings", updated_since="2001-01-01T00:00:00Z").json["meta"]["deleted_ids"]
    expect(booking not in gone, f"meta.deleted_ids has {booking}, a booking that another account has cancelled")


PUBLIC_OF_BOOKINGS = {
    *("links", "id", "start_at", "end_at", "start_at_global", "end_at_global", "status", "updated_at", "reference", "owned_by_app"),
}
HIDDEN = ("id", "final_price", "notes", "adults", "door_key_code")
"""Attributes of bookings, of which the public may see the first."""


@claim("public-view", fidelity=documented("/reference/endpoints/bookings and accounts, /guides/oauth-scopes"), reads=False, fake=True)
def public_view(trial: Trial) -> None:
    """Without a scope that reads them, bookings of others show when they are, and no more; past and cancelled ones do not show."""
    with trial.workspace("agency") as workspace:
        listed = {record["id"] for record in workspace.api.all_of("/bookings")}
        hidden = {record["id"] for record in workspace.api.all_of("/bookings", **EVERYTHING["bookings"])} - listed
        for scope in ("public", "bookings_write_owned"):
            api = Api(trial.target.connection, workspace.fake.issue_token(scope))
            found = api.all_of("/bookings", **{"from": "2000-01-01", "include_canceled": "true"})
            asked = f"/bookings/{','.join(map(str, sorted(listed)[:2]))}", f"/bookings/{max(listed)}"
            found += [record for path in asked for record in records_of(api.get(path))]
            found += api.all_of("/bookings", fields=",".join(HIDDEN)) + api.all_of("/bookings", updated_since="2001-01-01T00:00:00Z")
            same({record["id"] for record in found}, listed, f"the ids of bookings that {scope} shows, beside the usual ones")
            names = {name for record in found for name in record}
            same(names - PUBLIC_OF_BOOKINGS, set(), f"the attributes of bookings that {scope} shows beyond the public ones")
            for booking_id in sorted(hidden)[:2]:
                answer = api.call("GET", f"/bookings/{booking_id}", include_canceled="true")
                same(answer.status, 404, f"{answer.about}: the status of a past or cancelled booking, with {scope}")
            expect("inbox_email" not in api.one("/accounts"), f"inbox_email of an account is told to {scope}")
        reader = Api(trial.target.connection, workspace.fake.issue_token("inbox_read"))
        expect("inbox_email" in reader.one("/accounts"), "inbox_email of an account is not told to inbox_read")

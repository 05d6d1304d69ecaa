"""ETags, and requests that ask for what has changed alone."""

from itertools import combinations

from inbox_contracts.provider.api import JSON
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.headers import has_weak_etag
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain.fidelity import assumed, recorded

RFC = recorded("RFC 9110, which the recorded headers invoke")
NOTHING = f'W/"{"0" * 32}"'
"""An ETag that no answer has."""


def _again(trial: Trial, answer: ApiResponse, etag: str) -> ApiResponse:
    """Ask for the same once more, unless it still has an ETag."""
    address = answer.request.url.removeprefix(f"{trial.target.connection.root}/api/v3")
    return trial.api.call("GET", address, headers={"If-None-Match": etag})


@claim("etag", fidelity=recorded("every recording of a 200; that it tells bodies apart is what an ETag is for"))
def etag(trial: Trial) -> None:
    """Every success has a weak ETag of 32 hex digits: the same one for the same body, another one for another."""
    for resource in trial.readable():
        forms = trial.answers(resource)
        answers = [*(trial.api.get(path_of(resource.plural), **more) for more in ({}, {"fields": resource.attributes[-1].name})), *forms]
        for answer in answers:
            has_weak_etag(answer)
        for first, second in combinations(answers, 2):
            if first.body == second.body and first.request.url == second.request.url:
                same(second.header("ETag"), first.header("ETag"), f"{second.about}: the ETag of the same body")
            if first.body != second.body:
                told = f"{second.about}: the ETag {second.header('ETag')} is that of another body, {first.about}"
                expect(first.header("ETag") != second.header("ETag"), told)


@claim("not-modified", fidelity=assumed("ETag and must-revalidate are recorded, what becomes of If-None-Match is not"))
def not_modified(trial: Trial) -> None:
    """If-None-Match with the current ETag, alone or among others, is answered 304, without a body, with the headers that RFC 9110 wants."""
    for resource in trial.readable():
        for first in trial.answers(resource)[: 1 if trial.read_only else None]:
            current = first.header("ETag") or ""
            for wanted in (current,) if trial.read_only else (current, f"{NOTHING}, {current}"):
                again = _again(trial, first, wanted)
                same(again.status, 304, f"{again.about}: the status, with the current ETag in If-None-Match: {wanted}")
                same(again.body, b"", f"{again.about}: the body of a 304")
                for name in ("ETag", "Cache-Control", "Vary"):
                    same(again.header(name), first.header(name), f"{again.about}: {name} of a 304, beside that of the 200")


@claim("new-etag", fidelity=RFC, reads=False)
def new_etag(trial: Trial) -> None:
    """When a record has changed, its ETag and that of its list are others, and the old ones are answered 200."""
    with trial.workspace() as workspace:
        path, booking = path_of("conversations"), {"id": workspace.id("bookings")}
        one, participant = f"{path}/{workspace.id('conversations')}", f"{path_of('participants')}/{workspace.id('participants')}"
        last_page = f"{path}?page={workspace.api.get(path).header('X-Total-Pages')}"  # where the newest is
        message = f"{path_of('messages')}/{workspace.id('messages')}"
        changes: tuple[tuple[str, str, str, JSON], ...] = (
            (last_page, one, "conversations", {"closed": True}),
            (one, one, "conversations", {"closed": False}),
            (one, f"{one}/connect_booking", "bookings", booking),  # which moves no updated_at
            (f"{one}?include=participants", participant, "participants", {"read": True}),
            (message, f"{message}/add_attachment", "attachments", {"id": workspace.id("attachments")}),
            *_changes_of_one(workspace),
        )
        for address, changed, plural, written in changes:
            before = workspace.api.get(address)
            workspace.advance("3s")
            workspace.api.put(changed, plural, written)
            held = {"If-None-Match": before.header("ETag") or ""}
            after = workspace.api.call("GET", address, headers=held)
            same(after.status, 200, f"{after.about}: the status after a change, with the ETag of before")
            expect(after.header("ETag") != before.header("ETag"), f"{after.about}: the ETag is still {after.header('ETag')} after a change")
        before = workspace.api.get(path_of("sources"))
        workspace.new("sources")
        after = workspace.api.get(path_of("sources"))
        expect(after.header("ETag") != before.header("ETag"), f"{after.about}: the ETag is still {after.header('ETag')} with a new record")


WRITTEN: dict[str, JSON] = {
    "hosts": {"lastname": "Changed"},
    "clients": {"company": "Changed"},
    "sources": {"name": "Changed"},
    "bookings": {"adults": 3},
    "inquiries": {"message": "Changed"},
    "messages": {"content": "Changed"},
    "attachments": {"name": "changed.txt"},
}


def _changes_of_one(workspace: Workspace) -> list[tuple[str, str, str, JSON]]:
    """Return a change of a record of each kind: the address that shows it, the one that is written to, its plural, what is written."""
    addresses = {plural: f"{path_of(plural)}/{workspace.id(plural)}" for plural in WRITTEN}
    return [(addresses[plural], addresses[plural], plural, written) for plural, written in WRITTEN.items()]


@claim("modified", fidelity=RFC)
def modified(trial: Trial) -> None:
    """If-None-Match with another ETag is answered as if it were not there."""
    for resource in trial.readable():
        for first in trial.answers(resource)[: 1 if trial.read_only else None]:
            stale = _again(trial, first, NOTHING)
            same(stale.status, 200, f"{stale.about}: the status, with another ETag in If-None-Match")

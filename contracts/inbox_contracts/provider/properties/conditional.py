"""ETags."""

import re

from inbox_contracts.provider.expectations import Property, expect, same
from inbox_contracts.provider.resources import path_of
from inbox_contracts.provider.trial import Trial
from inbox_mock.domain.fidelity import assumed, recorded

WEAK = re.compile(r'W/"[0-9a-f]{32}"')


def _etag(trial: Trial) -> None:
    for resource in trial.readable():
        first, second = (trial.api.get(path_of(resource.plural)) for _ in range(2))
        expect(WEAK.fullmatch(first.header("ETag") or ""), f'{first.about}: ETag is {first.header("ETag")!r}, expected W/"<32 hex digits>"')
        if first.body == second.body:
            same(second.header("ETag"), first.header("ETag"), f"{second.about}: the ETag of the same body")
        other = trial.api.get(path_of(resource.plural), per_page=1)
        if other.body != first.body:
            expect(other.header("ETag") != first.header("ETag"), f"{other.about}: another body has the same ETag, {first.header('ETag')}")


def _not_modified(trial: Trial) -> None:
    for resource in trial.readable():
        path = path_of(resource.plural)
        first = trial.api.get(path)
        etag = first.header("ETag") or ""
        again = trial.api.call("GET", path, headers={"If-None-Match": etag})
        same(again.status, 304, f"{again.about}: the status, with the ETag of a moment ago in If-None-Match")
        same(again.body, b"", f"{again.about}: the body of a 304")
        same(again.header("ETag"), etag, f"{again.about}: the ETag of a 304")


def _modified(trial: Trial) -> None:
    for resource in trial.readable():
        stale = trial.api.call("GET", path_of(resource.plural), headers={"If-None-Match": f'W/"{"0" * 32}"'})
        same(stale.status, 200, f"{stale.about}: the status, with a foreign ETag in If-None-Match")


PROPERTIES = (
    Property(
        name="etag",
        says="Every success has a weak ETag of 32 hex digits: the same one for the same body, another one for another.",
        fidelity=recorded("every recording of a 200; that it tells bodies apart is what an ETag is for"),
        judge=_etag,
    ),
    Property(
        name="not-modified",
        says="If-None-Match with the current ETag is answered 304, without a body.",
        fidelity=assumed("ETag and must-revalidate are recorded, what becomes of If-None-Match is not"),
        judge=_not_modified,
    ),
    Property(
        name="modified",
        says="If-None-Match with another ETag is answered as if it were not there.",
        fidelity=recorded("RFC 9110, which the recorded headers invoke"),
        judge=_modified,
    ),
)

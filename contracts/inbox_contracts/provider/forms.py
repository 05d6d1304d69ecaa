"""The forms of a resource's answers."""

from collections.abc import Iterator, Sequence
from typing import Any

from inbox_contracts.provider.api import Api, wanted
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.resources import CANCELLED_TOO, path_of
from inbox_mock.resources.declaration import Resource


def forms(api: Api, resource: Resource, ids: Sequence[int], *, few: bool) -> Iterator[ApiResponse]:
    """Yield answers of a resource: its list, a record, several ids, a later page, with include and more; ``few``: the first two."""
    path = path_of(resource.plural)
    shown: dict[str, Any] = CANCELLED_TOO.get(resource.plural, {})
    yield api.get(path)
    for record_id in dict.fromkeys(ids[:1] if few else (*ids[:1], *ids[-1:])):
        answer = api.call("GET", f"{path}/{record_id}", **shown)
        if answer.status != 404:  # a past booking
            yield wanted(answer, 200)
    if not few:
        names = ",".join(link.name for link in resource.links[:1])
        yield api.get(f"{path}/{','.join(map(str, ids[:3]))}", **shown) if len(ids) > 1 else api.get(path, per_page=1)
        for query in ({"page": 2, "per_page": 1}, {"include": names or "nonsense", "per_page": 2}, {"updated_since": ""}):
            yield api.get(path, **query)

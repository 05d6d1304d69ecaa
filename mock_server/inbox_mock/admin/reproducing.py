"""What a new sandbox of a scenario answers to recorded requests: a test can assert that, and no more."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from inbox_mock.admin.exchanges import Copy
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.recordings.exchange import Exchange, RecordedResponse, header
from inbox_mock.recordings.writing import JSON, VARIABLE
from inbox_mock.scenarios.build import Overrides, build_image, build_recipe
from inbox_mock.scenarios.loading import from_object
from inbox_mock.services import oauth

NOTHING = object()
UPLOADS = "/uploads/"
"""How the part of a file's address begins that another sandbox does not have."""


def started(sandbox: Sandbox, origin: str) -> Copy:
    """Return a copy of a sandbox as it is after a reset; one whose clock runs begins when it was made."""
    start, wall = sandbox.storage.start(), sandbox.storage.label.created_at
    return Copy(start.image or build_recipe(start.recipe or b"", wall), origin, wall)


def reproduced(
    exchanges: Iterable[Exchange], tokens: Mapping[str, JSON], scenario: Mapping[str, Any], origin: str
) -> tuple[list[Exchange], int]:
    """Return exchanges whose answers hold what a new sandbox of a scenario answers, too, without addresses; and how many lack more.

    An answer of another status is left out.
    """
    copy = Copy(build_image(from_object(scenario), Overrides(mode="manual"), 0.0), origin, 0.0)
    with copy.sandbox.work() as work:
        given = {
            name: oauth.issue_token(work, made["application_id"], made["account_id"], tuple(made["scopes"]))["token"]
            for name, made in tokens.items()
        }
    found = []
    differing = 0
    for exchange in exchanges:
        variable = VARIABLE.search(header(exchange.request.headers, "Authorization") or "")
        if exchange.at is not None:
            copy.pass_until(exchange.at)
        again = copy.answer(exchange.request, variable and given.get(variable[1]))
        response, is_same = _agreed(exchange.response, again, origin)
        found.append(replace(exchange, response=response))
        differing += not is_same
    return found, differing


def _agreed(response: RecordedResponse | None, again: RecordedResponse | None, origin: str) -> tuple[RecordedResponse | None, bool]:
    """Return what two answers have in common, and whether they are the same but for addresses."""
    if response is None or again is None:
        return response and RecordedResponse(response.status, (), None), True
    if response.status != again.status:
        return None, False
    if not response.body or not again.body:
        return (None if response.status == 304 else RecordedResponse(response.status)), True  # the ETag depends on addresses
    recorded = orjson.loads(response.body)
    both = _common(recorded, orjson.loads(again.body), origin)
    return RecordedResponse(response.status, (), orjson.dumps(both)), both == _common(recorded, recorded, origin)


def _common(one: object, other: object, origin: str) -> object:
    """Return what two values of JSON have in common, without addresses; NOTHING if that is nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = {name: _common(value, other[name], origin) for name, value in one.items() if name in other}
        return {name: value for name, value in both.items() if value is not NOTHING}
    if isinstance(one, list) and isinstance(other, list):
        items = [_common(*pair, origin) for pair in zip(one, other, strict=False)]
        return items if len(one) == len(other) and NOTHING not in items else NOTHING
    is_address = isinstance(one, str) and (origin in one or one.startswith(UPLOADS))
    return one if one == other and type(one) is type(other) and not is_address else NOTHING

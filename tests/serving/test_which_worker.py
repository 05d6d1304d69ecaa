"""Which worker carries a request out: the one that serves the sandbox that it is about. Before that is known, nothing is done."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api.oauth import FORM, Application
from builders import JSON, a_scenario
from conftest import OPTIONS
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Fake, create_app
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.errors import Elsewhere
from inbox_mock.store.homes import Share
from serving.handed import SharedHome

OF_ANY_WORKER = {
    *("admin.create_sandbox", "admin.get_catalogue", "admin.list_sandboxes", "admin.openapi", "admin.prune_sandboxes"),
    *("admin.open_bundle", "admin.read_recording"),
    *("livez", "readyz", "reference.openapi", "telemetry.exposition"),
}
"""What is about no sandbox, besides the pages of the dashboard and of the reference."""
PAGES = ("dashboard.", "docs.")
NAMED = {"ids": "1", "rental_id": "16", "record_id": "1", "attachment_id": "1", "name": "x", "token": "x", "page": "faults"}
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126)) | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


@pytest.fixture(scope="module")
def two() -> tuple[Fake, Fake]:
    """What two workers serve, of which the first has the default sandbox."""
    first = SharedHome(Share(0, 2))
    return create_app(OPTIONS, home=first), create_app(OPTIONS, home=SharedHome(Share(1, 2), first))


@pytest.fixture(scope="module")
def other(two: tuple[Fake, Fake]) -> Flask:
    """The application of the worker that has neither the sandbox nor the default one."""
    return two[1].app


@pytest.fixture(scope="module")
def sandbox(two: tuple[Fake, Fake]) -> Sandbox:
    return Mock(InProcess(two[0].app)).sandbox(a_scenario())


def operations(app: Flask) -> Iterator[tuple[str, str, str]]:
    """The name, the method and the path of each operation; ``SANDBOX`` stands for a sandbox's id."""
    for rule in app.url_map.iter_rules():
        values = {name: NAMED.get(name, "SANDBOX") for name in rule.arguments}
        built = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield rule.endpoint, method, built


def owner(app: Flask, method: str, path: str, **more: Any) -> str | None:
    """The sandbox for which a request is left to another worker; None if it is answered."""
    try:
        answer = app.test_client().open(path, method=method, buffered=True, **more)
    except Elsewhere as found:
        return found.sandbox_id
    assert answer.status_code < 500
    return None


def test_whatever_is_about_a_sandbox_is_left_to_its_worker(two: tuple[Fake, Fake], other: Flask, sandbox: Sandbox) -> None:
    version = two[0].sandboxes.get(sandbox.id).version
    client = Application(sandbox).credentials
    owners = {
        (name, method): owner(
            other,
            method,
            path.replace("SANDBOX", sandbox.id),
            query_string=client if path.startswith("/oauth") else None,
            headers={} if path.startswith("/oauth") else {"Authorization": f"Bearer {sandbox.api.token}"},
            data=b"" if method == "GET" else b"not JSON",
        )
        for name, method, path in operations(other)
        if name not in OF_ANY_WORKER and not name.startswith(PAGES)
    }

    assert len(owners) > 80
    assert {asked: found for asked, found in owners.items() if found != sandbox.id} == {}
    assert two[0].sandboxes.get(sandbox.id).version == version


def test_whatever_is_about_no_sandbox_is_answered_by_any_worker(other: Flask) -> None:
    owners = {
        name: owner(other, method, path) for name, method, path in operations(other) if name in OF_ANY_WORKER or name.startswith(PAGES)
    }

    assert set(owners) >= OF_ANY_WORKER
    assert set(owners.values()) == {None}
    assert owner(other, "GET", "/nothing") is None


WAYS: dict[str, Callable[[JSON], JSON]] = {
    "in the query": lambda given: {"query_string": given},
    "in a form": lambda given: {"data": urlencode(given), "headers": FORM},
    "as JSON": lambda given: {"data": orjson.dumps(given)},
    "as Basic": lambda given: {"headers": {"Authorization": f"Basic {b64encode(':'.join(given.values()).encode()).decode()}"}},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_client_is_known_however_it_presents_itself(other: Flask, sandbox: Sandbox, way: str) -> None:
    credentials: JSON = Application(sandbox).credentials

    assert owner(other, "POST", "/oauth/token", **WAYS[way](credentials)) == sandbox.id


@pytest.mark.parametrize("name", ["code", "refresh_token"])
def test_without_a_client_what_is_exchanged_says_where(other: Flask, sandbox: Sandbox, name: str) -> None:
    assert owner(other, "POST", "/oauth/token", query_string={name: sandbox.id + "0" * 52}) == sandbox.id


@given(token=TOKENS)
def test_any_other_token_is_one_of_the_default_sandbox(other: Flask, token: str) -> None:
    assert owner(other, "GET", "/api/v3/me", headers={"Authorization": f"Bearer {token}"}) == DEFAULT_SANDBOX


def test_a_worker_makes_sandboxes_that_it_serves_itself(two: tuple[Fake, Fake]) -> None:
    made = [[Mock(InProcess(fake.app)).sandbox(a_scenario()).id for _ in range(5)] for fake in two]

    assert [{Share(0, 2).owner(sandbox_id) for sandbox_id in ids} for ids in made] == [{0}, {1}]
    assert set(made[0] + made[1]) <= {found["id"] for found in Mock(InProcess(two[0].app)).admin.get("/sandboxes").json["sandboxes"]}

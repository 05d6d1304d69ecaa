"""GET /__admin/sandboxes: pages of what is known of each sandbox, without waiting for one, opening or changing it."""

from collections.abc import Callable
from typing import Any

import pytest

from fake import InProcess, Mock, Sandbox, admin_client
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.domain import limits
from inbox_mock.engine import sandboxes
from inbox_mock.scenarios.loading import find
from inbox_mock.store import images
from serving.locks import hold


@pytest.fixture
def own() -> Fake:
    """A fake of the test's own, with its default sandbox alone."""
    return create_app(Options(scenario=find("empty")))


@pytest.fixture
def alone(own: Fake) -> Mock:
    return Mock(InProcess(own.app))


def listed(mock: Mock, **query: Any) -> list[str]:
    return [one["id"] for one in mock.admin.get("/sandboxes", **query).json["sandboxes"]]


def test_a_page_has_the_latest_oldest_first_and_tells_how_many_there_are(alone: Mock) -> None:
    made = [alone.sandbox().id for _ in range(5)]

    assert listed(alone, limit=2) == made[3:]
    assert listed(alone, limit=2, skip=2) == made[1:3]
    assert listed(alone, limit=2, skip=5) == ["000000000000"]
    assert listed(alone, limit=2, skip=6) == []
    assert listed(alone, limit=0) == []
    assert alone.admin.get("/sandboxes", limit=2).json["count"] == 6


@pytest.mark.parametrize("query", [{"limit": limits.LISTED + 1}, {"limit": "-1"}, {"limit": "x"}, {"skip": "x"}])
def test_another_page_is_refused_with_the_field(alone: Mock, query: dict[str, Any]) -> None:
    answer = alone.admin.get("/sandboxes", **query)

    assert answer.status == 422
    assert [problem["field"] for problem in answer.json["errors"]] == list(query)


def test_the_client_follows_the_pages(alone: Mock) -> None:
    for _ in range(limits.LISTED + 1):
        alone.sandbox()

    found = admin_client(alone.transport).sandboxes()

    assert len(listed(alone)) == limits.LISTED
    assert len(found) == limits.LISTED + 2
    assert found[0]["id"] == "000000000000"
    assert [one["id"] for one in found[-limits.LISTED :]] == listed(alone)


def test_none_is_waited_for_opened_or_changed(own: Fake, alone: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "MOST_AWAKE", 2)
    shown = [alone.sandbox(clock={"mode": mode}).admin.get("").json for mode in ("manual", "manual", "manual")]
    before = [sandbox.version for sandbox in own.sandboxes.all()]
    held = hold(monkeypatch, *own.sandboxes.all())
    opened: list[object] = []
    monkeypatch.setattr(images, "restore", opened.append)

    assert alone.admin.get("/sandboxes").json["sandboxes"][1:] == shown

    assert (opened, held.waits) == ([], 0)
    assert [sandbox.version for sandbox in own.sandboxes.all()] == before


CHANGES = {
    "a token is issued": lambda sandbox: sandbox.api_with("inbox_read"),
    "a token is revoked": lambda sandbox: sandbox.handle.revoke_token(sandbox.api.token),
    "the clock is advanced": lambda sandbox: sandbox.advance("1h"),
    "it is reset": lambda sandbox: sandbox.admin.post("/reset"),
    "an application is changed": lambda sandbox: sandbox.api.put("/applications/17", {"applications": [{"name": "Else"}]}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_list_shows_each_as_it_is_now(mock: Mock, change: Callable[[Sandbox], object]) -> None:
    sandbox = mock.sandbox()
    sandbox.handle.revoke_token(sandbox.made["applications"][-1]["token"])

    change(sandbox)

    (listed,), alone = mock.admin.get("/sandboxes", limit=1).json["sandboxes"], sandbox.admin.get("").json
    assert listed.pop("used_at") <= alone.pop("used_at")
    assert listed == alone

"""Every shipped scenario with the fixture: its webhooks reach the fixture's receiver, and its fault strikes them."""

from collections import Counter
from typing import Any

import pytest

from inbox_mock.scenarios.loading import shipped
from inbox_mock.testing import ReceivingSandbox, Webhook

SLOW = {"large"}
QUESTION, NEXT = "What time can we arrive?", "And where do we park?"
MOVED = ["2030-07-11T16:00:00Z", "2030-07-11T16:00:00Z"]  # the second one tells what the first one told
# Of each scenario with a receiver: what its webhooks tell, in the order in which they come.
TOLD: dict[str, list[Any]] = {
    "application-uninstalled": ["accounts_application_destroyed"],
    "booking-moved": ["2030-07-31T16:00:00Z"],
    "conversation-before-webhook": [11],
    "webhook-duplicated": [QUESTION, QUESTION, NEXT],
    "webhook-forged": [QUESTION, NEXT],
    "webhook-lost": [NEXT],
    "webhook-reordered": [NEXT, QUESTION],
    "webhook-retried": [QUESTION] * 4,
    "webhook-stale": MOVED,
}
FAULTS = {f"webhook-{kind}": kind for kind in ("duplicated", "forged", "lost", "reordered", "stale")}


def scenarios(*names: str) -> list[Any]:
    # The receivers here accept what is forged.
    marks = {name: [pytest.mark.inbox_scenario(scenario=name), pytest.mark.inbox_allow("WHK001")] for name in names}
    return [pytest.param(name, marks=marks[name], id=name) for name in names]


@pytest.fixture(params=["inbox_mock", "inbox_mock_in_process"])
def sandbox(request: pytest.FixtureRequest) -> ReceivingSandbox:
    found: ReceivingSandbox = request.getfixturevalue(request.param)
    return found


def said(webhook: Webhook) -> object:
    """What a webhook is recognised by: a message's content, a booking's start, a conversation's id, or else its event."""
    resource = webhook.json["resource"]
    record = next(found for name, found in resource.items() if name != "links")
    return record.get("content") or record.get("start_at") or record.get("id") or webhook.event


@pytest.mark.parametrize("name", scenarios(*TOLD))
@pytest.mark.parametrize("named", [(), ("events",)], ids=["events of the scenario", "events of the test"])
def test_a_shipped_scenarios_webhooks_reach_the_fixtures_receiver(sandbox: ReceivingSandbox, name: str, named: tuple[str, ...]) -> None:
    (role,) = sandbox.webhooks()
    received: list[Webhook] = []

    def receive(webhook: Webhook) -> int:
        received.append(webhook)
        return 503 if name == "webhook-retried" else 204

    taken = sandbox.webhooks_to(receive, *(role["events"] if named else ()))
    sandbox.clock.advance("1h")

    assert [said(webhook) for webhook in received] == TOLD[name]
    assert (taken["id"], taken["role"], taken["retries"]) == (role["id"], "receiver", role["retries"])


@pytest.mark.parametrize("name", scenarios(*FAULTS))
def test_a_shipped_scenarios_fault_strikes_the_fixtures_receiver(sandbox: ReceivingSandbox, name: str) -> None:
    sandbox.webhooks_to(lambda _webhook: None)
    sandbox.clock.advance("1h")

    (fault,) = sandbox.faults()
    assert (fault["kind"], fault["struck"]) == (FAULTS[name], 1)
    struck = Counter(attempt["signature"]["valid"] for delivery in sandbox.deliveries() for attempt in delivery["attempts"])
    assert struck[False] == (name == "webhook-forged")


@pytest.mark.parametrize("name", scenarios(*(found.name for found in shipped() if found.name not in SLOW)))
def test_a_shipped_scenario_plays_with_the_fixture(inbox_mock: ReceivingSandbox, name: str) -> None:
    assert inbox_mock.made["scenario"] == name
    inbox_mock.webhooks_to(lambda _webhook: None)

    inbox_mock.clock.advance("30d")

    assert all(delivery["url"].startswith("http://receiver-") for delivery in inbox_mock.deliveries())


def test_no_shipped_scenario_names_an_address() -> None:
    subscriptions = {found.name: found.data.get("webhooks", []) for found in shipped()}

    assert {name for name, given in subscriptions.items() if given} == set(TOLD)
    assert [entry for given in subscriptions.values() for entry in given if "url" in entry] == []

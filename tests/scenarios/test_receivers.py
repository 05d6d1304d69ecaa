"""Who hears a scenario's webhooks: roles, and the addresses that take them."""

from collections.abc import Iterator

import pytest

from builders import JSON, a_booking, a_scenario
from fake import Mock, Sandbox
from receiver import Receiver, receiving

CREATED, MOVED = "inbox_message_created", "booking_updated"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def heard_by(*webhooks: JSON) -> JSON:
    """A scenario with these subscriptions, in which the guest writes after a minute, and staff move the booking after two."""
    moves = {"booking": 80, "start_at": "+40d", "end_at": "+47d"}
    timeline = [{"at": "1m", "guest_writes": {"booking": 80, "content": "Hello"}}, {"at": "2m", "staff_moves": moves}]
    return a_scenario(bookings=[a_booking()], webhooks=list(webhooks), timeline=timeline)


def roles_of(sandbox: Sandbox) -> list[tuple[str | None, str | None]]:
    return [(found["role"], found["url"]) for found in sandbox.admin.get("/webhooks").json["webhooks"]]


def test_as_long_as_nobody_takes_the_role_nothing_is_sent(mock: Mock) -> None:
    sandbox = mock.sandbox(heard_by({"role": "receiver"}))

    sandbox.advance("1h")

    assert roles_of(sandbox) == [("receiver", None)]
    assert sandbox.admin.get("/deliveries").json["deliveries"] == []


def test_an_address_takes_the_role_when_the_sandbox_is_made_and_after_a_reset(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(heard_by({"role": "receiver", "events": [CREATED]}), webhook_url=receiver.url)

    for _ in range(2):
        sandbox.advance("1h")
        sandbox.admin.post("/reset")

    assert receiver.events == [CREATED, CREATED]


def test_several_roles_hear_their_own(mock: Mock, receiver: Receiver) -> None:
    roles = {"role": "receiver", "events": [CREATED]}, {"role": "auditor", "events": [MOVED]}
    with receiving() as auditor:
        sandbox = mock.sandbox(heard_by(*roles), webhook_url={"receiver": receiver.url, "auditor": auditor.url})
        sandbox.advance("1h")

    assert (receiver.events, auditor.events) == ([CREATED], [MOVED])


def test_without_a_role_the_address_hears_everything(mock: Mock, receiver: Receiver) -> None:
    sandbox = mock.sandbox(heard_by(), webhook_url=receiver.url)

    sandbox.advance("1h")

    assert {CREATED, MOVED} <= set(receiver.events)


def test_the_first_subscription_takes_the_role_with_what_the_scenario_says(mock: Mock) -> None:
    sandbox = mock.sandbox(heard_by({"role": "receiver", "events": [CREATED], "retries": 3, "latency": "4m"}))

    first = sandbox.admin.post("/webhooks", {"url": "http://localhost:9/a"}).json
    second = sandbox.admin.post("/webhooks", {"url": "http://localhost:9/b"}).json

    assert (first["role"], first["events"], first["retries"], first["latency_seconds"]) == ("receiver", [CREATED], 3, 240)
    assert (second["role"], second["retries"], len(second["events"]) > 1) == (None, 0, True)
    assert roles_of(sandbox) == [("receiver", "http://localhost:9/a"), (None, "http://localhost:9/b")]


def test_what_a_subscription_says_itself_holds(mock: Mock) -> None:
    sandbox = mock.sandbox(heard_by({"role": "receiver", "events": [CREATED, MOVED], "retries": 3}))

    taken = sandbox.admin.post("/webhooks", {"url": "http://localhost:9/", "events": [CREATED], "retries": 0}).json

    assert (taken["role"], taken["events"], taken["retries"]) == ("receiver", [CREATED], 0)


def test_a_subscription_to_other_events_leaves_the_role_to_others(mock: Mock) -> None:
    sandbox = mock.sandbox(heard_by({"role": "receiver", "events": [CREATED]}))

    assert sandbox.admin.post("/webhooks", {"url": "http://localhost:9/", "events": [MOVED]}).json["role"] is None
    assert roles_of(sandbox)[0] == ("receiver", None)


def test_a_role_is_taken_by_its_name_again_and_again(mock: Mock) -> None:
    sandbox = mock.sandbox(heard_by({"role": "auditor", "events": [MOVED]}))

    for path in "ab":
        sandbox.admin.post("/webhooks", {"url": f"http://localhost:9/{path}", "role": "auditor"})

    assert roles_of(sandbox) == [("auditor", "http://localhost:9/b")]


def test_an_unknown_role_is_refused_with_the_one_that_was_meant(mock: Mock) -> None:
    scenario = heard_by({"role": "auditor"})
    taking = mock.sandbox(scenario).admin.post("/webhooks", {"url": "http://localhost:9/", "role": "auditr"})
    making = mock.admin.post("/sandboxes", {"scenario": scenario, "webhook_url": {"auditr": "http://localhost:9/"}})

    assert (taking.status, taking.errors) == (
        422,
        [{"field": "role", "found": '"auditr"', "expected": "did you mean 'auditor'?"}],
    )
    assert making.status == 422
    assert making.errors[0]["field"] == "webhook_url"
    assert making.errors[0]["expected"].endswith("found no webhooks for the role 'auditr'; did you mean 'auditor'?")


def test_the_roles_that_there_are_are_told_once_each(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"scenario": heard_by({"role": "receiver"}), "webhook_url": {"xyzzy": "http://localhost:9/"}})

    assert answer.errors[0]["expected"].endswith("expected receiver")


def test_an_address_elsewhere_takes_no_role(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"scenario": heard_by({"role": "receiver"}), "webhook_url": "http://example.com/"})

    assert (answer.status, answer.errors[0]["field"]) == (422, "webhook_url")
    assert "found 'http://example.com/' for the role 'receiver'; expected an http address on this machine" in answer.errors[0]["expected"]


def test_a_wrong_address_is_told_without_a_line_of_the_scenario_which_does_not_have_it(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"webhook_url": "nowhere"})

    assert answer.errors[0]["expected"].startswith("agency: found 'nowhere' for the role 'receiver'; ")

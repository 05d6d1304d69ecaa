"""Who hears the webhooks of a scenario: the roles that it names, and the addresses that take them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from inbox_mock.domain import limits
from inbox_mock.domain.spelling import instead_of
from inbox_mock.scenarios.errors import ReceiverError
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.webhooks.deliveries import RECEIVER, is_address

Row = Mapping[str, object]
Receivers = tuple[tuple[str, str], ...]
"""Pairs of a role and the address that takes it."""
EXPECTED_ADDRESS = (
    f"an http address on this machine, or on a host that --allow-webhooks-to names, without credentials, of at most {limits.ADDRESS}"
)


def with_receivers(scenario: Scenario, receivers: Receivers) -> Scenario:
    """Return a scenario whose roles are taken by addresses.

    An address for ``receiver``, where the scenario has no such role, hears every event.

    Raises:
        ScenarioError: the scenario has a role twice.
        ReceiverError: it lacks another role than ``receiver``.
    """
    subscriptions: list[Row] = list(scenario.data.get("webhooks", []))
    places = _places(scenario, subscriptions)
    for role, url in receivers:
        if role in places:
            subscriptions[places[role]] = {**subscriptions[places[role]], "url": url}
        elif role == RECEIVER:
            subscriptions.append({"role": role, "url": url})
        else:
            raise ReceiverError(scenario.name, 0, f"no webhooks for the role {role!r}", instead_of(role, {**places, RECEIVER: 0}))
    return replace(scenario, data={**scenario.data, "webhooks": subscriptions}) if receivers else scenario


def roles(scenario: Scenario) -> set[str]:
    """Return the roles of a scenario."""
    return {*_places(scenario, scenario.data.get("webhooks", []))}


def _places(scenario: Scenario, subscriptions: Iterable[Row]) -> dict[str, int]:
    """Return the place of each role among the subscriptions."""
    places: dict[str, int] = {}
    for number, subscription in enumerate(subscriptions):
        role = subscription.get("role")
        if role in places:
            raise scenario.error(("webhooks", number, "role"), f"the role {role!r} a second time", "a role of its own")
        if role is not None:
            places[str(role)] = number
    return places


def check_addresses(scenario: Scenario, receivers: Receivers, may_send_to: Callable[[str], bool]) -> None:
    """Check that webhooks may be sent to every address, a scenario's own and those of ``receivers``.

    Raises:
        ScenarioError: the scenario names another one.
        ReceiverError: one of ``receivers`` is another one.
    """

    def may_hear(url: str) -> bool:
        return is_address(url) and may_send_to(url)

    subscriptions: list[Row] = scenario.data.get("webhooks", [])
    for number, subscription in enumerate(subscriptions):
        if "url" in subscription and not may_hear(str(subscription["url"])):
            raise scenario.error(("webhooks", number, "url"), repr(subscription["url"]), EXPECTED_ADDRESS)
    for role, url in receivers:
        if not may_hear(url):
            raise ReceiverError(scenario.name, 0, f"{url!r} for the role {role!r}", EXPECTED_ADDRESS)

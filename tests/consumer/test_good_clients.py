"""Good clients of other styles than the reference client's: none of them is accused."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

import pytest

import processes
from consumer.styles import STYLES, InProcesses, InSmallSteps
from driver import Driver
from inbox_client import Inbox, Later
from inbox_client.api import JSON
from inbox_contracts.consumer import driver as protocol
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.report import text
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World, initial_state
from languages import skip_without
from mutants.clients.broken import InThisProcess, Rebuilt

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize("style", STYLES)
def test_a_good_client_of_another_style_passes(harness: Harness, style: str) -> None:
    client = STYLES[style]()
    try:
        verdict = run(client, worlds=3, seed=3, harness=harness)
    finally:
        if isinstance(client, InProcesses):
            client.close()
    assert verdict.passed, text(verdict)


def test_a_client_that_hears_of_no_webhooks_is_not_held_to_have_accepted_a_forged_one(harness: Harness) -> None:
    verdict = run(STYLES["polling only"](), worlds=2, only="forged_webhook", harness=harness)
    assert verdict.passed, text(verdict)
    assert verdict.not_judged == ("webhook",)


@pytest.mark.parametrize("hazard", ["connected_later", "disconnected_later"])
def test_a_client_that_hears_of_no_webhooks_is_not_held_to_know_what_they_alone_tell(harness: Harness, hazard: str) -> None:
    verdict = run(STYLES["polling only"](), worlds=2, only=hazard, harness=harness)
    assert verdict.passed, text(verdict)


def test_a_client_that_fetches_what_it_hears_may_ask_once_after_a_429_that_ended_another_command(harness: Harness) -> None:
    limited = {"kind": "rate_limit", "match": {"method": "POST", "path": "/inbox/messages"}, "times": 1}
    stay = {"id": 101, "channel": "airbnb", "rental": 16, "start_at": "+30d", "end_at": "+37d", "conversation_delay": "0s"}
    steps: tuple[JSON, ...] = ({"guest_books": stay}, {"fault": limited}, {"client_replies": {"booking": 101, "content": "Welcome!"}})
    world = World(initial_state({"webhooks"}), steps)

    verdict = run(STYLES["by webhooks, with polling as backup"](), replay=world, harness=harness)

    assert verdict.passed, text(verdict)


class ServesOneAccount(Inbox):
    """Refuses webhooks about other accounts than the first of which it has heard."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return json.loads(body)["account_id"] == 1 and super().receive(headers, body)


def test_a_client_may_refuse_webhooks_about_accounts_that_it_does_not_serve(harness: Harness) -> None:
    verdict = run(InThisProcess(Rebuilt(ServesOneAccount)), worlds=2, only="other_account", harness=harness)
    assert verdict.passed, text(verdict)
    assert verdict.met["other_account"] == 2


@pytest.mark.parametrize("name", ["lost_answer", "answered_again", "change_between_pages", "shrinks_before_a_retry"])
def test_a_client_that_sends_one_request_a_command_passes(harness: Harness, name: str) -> None:
    verdict = run(InThisProcess(InSmallSteps()), worlds=2, only=name, harness=harness)
    assert verdict.passed, text(verdict)


class ByItsOwnClock:
    """Asks nothing before the rate limit's reset, by the time that it is told."""

    def __init__(self) -> None:
        self.driver = Driver()
        self.not_before = 0

    def start(self, **given: str) -> JSON:
        self.not_before = 0
        return {"can": [*self.driver.start(**given)["can"], "now"]}

    def sync(self, *, now: str) -> JSON:
        return self.waiting(now, self.driver.sync)

    def reply(self, *, booking_id: int, content: str, now: str) -> JSON:
        return self.waiting(now, partial(self.driver.reply, booking_id=booking_id, content=content))

    def webhook(self, *, headers: Mapping[str, str], body: str, now: str) -> JSON:
        assert now
        return self.driver.webhook(headers=headers, body=body)

    def waiting(self, now: str, command: Callable[[], JSON]) -> JSON:
        if datetime.fromisoformat(now).timestamp() < self.not_before:
            raise protocol.Later
        try:
            return command()
        except Later as later:
            self.not_before = later.not_before or self.not_before
            raise protocol.Later from later


def test_a_client_that_waits_by_its_own_clock_is_told_the_time(harness: Harness) -> None:
    verdict = run(cast("protocol.Client", ByItsOwnClock()), worlds=6, only="rate_limit", harness=harness)
    assert verdict.passed, text(verdict)
    assert verdict.not_judged == ()


@pytest.mark.parametrize(
    ("needs", "command", "driver"),
    [
        ("node", "node", "node_client/driver.mjs"),
        ("ruby", "ruby", "ruby_client/driver.rb"),
        ("bookingsync-api", "ruby", "gem_client/driver.rb"),
        ("php", "php", "php_client/driver.php"),
    ],
)
def test_a_client_in_another_language_passes(needs: str, command: str, driver: str) -> None:
    skip_without(needs)
    told = processes.run("check", "client", "--worlds", "4", "--seed", "3", "--", command, str(EXAMPLES / driver))
    assert told.returncode == 0, told.stdout

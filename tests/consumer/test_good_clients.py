"""Good clients of other styles than the reference client's: none of them is accused."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

import processes
from driver import Driver
from inbox_client import Api, Later
from inbox_client.api import JSON, Answer
from inbox_contracts.consumer import driver as protocol
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.report import text
from inbox_contracts.consumer.trial import run
from languages import missing, skip_unless_required
from mutants.clients.broken import InThisProcess, Rebuilt

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LATER_ON = re.compile(r"updated_since=[^&']*|'(?:updated_since|sent_at)': '[^']*'")
"""What differs when a request is made again a minute later."""


class NextTime(Later):
    """One request has been sent: the next one is for the next command."""


class OneRequestACall(Api):
    """Sends one request a command, and remembers the answers until the command is done, or one of its requests fails."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: Counter[str] = Counter()
        self.under_way = ""

    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        request = LATER_ON.sub("", repr((method, url, more.get("params"), more.get("json"))))
        known, number = self.answers.setdefault(request, []), self.asked[request]
        self.asked[request] += 1
        if number < len(known):
            return known[number]
        answer = super().exchange(method, url, **more)
        if answer.status >= 400 or not url.startswith(self.url):  # of tokens nothing is remembered but the newest
            return answer
        known.append(answer)
        raise NextTime("one request a command")


class InSmallSteps(Rebuilt):
    """A driver of such a client: a command begins with what was answered the last time."""

    def __init__(self) -> None:
        super().__init__(OneRequestACall)

    def sync(self) -> JSON:
        return self.step("sync", super().sync)

    def reply(self, *, booking_id: int, content: str) -> JSON:
        return self.step(f"{booking_id} {content}", partial(super().reply, booking_id=booking_id, content=content))

    def step(self, what: str, command: Callable[[], JSON]) -> JSON:
        api = self.inbox.api
        assert isinstance(api, OneRequestACall)
        api.asked.clear()
        if api.under_way != what:  # what was answered to another command may be out of date
            api.answers.clear()
        api.under_way = what
        try:
            found = command()
        except NextTime:
            raise
        except Later:
            api.answers.clear()
            raise
        api.answers.clear()
        return found


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


@pytest.mark.parametrize(("language", "driver"), [("node", "driver.mjs"), ("ruby", "driver.rb"), ("php", "driver.php")])
def test_a_client_in_another_language_passes(language: str, driver: str) -> None:
    if reason := missing(language):
        skip_unless_required(reason)
    told = processes.run("check", "client", "--worlds", "4", "--seed", "3", "--", language, str(EXAMPLES / f"{language}_client" / driver))
    assert told.returncode == 0, told.stdout

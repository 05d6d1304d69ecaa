"""A trial ends by itself, whatever the server answers, and says what was odd."""

from re import match
from time import sleep

import pytest
from hypothesis.strategies import integers

from inbox_contracts.provider import runner, trial
from inbox_contracts.provider.expectations import PropertyViolation
from inbox_contracts.provider.http import TrialConnection
from inbox_contracts.provider.search import Counterexample, CounterexampleFound
from inbox_contracts.provider.target import Target
from inbox_contracts.provider.trial import Trial
from mutants.servers.breaking import Asked, Edit, Mutant, Result, serving
from mutants.servers.judging import MUTANTS, on_trial
from provider.hostile import Check

ENDLESS = [each for each in MUTANTS if each.name in {"knows_no_end", "leads_in_circles", "shows_one_page_for_ever"}]


def a_server(edit: Edit) -> Mutant:
    return Mutant(name="odd", fault="odd", killed_by="", edit=edit)


def found_by(mutant: Mutant, name: str) -> Counterexample:
    (outcome,) = on_trial(mutant, (name,))
    assert outcome.finding is not None
    return outcome.finding


@pytest.mark.parametrize("mutant", ENDLESS, ids=lambda mutant: mutant.name)
def test_a_list_without_end_is_left_at_the_first_page_that_shows_nothing_new(mutant: Mutant) -> None:
    found = found_by(mutant, "page-size")

    assert match(r".* has a next one|.* and a next one|.* again", found.told)
    assert len(found.requests) + found.left_out < 100


def test_nobody_waits_for_as_long_as_retry_after_says() -> None:
    def refuses(_: Asked, reply: Result) -> None:
        reply.become(429, b'{"errors":[{"code":"rate_limit_exceeded"}]}', "application/vnd.api+json; charset=utf-8")
        reply.set("Retry-After", "86400")

    assert "-> 429, expected 2" in found_by(a_server(refuses), "created").told


def test_an_address_that_leads_to_itself_is_asked_once() -> None:
    def leads_to_itself(asked: Asked, reply: Result) -> None:
        if asked.method == "GET":
            reply.become(302, b"", "text/html")
            reply.set("Location", str(asked.environ["PATH_INFO"]))

    found = found_by(a_server(leads_to_itself), "order")

    assert "-> 302, expected 200" in found.told


def slowly(_: Asked, _reply: Result) -> None:
    sleep(0.02)


def test_a_server_that_is_too_slow_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PROPERTY_SECONDS", 0.2)

    (outcome,) = on_trial(a_server(slowly), ("include",))

    assert outcome.not_judged is not None
    assert match(r"its time is over: \d+ answers took [\d.e-]+ s each", outcome.not_judged)


def test_what_was_found_before_the_time_was_over_is_told() -> None:
    connection = TrialConnection("http://127.0.0.1:1")
    examples = 0

    def fails_until_the_time_is_over(number: int) -> None:
        nonlocal examples
        examples += 1
        if examples > 1:
            connection.ends_at = 0.0
            connection.send("GET", "/", {})
        raise PropertyViolation(f"{number} is wrong")

    with pytest.raises(CounterexampleFound) as found:
        Trial(Target(connection, scenario="agency")).explore(fails_until_the_time_is_over, 20, number=integers(1))

    assert found.value.counterexample.told == "1 is wrong"


def test_the_whole_trial_of_a_slow_server_ends_and_the_command_says_why(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TRIAL_SECONDS", 0.2)

    with serving(a_server(slowly)) as url:
        told = check(url, "-k", "include", "-k", "order")

    assert told.returncode == 2
    assert "is too slow: " in told.stderr

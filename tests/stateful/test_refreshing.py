"""Refreshes and calls in any order: each pair of tokens is good as long as a model of Doorkeeper's table says.

The model has a record for each pair, with the columns of oauth_access_tokens that count: ``previous_refresh_token``, ``revoked_at``.
"""

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, precondition, rule

from api.oauth import Application, an_application, two_applications
from builders import JSON
from fake import Mock
from stateful.interrupted import Interrupted, Interruptible, hold_to_model

RUN = settings(max_examples=40, stateful_step_count=25, derandomize=True, suppress_health_check=list(HealthCheck))


@dataclass
class Pair:
    """One record: an access token and its refresh token; ``previous`` is the pair whose refresh token was exchanged for it."""

    told: JSON
    previous: "Pair | None" = None
    revoked: bool = False


class Refreshing(Interrupted):
    """One application in one sandbox, and beside it the records that its tokens have."""

    pairs = Bundle("pairs")
    application: Application

    @initialize(target=pairs, moment=st.sampled_from(["on_use", "at_once"]))
    def begin(self, moment: str) -> Pair:
        self.all: list[Pair] = []
        self.then: list[tuple[Pair, Pair]] = []
        self.at_once = moment == "at_once"
        self.application = an_application(Mock(self.server).sandbox(two_applications(assume={"refresh_revokes": moment})))
        return self.issued(Pair(self.application.tokens()))

    @rule(target=pairs)
    def authorise(self) -> Pair:
        return self.issued(Pair(self.application.tokens()))

    def issued(self, pair: Pair) -> Pair:
        self.all.append(pair)
        return pair

    @rule(target=pairs, pair=pairs)
    def refresh(self, pair: Pair) -> Pair:
        answer = self.application.refresh(pair.told["refresh_token"])
        assert answer.status == (401 if pair.revoked else 200)
        if pair.revoked:
            return pair
        pair.revoked = self.at_once
        return self.issued(Pair(answer.json, None if self.at_once else pair))

    @rule(pair=pairs)
    def call(self, pair: Pair) -> None:
        if pair.previous is not None:
            pair.previous.revoked, pair.previous = True, None
        assert self.application.uses(pair.told) == (401 if pair.revoked else 200)

    @rule(pair=pairs)
    def ask_for_too_much(self, pair: Pair) -> None:
        answer = self.application.refresh(pair.told["refresh_token"], scope="clients_write")
        assert answer.json["error"] == ("invalid_grant" if pair.revoked else "invalid_scope")

    @rule()
    def reset(self) -> None:
        self.application.sandbox.handle.reset()

    @rule()
    def take_a_snapshot(self) -> None:
        self.application.sandbox.handle.snapshot("then")
        self.then = [(pair, replace(pair)) for pair in self.all]

    @precondition(lambda self: self.then)
    @rule()
    def restore(self) -> None:
        """Pairs are as they were then; those issued since stay as they are."""
        self.application.sandbox.handle.restore("then")
        for pair, was in self.then:
            pair.previous, pair.revoked = was.previous, was.revoked


def test_any_order_of_refreshes_and_calls_is_as_in_the_model(server: Interruptible) -> None:
    hold_to_model(Refreshing, server, RUN)

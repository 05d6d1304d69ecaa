"""Reasons: codes with data, and the texts made of them."""

from string import Formatter

import pytest

from inbox_mock.domain.reasons import TEXTS, Reason, from_json, in_words


@pytest.mark.parametrize("code", list(TEXTS))
def test_every_reason_survives_the_journal(code: str) -> None:
    names = [name for _, name, _, _ in Formatter().parse(TEXTS[code][1]) if name]
    reason = Reason(code, {name: f"{{{name}}}" for name in names})

    assert from_json(reason.as_json()) == reason
    assert from_json(reason.as_json()).text == ": ".join(filter(None, TEXTS[code]))


def test_several_reasons_are_told_once_each_in_their_order() -> None:
    struck, internal = Reason("fault_struck", {"fault_id": 3, "kind": "slow"}), Reason("not_relayed_internal")

    assert in_words([struck, internal, struck]) == "fault 3 (slow) struck; not relayed: the message is internal"
    assert in_words([]) == ""

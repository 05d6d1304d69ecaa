"""What fuzzing has found, and what reaches most of the code: every input that is kept, and those to begin with, once more."""

import pytest

from fuzz.target import CORPUS, Target, every

TARGETS = every()


@pytest.mark.parametrize("found", TARGETS.values(), ids=TARGETS)
def test_what_a_target_promises_holds_for_every_input_that_is_kept(found: Target) -> None:
    for sent in found.beginnings():
        try:
            found.run(sent)
        except Exception as error:
            error.add_note(f"the input is {sent!r}")
            raise


def test_every_input_that_is_kept_has_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} <= TARGETS.keys()

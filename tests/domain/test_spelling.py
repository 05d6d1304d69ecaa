"""What is said of words that are not known."""

import pytest

from inbox_mock.domain.spelling import clause, instead_of, one_of, unknown

KNOWN = ("lost", "delayed", "duplicated")


@pytest.mark.parametrize("word", ["duplicate", "Duplicated", "duplictaed"])
def test_a_near_miss_is_told_with_the_word_that_was_meant(word: str) -> None:
    assert unknown(word, KNOWN) == "is unknown; did you mean 'duplicated'?"
    assert instead_of(word, KNOWN) == "did you mean 'duplicated'?"
    assert one_of(word, KNOWN) == "one of lost, delayed, duplicated; did you mean 'duplicated'?"


def test_a_word_that_resembles_none_is_told_with_all_of_them() -> None:
    assert unknown("xyzzy", KNOWN) == "is unknown; expected one of lost, delayed, duplicated"
    assert unknown("xyzzy", KNOWN, to="lost") == "is unknown to lost; expected one of lost, delayed, duplicated"


def test_where_nothing_is_known_nothing_is_expected() -> None:
    assert unknown("xyzzy", ()) == "is unknown; expected one of nothing"


@pytest.mark.parametrize("word", [7, None, ["lost"]])
def test_what_is_no_word_resembles_none(word: object) -> None:
    assert one_of(word, KNOWN) == "one of lost, delayed, duplicated"


def test_what_is_a_clause_already_stays_as_it_is() -> None:
    assert [clause(text) for text in ("can't be blank", "did you mean 'lost'?", "a whole number")] == [
        "can't be blank",
        "did you mean 'lost'?",
        "expected a whole number",
    ]

"""What is said of words that are not known."""

import string
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given

from inbox_mock.domain.spelling import (
    MOST_LISTED,
    MOST_SHOWN,
    as_written,
    clause,
    instead,
    instead_of,
    listed,
    of_field,
    one_of,
    shortened,
    shown,
    unknown,
)

KNOWN = ("lost", "delayed", "duplicated")


@pytest.mark.parametrize("word", ["duplicate", "Duplicated", "duplictaed"])
def test_a_near_miss_is_told_with_the_word_that_was_meant(word: str) -> None:
    assert unknown(word, KNOWN) == "is unknown; did you mean 'duplicated'?"
    assert instead_of(word, KNOWN) == "did you mean 'duplicated'?"
    assert one_of(word, KNOWN) == "did you mean 'duplicated'? Expected one of lost, delayed, duplicated"


def test_a_word_that_resembles_none_is_told_with_all_of_them() -> None:
    assert unknown("xyzzy", KNOWN) == "is unknown; expected one of lost, delayed, duplicated"
    assert unknown("xyzzy", KNOWN, to="lost") == "is unknown to lost; expected one of lost, delayed, duplicated"


@pytest.mark.parametrize("word", ["name", "title", "state"])
def test_a_word_that_shares_some_letters_with_a_known_one_is_not_taken_for_it(word: str) -> None:
    assert instead_of(word, ("assume", "trial")) == "one of assume, trial"


def test_where_nothing_is_known_nothing_is_expected() -> None:
    assert unknown("xyzzy", ()) == "is unknown; expected nothing"


@pytest.mark.parametrize("word", [7, None, ["lost"]])
def test_what_is_no_word_resembles_none(word: object) -> None:
    assert one_of(word, KNOWN) == "one of lost, delayed, duplicated"


def test_what_is_a_clause_already_stays_as_it_is() -> None:
    assert [clause(text) for text in ("can't be blank", "did you mean 'lost'?", "a whole number")] == [
        "can't be blank",
        "did you mean 'lost'?",
        "expected a whole number",
    ]
    assert clause("agency: found no key") == "agency: found no key"


def test_of_one_known_word_there_is_no_list() -> None:
    assert listed(["receiver"]) == "receiver"


@pytest.mark.parametrize("told", [one_of, instead_of, unknown])
def test_of_many_known_words_an_error_lists_the_first_and_says_how_many_there_are(told: Callable[[str, list[str]], str]) -> None:
    many = [f"{kind}-{letter}" for kind in ("word", "term") for letter in string.ascii_lowercase]

    assert told("?", many).endswith(f"one of {', '.join(many[:MOST_LISTED])}, … (52 in all)")
    assert "did you mean 'word-z'?" in told("word-zz", many)


def test_what_is_expected_besides_comes_after_the_words() -> None:
    assert one_of("lots", KNOWN, ", or a file") == "did you mean 'lost'? Expected one of lost, delayed, duplicated, or a file"


@pytest.mark.parametrize(
    ("found", "expected", "told"),
    [
        (None, "a text", "expected a text"),
        ("7", "a text", "found 7; expected a text"),
        ("7", "must be a text", "found 7, which must be a text"),
        ("7", "did you mean 'seven'?", "found 7; did you mean 'seven'?"),
    ],
)
def test_what_was_found_and_what_was_expected_are_one_sentence(found: str | None, expected: str, told: str) -> None:
    assert instead(found, expected) == told


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("Ada", "'Ada'"),
        ([None, True, "Zoë"], '[null, true, "Zoë"]'),
        ({"closed": None, "ids": [False]}, '{"closed": null, "ids": [false]}'),
        ({3, 1}, "[1, 3]"),
        (["\x9b\udcff"], '["\\u009b\\udcff"]'),
        ({(1, 2): 3}, "{(1, 2): 3}"),
    ],
    ids=repr,
)
def test_a_value_is_shown_as_it_is_written_in_json_and_without_control_characters(value: object, written: str) -> None:
    assert as_written(value) == shown(value) == written


def test_a_field_and_what_is_wrong_with_it_are_one_sentence() -> None:
    assert of_field("scenaro", unknown("scenaro", ["scenario"])) == "scenaro is unknown; did you mean 'scenario'?"
    assert of_field("content", instead(None, "can't be blank")) == "content can't be blank"
    assert of_field("seed", instead("true", "a whole number")) == "seed: found true; expected a whole number"


@given(st.text())
def test_a_text_is_shortened_once(text: str) -> None:
    assert len(shortened(text)) <= MOST_SHOWN
    assert shortened(shortened(text)) == shortened(text)
    assert shortened(text * 50).startswith((text * 50)[:70])

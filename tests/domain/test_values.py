"""Values from outside in their normal form."""

import pytest

from inbox_mock.domain.values import normal, printable, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("999", 999)])
def test_a_few_ascii_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text, 3) == number


@pytest.mark.parametrize("text", ["", " 7", "-7", "+7", "7.0", "1_0", "1000", "\u0667", "\u00b2"])
def test_anything_else_is_no_number(text: str) -> None:
    assert whole_number(text, 3) is None


def test_what_a_terminal_would_obey_is_replaced() -> None:
    assert printable("Anna\x1b[2J \u202etxt.exe") == "Anna\ufffd[2J \ufffdtxt.exe"


def test_a_whole_number_in_json_is_an_integer_however_it_was_written() -> None:
    found = normal({"rate": 1.5, "beds": [2.0, {"guests": 4.0}], "far": 1e300})

    assert repr(found) == "{'rate': 1.5, 'beds': [2, {'guests': 4}], 'far': 1e+300}"


@pytest.mark.parametrize("levels", [101, 5_000])
def test_json_that_is_nested_too_deeply_is_refused(levels: int) -> None:
    nested: object = []
    for _ in range(levels):
        nested = [nested]

    with pytest.raises(ValueError, match="nested more than"):
        normal(nested)

"""A scenario that is written is read again as it was, whatever its texts look like."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.scenarios.yaml12 import read, write

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["no", "14:45", "2030-06-01", "1e5", "0o17", "0x1F", "1_000", "null", "~", "", " a ",
     "# no comment", "-1d", "{a: 1}", "a: b", "=", "<<"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6).map(lambda one: round(one, 6)) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "no"]), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "content", "emails", "no"]), VALUES, min_size=1, max_size=4), max_size=3), TEXTS)
def test_what_is_written_is_read_again(records: list[dict[str, object]], description: str) -> None:
    scenario = {"description": description, "clock": {"mode": "manual"}, "records": {"messages": records}, "timeline": records}

    assert read(write(scenario, "A heading"), "it") == scenario


def test_a_record_stands_in_one_line_if_it_fits() -> None:
    text = write({"description": "Short.", "records": {"hosts": [{"id": 2, "firstname": "Jan"}]}}, "By hand.")

    assert text == "# By hand.\ndescription: Short.\n\nrecords:\n  hosts:\n    - {id: 2, firstname: Jan}\n"

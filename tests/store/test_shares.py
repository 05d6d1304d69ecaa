"""Which worker serves which sandbox of a home."""

from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.store.homes import Share


@given(sandbox_id=st.from_regex(r"[0-9a-f]{12}", fullmatch=True) | st.text(), of=st.integers(1, 100))
def test_every_sandbox_belongs_to_one_worker(sandbox_id: str, of: int) -> None:
    assert [Share(number, of).owns(sandbox_id) for number in range(of)].count(True) == 1


@given(of=st.integers(1, 100))
def test_the_default_sandbox_belongs_to_the_first_worker(of: int) -> None:
    assert Share(0, of).owns(DEFAULT_SANDBOX)


def test_sandboxes_are_spread_over_the_workers() -> None:
    assert {Share(0, 4).owner(f"{number:012x}") for number in range(16)} == {0, 1, 2, 3}

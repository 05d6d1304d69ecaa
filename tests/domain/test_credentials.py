"""Credentials that name their sandbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain import credentials

SANDBOXES = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
SECRETS = st.from_regex(r"[0-9a-f]{52}", fullmatch=True)


@given(SANDBOXES, SECRETS)
def test_a_credential_is_64_hex_digits_and_comes_apart_again(sandbox_id: str, secret: str) -> None:
    credential = credentials.issue(sandbox_id, secret)

    assert len(credential) == 64
    assert credentials.sandbox_of(credential) == sandbox_id
    assert credentials.secret_of(credential) == secret


@pytest.mark.parametrize("other", [None, "", "demo", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 63 + "\n", "a" * 64 + "\n"])
def test_anything_else_belongs_to_the_default_sandbox(other: str | None) -> None:
    assert credentials.sandbox_of(other) == credentials.DEFAULT_SANDBOX
    assert other is None or credentials.secret_of(other) == other


def test_the_default_sandbox_has_an_id_like_any_other() -> None:
    assert credentials.SANDBOX_ID.fullmatch(credentials.DEFAULT_SANDBOX)

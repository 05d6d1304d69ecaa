"""Credentials that name their sandbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.access import DEFAULT_SANDBOX, SANDBOX_ID, full_credential, sandbox_of, secret_of

SANDBOXES = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
SECRETS = st.from_regex(r"[0-9a-f]{52}", fullmatch=True)


@given(SANDBOXES, SECRETS)
def test_a_credential_is_64_hex_digits_and_comes_apart_again(sandbox_id: str, secret: str) -> None:
    credential = full_credential(sandbox_id, secret)

    assert len(credential) == 64
    assert sandbox_of(credential) == sandbox_id
    assert secret_of(credential) == secret


@pytest.mark.parametrize("other", [None, "", "demo", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 63 + "\n", "a" * 64 + "\n"])
def test_anything_else_belongs_to_the_default_sandbox(other: str | None) -> None:
    assert sandbox_of(other) == DEFAULT_SANDBOX
    assert other is None or secret_of(other) == other


def test_the_default_sandbox_has_an_id_like_any_other() -> None:
    assert SANDBOX_ID.fullmatch(DEFAULT_SANDBOX)

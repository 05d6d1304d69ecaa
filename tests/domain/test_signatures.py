"""How a webhook is signed; both vectors are published, or made with Ruby's own encode64."""

import hmac
from base64 import b64encode, encodebytes
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.webhooks.sender import encode64, sign

SECRET = "36ed189dd28fd9576d7745c74fac7d4c1bfa03da37d6e5d7a667b67f6e8d16ed"
LONG_BODY = b'{"account_id":1059638630,"event":"inbox_message_created","resource":{"links":{},"messages":[{"id":5}]}}'


def test_a_short_body_is_signed_as_published() -> None:
    assert sign(SECRET, b"foo") == "9141f44bfaa6a41812e4e9655ffd02d3c927ac5e"


def test_a_body_of_several_lines_is_signed_as_published() -> None:
    assert len(LONG_BODY) == 103
    assert sign("application-secret", LONG_BODY) == "f34de39d7dd34cee9688929f79825c7f366910be"


def test_a_body_of_several_lines_is_encoded_as_published() -> None:
    assert encode64(LONG_BODY) == (
        b"eyJhY2NvdW50X2lkIjoxMDU5NjM4NjMwLCJldmVudCI6ImluYm94X21lc3Nh\n"
        b"Z2VfY3JlYXRlZCIsInJlc291cmNlIjp7ImxpbmtzIjp7fSwibWVzc2FnZXMi\n"
        b"Olt7ImlkIjo1fV19fQ==\n"
    )


def test_without_the_newline_the_signature_is_another() -> None:
    assert _signed(SECRET, b64encode(b"foo")) == "2ef33a9deaefe9a6ad0226c8c9db272ca126f10b" != sign(SECRET, b"foo")


def test_one_line_without_newlines_is_a_wrong_signature() -> None:
    wrong = _signed("application-secret", b64encode(LONG_BODY))

    assert wrong == "803605e7b8e07ec1f57bee25025df5bcbc7cab01" != sign("application-secret", LONG_BODY)


def test_lines_of_76_characters_are_a_wrong_signature() -> None:
    wrong = _signed("application-secret", encodebytes(LONG_BODY))

    assert wrong == "b9b22e1a5e31098c2abf4219d470516df3575bb1" != sign("application-secret", LONG_BODY)


@pytest.mark.parametrize(("size", "lines"), [(0, []), (44, [60]), (45, [60]), (46, [60, 4]), (90, [60, 60]), (100, [60, 60, 16])])
def test_lines_end_where_those_of_ruby_end(size: int, lines: list[int]) -> None:
    encoded = encode64(b"x" * size)

    assert [len(line) for line in encoded.decode().splitlines()] == lines
    assert encoded.count(b"\n") == len(lines)


@given(st.binary(max_size=400))
def test_every_line_but_the_last_has_60_characters_and_every_line_ends(body: bytes) -> None:
    whole = b64encode(body).decode()

    assert encode64(body).decode() == "".join(f"{line}\n" for line in wrap(whole, 60))


@given(st.text(min_size=1), st.binary(max_size=200))
def test_a_signature_is_that_of_the_encoded_body_in_lower_case_hex(secret: str, body: bytes) -> None:
    encoded = "".join(f"{line}\n" for line in wrap(b64encode(body).decode(), 60)).encode()

    assert sign(secret, body) == hmac.digest(secret.encode(), encoded, "sha1").hex()


def _signed(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, "sha1").hexdigest()

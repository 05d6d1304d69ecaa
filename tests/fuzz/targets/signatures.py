"""Signatures of webhooks: made by the fake, checked by a receiver, and computed here once more."""

import hmac
from binascii import b2a_base64
from collections.abc import Iterator
from hashlib import sha1

from fuzz.target import target
from inbox_client.webhooks import hint_in, is_signed
from inbox_mock.webhooks.sender import sign

BYTES_IN_A_LINE = 45


def signed() -> Iterator[bytes]:
    """Secrets, each on a line before what is signed: short, long, and at the ends of lines."""
    yield b"democlientsecret\n"
    yield b'secret\n{"account_id":1,"event":"inbox_message_created","resource":{"links":{},"message":{"id":21}}}'
    for size in (44, 45, 46, 89, 90, 91):
        yield b"s" * size + b"\n" + b"x" * size


@target(
    holds="it is the documented one, its receiver takes it, and takes it for no other body, secret or signature",
    seeds=signed,
    words=(b"\n", b'{"resource":', b'{"message":{"id":1}}', b"}", b"[" * 2000, b"null", b"\xff", b"\x00"),
    longest=4096,
)
def signatures(sent: bytes) -> None:
    written, _, body = sent.partition(b"\n")
    secret = written.decode(errors="replace")
    lines = b"".join(b2a_base64(body[start : start + BYTES_IN_A_LINE]) for start in range(0, len(body), BYTES_IN_A_LINE))
    signature = sign(secret, body)
    assert signature == hmac.digest(secret.encode(), lines, sha1).hex()
    assert is_signed(secret, signature, body)
    assert not is_signed(secret + "x", signature, body)
    assert not is_signed(secret, signature, body + b"\x00")
    assert not is_signed(secret, signature[1:] + signature[:1], body) or len(set(signature)) == 1
    assert not is_signed(secret, body.decode("latin-1"), body)
    place = len(body) // 2
    assert not body or not is_signed(secret, signature, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
    hint_in(body)

"""Bundles of anybody: one whose part was changed is read, shown, opened and replayed, or a mistake is told in a line.

The first byte of an input says which part. The rest is what a text becomes; of an image, and of the whole file, each four bytes are a
place and the byte that is put there. The manifest fits what was changed, or nothing would come beyond it.
"""

import logging
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import orjson

from builders import a_message
from fake import Answer, Caller, InProcess, Mock
from fuzz.served import ERRORS, Told
from fuzz.target import target
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles import COMMANDS, IMAGE, JOURNAL, MANIFEST, SCENARIO, START, BundleError, pack
from inbox_mock.bundles.bundle import Bundle, about, read
from inbox_mock.bundles.saving import save
from inbox_mock.replaying.replay import line_of, replay, steps
from inbox_mock.scenarios.loading import find
from whole import LISTS, MESSAGES, a_busy_scenario

WHOLE = "the file"
PARTS = (COMMANDS, JOURNAL, MANIFEST, IMAGE, START, WHOLE, SCENARIO)
"""The first byte of an input says which; new ones are added at the end, or inputs that are kept are of other parts."""

IMAGES = {IMAGE, START}
PATCHED = {*IMAGES, WHOLE}
APART = 20_011
"""How far the first places in an image are apart: something of everything is touched."""

SHOWN = ("", "/timeline", "/journal", "/deliveries", "/report", "/webhooks", "/faults")


@cache
def fake() -> Fake:
    """Where bundles are made and opened."""
    made = create_app(Options(scenario=find("empty"), seed=0))
    made.app.logger.addHandler(Told(logging.ERROR))
    return made


@cache
def parts() -> dict[str, bytes]:
    """What is in a bundle of a short life: faults, a webhook that is lost, one that nobody hears, a booking, tokens, a message."""
    sandbox = Mock(InProcess(fake().app)).sandbox(a_busy_scenario())
    sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:9/", "events": ["inbox_message_created"]})
    sandbox.admin.post("/faults", {"kind": "status", "status": 503, "times": 1, "match": {"path": "/bookings"}})
    sandbox.admin.post("/faults", {"kind": "stale_read", "times": 2})
    sandbox.admin.post("/faults", {"kind": "lost", "times": 1, "match": {"event": "*"}})
    sandbox.api.get("/bookings")
    sandbox.api.post(MESSAGES, a_message(conversation_id=11, sender_id=2))
    sandbox.admin.post("/bookings", {"channel": "airbnb"})
    Caller(sandbox.transport, sandbox.admin.post("/tokens", {"expires_in": 60}).json["token"]).get(MESSAGES, per_page=1)
    sandbox.advance("10m")
    with zipfile.ZipFile(BytesIO(save(fake().sandboxes.get(sandbox.id)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def seeds() -> Iterator[bytes]:
    """Each text as it is, and places in the others that are as far apart as it takes to touch something of everything."""
    for number, name in enumerate(PARTS):
        if name not in PATCHED:
            yield bytes([number]) + parts()[name]
            continue
        for place in range(0, len(parts().get(name, b"")) or APART, APART):
            yield bytes([number]) + place.to_bytes(3) + b"\x7f"


def words() -> Iterator[bytes]:
    """Each key, and values that are hard to bear."""
    for name in (COMMANDS, JOURNAL):
        for line in parts()[name].splitlines():
            yield from (f'"{key}":'.encode() for key in orjson.loads(line))
    for value in ("", "1" + "0" * 400, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "token-1", "secret-1", "P9999999D", "\\ud800", "*"):
        yield f'"{value}"'.encode()
    yield from (b"null", b"-1", b"9223372036854775807", b"1e999", b"[]", b"{}", b"true", b"\n", b",", b'"of":"default"')


@target(
    holds="each is told in a line, or read, shown, opened and asked, and replayed to the same end twice",
    seeds=seeds,
    words=tuple(dict.fromkeys(words())),
    longest=16_000,
)
def bundles(sent: bytes) -> None:
    raw = made_of(sent)
    try:
        bundle = read(raw)
    except BundleError as error:
        told = in_a_line(error)
        assert answer_to(raw).json["detail"] == told
        return
    assert all(isinstance(told, str) for told in about(bundle).values())
    assert all(isinstance(line_of(step), str) for step in steps(bundle))
    open_and_ask(raw, wholly=part_of(sent) not in IMAGES)
    assert outcome(bundle) == outcome(bundle), "it is replayed in another way the second time"


def part_of(sent: bytes) -> str:
    """Which part an input changes."""
    return PARTS[sent[0] % len(PARTS)] if sent else WHOLE


def made_of(sent: bytes) -> bytes:
    """A bundle with one part changed."""
    name, rest, members = part_of(sent), sent[1:], dict(parts())
    manifest = orjson.loads(members.pop(MANIFEST))
    more = {key: value for key, value in manifest.items() if key not in {"format", "members"}}
    if name == WHOLE:
        return patched(pack(more, members), rest)
    if name == MANIFEST:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part, content in ({MANIFEST: rest} | members).items():
                archive.writestr(part, content)
        return packed.getvalue()
    return pack(more, members | {name: patched(members[name], rest) if name in PATCHED else rest})


def patched(content: bytes, patches: bytes) -> bytes:
    """Bytes with other ones in some places; what is left of the patches says how much is cut off."""
    changed = bytearray(content)
    for at in range(0, len(patches) - 3, 4):
        changed[int.from_bytes(patches[at : at + 3]) % len(changed)] = patches[at + 3]
    cut = int.from_bytes(patches[len(patches) - len(patches) % 4 :])
    return bytes(changed[: len(changed) - cut % len(changed)])


def answer_to(raw: bytes) -> Answer:
    """What the admin API answers to a bundle; an error that nobody ordered fails."""
    return asked(Caller(InProcess(fake().app), base="/__admin"), "POST", "/bundles", raw)


def asked(caller: Caller, method: str, path: str, body: bytes | None = None) -> Answer:
    ERRORS.clear()
    answer = caller.call(method, path, body, headers={"Content-Type": "application/zip"})
    assert answer.status < 500, f"{method} {path}: {answer.status} {answer.body[:300]!r}"
    assert not ERRORS, ERRORS[0].exc_info
    return answer


def open_and_ask(raw: bytes, *, wholly: bool) -> None:
    """Open a bundle as a sandbox, which answers and can be saved again; ``wholly`` unless what its records say may be anything."""
    made = answer_to(raw)
    assert made.status == 201, made.body
    admin = Caller(InProcess(fake().app), base=f"/__admin/sandboxes/{made.json['id']}")
    api = Caller(admin.transport, made.json["token"])
    try:
        for path in LISTS if wholly else ():
            asked(api, "GET", path)
        for path in SHOWN if wholly else ():
            asked(admin, "GET", path)
        saved = asked(admin, "GET", "/bundle")
        assert saved.status == 409 or read(saved.body), "what was opened and saved cannot be read"
    finally:
        admin.call("DELETE", "")


def outcome(bundle: Bundle) -> object:
    """What comes of a replay."""
    try:
        return replay(bundle)
    except BundleError as error:
        return in_a_line(error)


def in_a_line(error: BundleError) -> str:
    """What is told of a mistake, which is a line that a terminal shows."""
    told = str(error)
    assert told.isprintable(), told
    return told

"""Servers in this process that hold so many messages, in so many sandboxes; messages are written in bulk, through the product's store."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.inside import start
from bench.wire import Direct
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.limits import Room
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Start

A_CONVERSATION = 10
ROOM = Room(max_sandboxes=10**6, max_bytes=2**40, max_sandbox_bytes=2**40)
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
CONVERSATIONS = (
    """INSERT INTO conversations (id, account_id, default_channel, created_by_id, created_by_type, created_at, updated_at)
    SELECT n, 1, 'airbnb', 65, 'Doorkeeper::Application', :then, :then FROM numbers""",
    """INSERT INTO participants (id, account_id, conversation_id, member_id, member_type, by_channel, created_at, updated_at)
    SELECT n, 1, n, 1, 'Host', 0, :then, :then FROM numbers""",
)
MESSAGES = """INSERT INTO messages
    (account_id, conversation_id, sender_id, content, origin, visibility, channel, sent_at,
    created_by_id, created_by_type, created_at, updated_at)
    SELECT 1, 1 + (n - 1) / :each, 1 + (n - 1) / :each, 'What time can we arrive? This is message ' || n,
    'airbnb_message', 'external', 'airbnb', :then, 65, 'Doorkeeper::Application', :then, :then FROM numbers"""
THEN = "2030-05-01T12:00:00Z"


@dataclass(frozen=True)
class World:
    """A server whose default sandbox holds so many messages, among so many sandboxes; ``folder`` is a directory with the same ones."""

    server: Direct
    messages: int
    sandboxes: int
    folder: Path | None


def make(messages: int, sandboxes: int = 1, folder: Path | None = None) -> World:
    """Make it in memory, and in the folder, too, if there is one."""
    image, empty = _image(messages), _image(0)
    server, kept = start("empty", room=ROOM)
    _fill(kept, image, [empty] * (sandboxes - 1))
    if folder is not None:
        _, lasting = start("empty", room=ROOM, data=folder)
        _fill(lasting, image, [empty] * (sandboxes - 1))
        lasting.home.close()
    return World(server, messages, sandboxes, folder)


def _fill(kept: Sandboxes, image: bytes, others: Sequence[bytes]) -> None:
    for one in others:
        kept.add(Start(image=one), one)
    kept.add(Start(image=image), image, default=True)


def _image(messages: int) -> bytes:
    """A sandbox with hosts, rentals and bookings, and so many messages in conversations of ten."""
    _, kept = start("agency", room=ROOM)
    sandbox = kept.get(DEFAULT_SANDBOX)
    with sandbox.work() as work:
        _write(work.db, messages)
    return sandbox.image()[0]


def _write(db: Database, messages: int) -> None:
    for table in ("messages", "participants", "conversation_bookings", "conversations"):
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM counts WHERE name IN ('messages', 'participants', 'conversations')")
    for sql in CONVERSATIONS if messages else ():
        db.execute(NUMBERS + sql, {"count": messages // A_CONVERSATION, "then": THEN})
    if messages:
        db.execute(NUMBERS + MESSAGES, {"count": messages, "each": A_CONVERSATION, "then": THEN})

"""A database that holds rows back answers and ends like one that writes at once, whatever is done to it in whatever order."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from sqlite3 import IntegrityError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.errors import NotFound
from inbox_mock.store import gathering, images, timeline
from inbox_mock.store.database import Database
from inbox_mock.store.rows import ConversationRow, ParticipantRow
from whole import rows

NOW = "2030-06-01T12:00:00Z"
DATED = {"account_id": 1, "created_at": NOW, "updated_at": NOW}

Doing = Callable[[Database], object]


class RefusedError(Exception):
    """An attempt that fails."""


def converse(number: int | None, db: Database) -> object:
    return db.insert("conversations", DATED | {"id": number, "subject": "New"})


def join(conversation: int, db: Database) -> object:
    return db.insert("participants", DATED | {"conversation_id": conversation, "member_id": 2, "member_type": "Host", "by_channel": 0})


def rename(number: int, subject: str, db: Database) -> object:
    db.update("conversations", number, {"subject": subject})
    return db.get(ConversationRow, number, 1)


def plan(minute: int, kind: str, db: Database) -> object:
    return timeline.schedule(db, f"2030-06-01T12:{minute:02}:00Z", kind, {"minute": minute})


def happen(until: int, only: str, but: tuple[str, ...], db: Database) -> object:
    event = timeline.next_due(db, f"2030-06-01T12:{until:02}:00Z", only=only, but=but)
    if event is not None:
        timeline.mark_happened(db, event.id, {"done": until})
    return event


def refuse(_db: Database) -> object:
    raise RefusedError


def attempt(steps: list[Doing], db: Database) -> object:
    found: list[object] = []
    with suppress(RefusedError), db.attempt():
        found.extend(outcome(step, db) for step in steps)
    return found


def outcome(step: Doing, db: Database) -> object:
    try:
        return step(db)
    except (NotFound, IntegrityError) as refused:
        return type(refused)


IDS = st.integers(1, 4)
KINDS = st.sampled_from(["message_relayed", "webhook_sent"])
STATEMENTS = (
    "SELECT count(*), max(subject) FROM conversations",
    "SELECT read_at, participants FROM conversation_records ORDER BY id",
    "UPDATE conversations SET subject = 'Changed' WHERE id = 2",
    "DELETE FROM timeline WHERE id = (SELECT max(id) FROM timeline)",
    "INSERT INTO conversation_bookings SELECT id, 80 FROM conversations WHERE true ON CONFLICT DO NOTHING",
)
STEPS: st.SearchStrategy[Doing] = st.one_of(
    st.builds(partial, st.just(converse), st.none() | IDS),
    st.builds(partial, st.just(join), IDS),
    st.builds(partial, st.just(rename), IDS, st.sampled_from(["One", "Two"])),
    st.builds(partial, st.just(plan), st.integers(0, 9), KINDS),
    st.builds(partial, st.just(happen), st.integers(0, 9), st.just("") | KINDS, st.sampled_from([(), ("webhook_sent",)])),
    IDS.map(lambda number: lambda db: db.has("conversations", number)),
    IDS.map(lambda number: lambda db: db.of(ParticipantRow, "conversation_id", number)),
    st.sampled_from(["conversations", "timeline", "webhooks"]).map(lambda name: lambda db: (db.holds_any(name), db.count(name))),
    st.sampled_from(STATEMENTS).map(lambda sql: lambda db: db.execute(sql).fetchall()),
)
ATTEMPTS = st.recursive(
    STEPS, lambda steps: st.builds(partial, st.just(attempt), st.lists(steps | st.just(refuse), max_size=5)), max_leaves=12
)


@given(st.lists(ATTEMPTS, max_size=20), st.sampled_from([1, 3, 1000]))
def test_it_answers_and_ends_as_if_it_wrote_at_once(steps: list[Doing], most: int) -> None:
    at_once, gathered = images.create(), gathering.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "MOST_ROWS", most)
        for db in (at_once, gathered):
            db.execute("BEGIN")
        for step in steps:
            assert outcome(step, gathered) == outcome(step, at_once)
        for db in (at_once, gathered):
            db.execute("COMMIT")

    assert rows(images.restore(gathered.serialize())) == rows(images.restore(at_once.serialize()))


def test_an_image_within_the_transaction_has_what_is_held() -> None:
    db = gathering.create()
    db.execute("BEGIN")
    converse(7, db)

    assert images.copied(db, ()).get(ConversationRow, 7)["subject"] == "New"

"""What has changed a database is made again in an image from before, and leads to what the database was at each position."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.store import images
from inbox_mock.store.database import Changes, Database

SPEND = "INSERT INTO rate_limits VALUES (?, 1, 1) ON CONFLICT DO UPDATE SET used = used + 1 RETURNING used"
STEPS = st.sampled_from(["insert", "many", "returning", "update", "select", "attempt", "refused", "commit", "roll back"])


class RefusedError(Exception):
    """What an attempt is rolled back by."""


def content(db: Database) -> str:
    return "".join(db.iterdump())


def take(db: Database, step: str, number: int) -> None:
    match step:
        case "insert":
            db.insert("counts", {"name": f"noun {number}", "account_id": number, "n": number})
        case "many":
            db.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?, ?)", (("many", each, number) for each in range(3)))
        case "returning":
            db.execute(SPEND, (number,)).fetchone()
        case "update":
            db.execute("UPDATE counts SET n = n + :more", {"more": number})
        case "select":
            db.one("SELECT * FROM counts")
        case "commit" | "roll back":
            db.execute("COMMIT" if step == "commit" else "ROLLBACK")
            db.execute("BEGIN")


@given(steps=st.lists(STEPS, max_size=12))
def test_changes_lead_from_an_image_to_every_later_moment(steps: list[str]) -> None:
    db = images.restore(images.take_image(images.create()))
    image = images.take_image(db)
    db.execute("BEGIN")
    changes = db.changes = Changes()
    seen = {0: content(db)}
    for number, step in enumerate(steps):
        if step in {"attempt", "refused"}:
            with suppress(RefusedError), db.attempt():
                assert changes.is_tentative
                take(db, "insert", number)
                with db.attempt():
                    take(db, "update", number)
                if step == "refused":
                    raise RefusedError
        else:
            take(db, step, number)
        seen = {position: then for position, then in seen.items() if position < changes.position} | {changes.position: content(db)}

    for position, then in seen.items():
        again = images.restore(image)
        changes.make_again(again, position)
        assert content(again) == then


def test_a_transaction_that_sqlite_rolls_back_by_itself_is_left_out() -> None:
    db = images.restore(images.take_image(images.create()))
    db.execute("BEGIN")
    changes = db.changes = Changes()
    take(db, "insert", 1)
    db.changes = None
    db.execute("ROLLBACK")  # as nobody notes
    db.changes = changes

    db.execute("BEGIN")

    assert changes.position == 0
    assert changes.size == 0

"""Use cases around sources."""

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row, insert, update, value


def create_source(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a source at the end of the account's list, unless its position is said."""
    last = value(work.db, "SELECT coalesce(max(position), 0) FROM sources WHERE account_id = ?", (actor.account_id,))
    row: Row = {"account_id": actor.account_id, "internal": False, "position": int(str(last)) + 1}
    row |= {"created_at": work.now, "updated_at": work.now}
    return insert(work.db, "sources", row | written)


def edit_source(work: UnitOfWork, actor: Actor, source_id: int, written: Row) -> None:
    """Rename or move a source.

    Raises:
        NotFound: the account has no such source.

    """
    work.get("sources", source_id, actor.account_id)
    update(work.db, "sources", source_id, written | {"updated_at": work.now})


def refer_to_source(work: UnitOfWork, account_id: int, written: Row) -> None:
    """Check the source that a client wants to associate something with, if it names one.

    Raises:
        Invalid: the account has no such source, or it is an internal one.

    """
    if written.get("source_id") is None:
        return
    if work.refer("sources", "source", written["source_id"], account_id)["internal"]:
        raise Invalid(invalid("source", "is internal"))

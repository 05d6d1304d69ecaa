"""Use cases around sources."""

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.rows import SourceRow


def create_source(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a source at the end of the account's list, unless its position is said."""
    last = work.db.value("SELECT coalesce(max(position), 0) FROM sources WHERE account_id = ?", (actor.account_id,), int)
    row: Row = {"account_id": actor.account_id, "internal": False, "position": (last or 0) + 1}
    row |= {"created_at": work.now, "updated_at": work.now}
    return work.db.insert("sources", row | written)


def edit_source(work: UnitOfWork, actor: Actor, source_id: int, written: Row) -> None:
    """Rename or move a source.

    Raises:
        NotFound: the account has no such source.

    """
    work.db.get(SourceRow, source_id, actor.account_id)
    work.db.update("sources", source_id, written | {"updated_at": work.now})


def refer_to_source(work: UnitOfWork, account_id: int, written: Row) -> None:
    """Check the source that a client wants to associate something with, if it names one.

    Raises:
        Invalid: the account has no such source, or it is an internal one.

    """
    if written.get("source_id") is None:
        return
    if work.db.refer(SourceRow, "source", written["source_id"], account_id)["internal"]:
        raise Invalid(invalid("source", "is internal"))

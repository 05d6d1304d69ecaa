"""Use cases around hosts."""

from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services.sources import refer_to_source
from inbox_mock.store.database import Row
from inbox_mock.store.rows import HostRow, UserRow


def create_host(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a host, who may stand for a user.

    Raises:
        Invalid: the account has no such user or source.

    """
    _check_references(work, actor, written)
    row: Row = {"account_id": actor.account_id, "created_at": work.now, "updated_at": work.now}
    return work.db.insert("hosts", row | written)


def edit_host(work: UnitOfWork, actor: Actor, host_id: int, written: Row) -> None:
    """Change a host.

    Raises:
        NotFound: the account has no such host.
        Invalid: the account has no such user or source.

    """
    work.db.get(HostRow, host_id, actor.account_id)
    _check_references(work, actor, written)
    work.db.update("hosts", host_id, written | {"updated_at": work.now})


def _check_references(work: UnitOfWork, actor: Actor, written: Row) -> None:
    if written.get("user_id") is not None:
        work.db.refer(UserRow, "user", written["user_id"], actor.account_id)
    refer_to_source(work, actor.account_id, written)

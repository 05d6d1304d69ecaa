"""Use cases around applications."""

from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.webhooks.event_types import publish

INSTALLED = "id IN (SELECT application_id FROM installations WHERE account_id = ? AND uninstalled_at IS NULL)"


def edit_application(work: UnitOfWork, actor: Actor, application_id: int, written: Row) -> None:
    """Set how much an application raises prices.

    Raises:
        NotFound: the application is not installed on the account.

    """
    if work.db.value(f"SELECT 1 FROM applications WHERE id = ? AND {INSTALLED}", (application_id, actor.account_id)) is None:  # noqa: S608
        raise NotFound
    work.db.update("applications", application_id, written | {"updated_at": work.now})
    publish(work, "accounts_application_updated", actor.account_id, actor.account_id, application_id=application_id)

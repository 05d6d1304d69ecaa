"""Use cases around applications."""

from mock_server.domain.errors import NotFound
from mock_server.services.events import emit
from mock_server.services.work import Actor, Work
from mock_server.store.database import Row, update, value

INSTALLED = "id IN (SELECT application_id FROM installations WHERE account_id = ? AND uninstalled_at IS NULL)"


def edit_application(work: Work, actor: Actor, application_id: int, written: Row) -> None:
    """Set how much an application raises prices.

    Raises:
        NotFound: the application is not installed on the account.

    """
    if value(work.db, f"SELECT 1 FROM applications WHERE id = ? AND {INSTALLED}", (application_id, actor.account_id)) is None:  # noqa: S608
        raise NotFound
    update(work.db, "applications", application_id, written | {"updated_at": work.now})
    emit(work, "accounts_application_updated", actor.account_id, actor.account_id, application_id=application_id)

"""Actions on applications: they are uninstalled."""

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.simulation.actions import REFERENCE, Given, action
from inbox_mock.simulation.bookings import Arguments
from inbox_mock.store import access
from inbox_mock.store.database import Row
from inbox_mock.webhooks.deliveries import publish


def _installation(arguments: Arguments, given: Given) -> Row:
    client = access.client_application(arguments.work.db)
    first = arguments.work.db.value("SELECT min(id) FROM accounts", (), int)
    application = given.get("application", client["id"] if client else None)
    return {
        "application_id": arguments.refer("applications", application, "application"),
        "account_id": arguments.refer("accounts", given.get("account", first), "account"),
    }


@action(
    arguments={
        "application": {**REFERENCE, "description": "Your own, if left out."},
        "account": {**REFERENCE, "description": "The first one, if left out."},
    },
    resolve=_installation,
    says=lambda given: (
        f"Application {given['application']} is uninstalled" if "application" in given else "Your application is uninstalled"
    ),
    in_trials=False,
)
def application_uninstalled(work: UnitOfWork, about: Row) -> None:
    """Uninstall an application from an account, and revoke its tokens there.

    Raises:
        Invalid: it is not installed on the account.
    """
    application_id, account_id = about["application_id"], about["account_id"]
    if account_id not in access.installed(work.db, application_id):
        raise Invalid(invalid("application_id", "an application that is installed on the account"))
    publish(work, "accounts_application_destroyed", account_id, account_id, application_id=application_id)
    where = (work.now, application_id, account_id)
    work.db.execute("UPDATE installations SET uninstalled_at = ? WHERE application_id = ? AND account_id = ?", where)
    work.db.execute("UPDATE tokens SET revoked_at = ? WHERE application_id = ? AND account_id = ? AND revoked_at IS NULL", where)

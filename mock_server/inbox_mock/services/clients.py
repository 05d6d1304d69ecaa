"""Use cases around clients, the travellers."""

from collections.abc import Mapping
from json import loads
from typing import Any

from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.database import Row
from inbox_mock.store.rows import AccountRow, ClientRow
from inbox_mock.webhooks.event_types import publish

NOTHING_YET: Row = {"addresses": "[]", "emails": "[]", "phones": "[]", "company": "", "vat_number": ""}


def create_client(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a client.

    Raises:
        Invalid: no name is given, or the locale is not one of the account's.

    """
    row = NOTHING_YET | {"account_id": actor.account_id, "created_at": work.now, "updated_at": work.now} | written | _name_of({}, written)
    _check(work, actor, row)
    client_id = work.db.insert("clients", row)
    publish(work, "client_created", client_id, actor.account_id)
    return client_id


def edit_client(work: UnitOfWork, actor: Actor, client_id: int, written: Row) -> None:
    """Change a client.

    Raises:
        NotFound: the account has no such client.
        Invalid: no name would be left, or the locale is not one of the account's.

    """
    client = work.db.get(ClientRow, client_id, actor.account_id)
    changes = written | _name_of(client, written)
    _check(work, actor, client | changes)
    work.db.update("clients", client_id, changes | {"updated_at": work.now})
    publish(work, "client_updated", client_id, actor.account_id)


def _name_of(client: Mapping[str, Any], written: Row) -> Row:
    """Return the full name that the two parts make, where a part is written and the full name is not."""
    if "fullname" in written or not ({"firstname", "lastname"} & written.keys()):
        return {}
    parts = [str({**client, **written}.get(part) or "") for part in ("firstname", "lastname")]
    return {"fullname": " ".join(parts)} if all(parts) else {}


def _check(work: UnitOfWork, actor: Actor, client: Row) -> None:
    if not str(client.get("fullname") or "").strip():
        raise Invalid(invalid("fullname", "can't be blank"))
    locale = client.get("preferred_locale")
    selected = work.db.get(AccountRow, actor.account_id)["selected_locales"]
    if locale is not None and locale not in loads(selected):
        raise Invalid(invalid("preferred_locale", "is not included in the list"))

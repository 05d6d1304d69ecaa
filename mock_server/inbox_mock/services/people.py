"""Use cases around people: clients (the travellers), hosts, and the participants that represent them in conversations."""

from collections.abc import Callable, Mapping
from json import dumps, loads
from typing import Any

from inbox_mock.domain.errors import BLANK, Invalid, invalid
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.services.accounts import check_source
from inbox_mock.store.database import Row
from inbox_mock.store.rows import AccountRow, ClientRow, ConversationRow, HostRow, ParticipantRow, UserRow
from inbox_mock.webhooks.deliveries import publish

NOTHING_YET: Row = {"addresses": "[]", "emails": "[]", "phones": "[]", "company": "", "vat_number": ""}
MEMBERS: dict[str, type[ClientRow | HostRow]] = {"Client": ClientRow, "Host": HostRow}


def create_client(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a client.

    Raises:
        Invalid: no name is given, or the locale is not one of the account's.
    """
    row = NOTHING_YET | {"account_id": actor.account_id, "created_at": work.now, "updated_at": work.now} | written | _name_of({}, written)
    _check_client(work, actor, row)
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
    _check_client(work, actor, client | changes)
    work.db.update("clients", client_id, changes | {"updated_at": work.now})
    publish(work, "client_updated", client_id, actor.account_id)


def contacts(guest: Mapping[str, object], encode: Callable[[object], str] = dumps) -> Row:
    """Return a client's columns for a guest: ``fullname``, one ``email`` address, one ``phone`` number, and other known columns.

    ``encode`` returns a list as JSON text, which is stored and which the API shows unchanged.
    """
    written: Row = {"fullname": guest["fullname"]}
    if "email" in guest:
        written["emails"] = encode([{"label": "default", "email": guest["email"]}])
    if "phone" in guest:
        written["phones"] = encode([{"label": "default", "number": guest["phone"]}])
    return written | {name: guest[name] for name in ("id", "notes", "preferred_locale") if name in guest}


def _name_of(client: Mapping[str, Any], written: Row) -> Row:
    """Return the full name made of the two parts, where a part is written and the full name is not."""
    if "fullname" in written or not ({"firstname", "lastname"} & written.keys()):
        return {}
    parts = [str({**client, **written}.get(part) or "") for part in ("firstname", "lastname")]
    return {"fullname": " ".join(parts)} if all(parts) else {}


def _check_client(work: UnitOfWork, actor: Actor, client: Row) -> None:
    if not str(client.get("fullname") or "").strip():
        raise Invalid(invalid("fullname", BLANK))
    locale = client.get("preferred_locale")
    if locale is not None and locale not in loads(work.db.get(AccountRow, actor.account_id)["selected_locales"]):
        raise Invalid(invalid("preferred_locale", "is not included in the list"))


def create_host(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a host, who may represent a user.

    Raises:
        Invalid: the account has no such user or source.
    """
    _check_host(work, actor, written)
    row: Row = {"account_id": actor.account_id, "created_at": work.now, "updated_at": work.now}
    return work.db.insert("hosts", row | written)


def first_host(work: UnitOfWork, account_id: int) -> int | None:
    """Return the id of an account's first host, or None."""
    return work.db.value("SELECT min(id) FROM hosts WHERE account_id = ?", (account_id,), int)


def edit_host(work: UnitOfWork, actor: Actor, host_id: int, written: Row) -> None:
    """Change a host.

    Raises:
        NotFound: the account has no such host.
        Invalid: the account has no such user or source.
    """
    work.db.get(HostRow, host_id, actor.account_id)
    _check_host(work, actor, written)
    work.db.update("hosts", host_id, written | {"updated_at": work.now})


def _check_host(work: UnitOfWork, actor: Actor, written: Row) -> None:
    if written.get("user_id") is not None:
        work.db.refer(UserRow, "user", written["user_id"], actor.account_id)
    check_source(work, actor.account_id, written)


def add_participant(work: UnitOfWork, actor: Actor, written: Row) -> int:
    """Add a participant to a conversation for an API client. The same member may take part twice.

    Raises:
        Invalid: the conversation or the member is unknown to the account; in a strict sandbox also for a Client in a
            channel's conversation.
    """
    conversation = work.db.refer(ConversationRow, "conversation", written["conversation_id"], actor.account_id)
    if written["member_type"] == "Client" and conversation["channel"] is not None:
        if work.settings.strict:
            raise Invalid(
                invalid("member_type", f"Client participants of this conversation are managed by {conversation['channel']} alone")
            )
        work.explain("not_synchronised_participant", channel=conversation["channel"])
    work.db.refer(MEMBERS[written["member_type"]], "member", written["member_id"], actor.account_id)
    member = written["member_type"], written["member_id"]
    more = {"id": written.get("id"), "read_at": work.now if written.get("read") else None}
    return insert_participants(work, conversation, member, by_channel=False, **more)


def edit_participant(work: UnitOfWork, actor: Actor, participant_id: int, written: Row) -> None:
    """Mark that a participant has read the conversation now, or remove the mark.

    Raises:
        NotFound: the account has no such participant.
    """
    work.db.get(ParticipantRow, participant_id, actor.account_id)
    changes: Row = {"read_at": work.now if written["read"] else None} if "read" in written else {}
    work.db.update("participants", participant_id, changes | {"updated_at": work.now})


def insert_participants(
    work: UnitOfWork, conversation: Row | ConversationRow, *members: tuple[str, object], by_channel: bool, **more: object
) -> int:
    """Insert a participant for each member, given by type and id, and return the last one's id; ``more`` are further columns."""
    row: Row = {"account_id": conversation["account_id"], "conversation_id": conversation["id"], "by_channel": by_channel}
    row |= {"created_at": work.now, "updated_at": work.now, **more}
    return [work.db.insert("participants", row | {"member_type": kind, "member_id": member_id}) for kind, member_id in members][-1]

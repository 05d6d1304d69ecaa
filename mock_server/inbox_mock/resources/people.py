"""People: clients, the travellers whom the account knows, and hosts, the users of the account in the inbox."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import email, record_id, structure, text, time

# What the page of each resource documents.
CLIENTS = documented("/reference/endpoints/clients")
HOSTS = documented("/reference/endpoints/hosts")

CLIENTS_RECORDED = recorded("clients, 2016")

LONGEST = {"state": 100, "zip": 15}


def _group(*required: str, optional: tuple[str, ...] = ()) -> dict[str, object]:
    texts: dict[str, object] = {name: {"type": "string", "minLength": 1} for name in required}
    texts |= {name: {"type": ["string", "null"], **({"maxLength": LONGEST[name]} if name in LONGEST else {})} for name in optional}
    return {"type": "array", "items": {"type": "object", "required": list(required), "properties": texts}}


ADDRESS = ("address1", "address2", "city", "state", "zip", "country_code")

DECLARED = (
    Resource(
        name="client",
        plural="clients",
        path="clients",
        page=CLIENTS.source,
        view="client_records",
        read_scopes=("clients_read",),
        write_scopes=("clients_write",),
        needs=(("fullname",), ("firstname", "lastname")),
        note="The first of addresses, emails and phones is the default one; writing one of these lists replaces all of it.",
        attributes=(
            Attribute(
                name="fullname",
                kind=text(150),
                null=True,
                write=Write.ALWAYS,
                example="Clementina Kling",
                note="Needed, unless firstname and lastname are given.",
                fidelity=CLIENTS,
            ),
            Attribute(name="firstname", kind=text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS),
            Attribute(name="lastname", kind=text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS),
            Attribute(name="company", kind=text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS_RECORDED),
            Attribute(name="vat_number", kind=text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS_RECORDED),
            Attribute(name="notes", kind=text(5000), null=True, write=Write.ALWAYS, fidelity=CLIENTS),
            Attribute(name="passport", kind=text(50), null=True, write=Write.ALWAYS, fidelity=CLIENTS),
            Attribute(
                name="preferred_locale",
                kind=text(),
                null=True,
                write=Write.ALWAYS,
                note="One of the account's selected_locales.",
                fidelity=recorded("clients, 422 otherwise, 2016"),
            ),
            Attribute(
                name="addresses",
                kind=structure(_group("label", optional=ADDRESS), ("label",)),
                write=Write.ALWAYS,
                example=[],
                fidelity=CLIENTS,
            ),
            Attribute(
                name="emails",
                kind=structure(_group("label", "email"), ("label", "email")),
                write=Write.ALWAYS,
                example=[{"label": "default", "email": "clementina@example.com"}],
                fidelity=CLIENTS,
            ),
            Attribute(
                name="phones",
                kind=structure(_group("label", "number"), ("label", "number")),
                write=Write.ALWAYS,
                example=[{"label": "mobile", "number": "+33 6 00 00 00 00"}],
                fidelity=CLIENTS,
            ),
            *stamps(CLIENTS),
            Attribute(name="forget_me_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
            Attribute(name="processing_restricted_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
        ),
        links=(Link(name="account", target="accounts", fidelity=CLIENTS_RECORDED),),
    ),
    Resource(
        name="host",
        plural="hosts",
        path="hosts",
        page=HOSTS.source,
        view="host_records",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="A host may or may not stand for a user.",
        attributes=(
            Attribute(name="firstname", kind=text(), write=Write.ALWAYS, required=True, example="Jan", fidelity=HOSTS),
            Attribute(name="lastname", kind=text(), write=Write.ALWAYS, required=True, example="Kowalski", fidelity=HOSTS),
            Attribute(name="email", kind=email(), null=True, write=Write.ALWAYS, example="jan@example.com", fidelity=HOSTS),
            Attribute(name="user_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=HOSTS),
            Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=HOSTS),
            *stamps(HOSTS),
            Attribute(name="forget_me_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
            Attribute(name="processing_restricted_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
        ),
        links=(
            Link(name="account", target="accounts", fidelity=HOSTS),
            Link(name="participants", target="participants", many=True, fidelity=HOSTS),
            Link(name="source", target="sources", null=True, fidelity=HOSTS),
            Link(name="user", target="users", null=True, served=False, fidelity=recorded("hosts, 2018: there is no /users endpoint")),
        ),
    ),
)

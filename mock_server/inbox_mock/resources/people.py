"""People: clients, the travellers whom the account knows, and hosts, the users of the account in the inbox."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import ON_ITS_PAGE, STAMPS, Attribute, Link, Resource, Write
from inbox_mock.resources.field_types import email, record_id, structure, text, time

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
        page="/reference/endpoints/clients",
        read_scopes=("clients_read",),
        write_scopes=("clients_write",),
        needs=(("fullname",), ("firstname", "lastname")),
        note="The first of addresses, emails and phones is the default one; writing one of these lists replaces all of it.",
        attributes=(
            Attribute(
                "fullname",
                text(150),
                ON_ITS_PAGE,
                null=True,
                write=Write.ALWAYS,
                example="Clementina Kling",
                note="Needed, unless firstname and lastname are given.",
            ),
            Attribute("firstname", text(150), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("lastname", text(150), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("company", text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS_RECORDED),
            Attribute("vat_number", text(), null=True, write=Write.ALWAYS, fidelity=CLIENTS_RECORDED),
            Attribute("notes", text(5000), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute("passport", text(50), ON_ITS_PAGE, null=True, write=Write.ALWAYS),
            Attribute(
                "preferred_locale",
                text(),
                null=True,
                write=Write.ALWAYS,
                note="One of the account's selected_locales.",
                fidelity=recorded("clients, 422 otherwise, 2016"),
            ),
            Attribute("addresses", structure(_group("label", optional=ADDRESS), ("label",)), ON_ITS_PAGE, write=Write.ALWAYS, example=[]),
            Attribute(
                "emails",
                structure(_group("label", "email"), ("label", "email")),
                ON_ITS_PAGE,
                write=Write.ALWAYS,
                example=[{"label": "default", "email": "clementina@example.com"}],
            ),
            Attribute(
                "phones",
                structure(_group("label", "number"), ("label", "number")),
                ON_ITS_PAGE,
                write=Write.ALWAYS,
                example=[{"label": "mobile", "number": "+33 6 00 00 00 00"}],
            ),
            *STAMPS,
            Attribute("forget_me_at", time(), null=True, fidelity=documented("/guides/gdpr")),
            Attribute("processing_restricted_at", time(), null=True, fidelity=documented("/guides/gdpr")),
        ),
        links=(Link("account", "accounts", fidelity=CLIENTS_RECORDED),),
    ),
    Resource(
        name="host",
        plural="hosts",
        page="/reference/endpoints/hosts",
        read_scopes=("inbox_read",),
        write_scopes=("inbox_write",),
        note="A host may or may not stand for a user.",
        attributes=(
            Attribute("firstname", text(), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="Jan"),
            Attribute("lastname", text(), ON_ITS_PAGE, write=Write.ALWAYS, required=True, example="Kowalski"),
            Attribute("email", email(), ON_ITS_PAGE, null=True, write=Write.ALWAYS, example="jan@example.com"),
            Attribute("user_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            Attribute("source_id", record_id(), ON_ITS_PAGE, null=True, read=False, write=Write.ALWAYS),
            *STAMPS,
            Attribute("forget_me_at", time(), null=True, fidelity=documented("/guides/gdpr")),
            Attribute("processing_restricted_at", time(), null=True, fidelity=documented("/guides/gdpr")),
        ),
        links=(
            Link("account", "accounts", ON_ITS_PAGE),
            Link("participants", "participants", ON_ITS_PAGE, many=True),
            Link("source", "sources", ON_ITS_PAGE, null=True),
            Link("user", "users", null=True, fidelity=recorded("hosts, 2018: there is no /users endpoint")),
        ),
    ),
)

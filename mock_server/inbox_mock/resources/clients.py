"""Clients: the travellers, as the account keeps them."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import structure, text, time

PAGE = "/reference/endpoints/clients"
DOCUMENTED = documented(PAGE)
RECORDED = recorded("clients, 2016")

LONGEST = {"state": 100, "zip": 15}


def _group(*required: str, optional: tuple[str, ...] = ()) -> dict[str, object]:
    texts: dict[str, object] = {name: {"type": "string", "minLength": 1} for name in required}
    texts |= {name: {"type": ["string", "null"], **({"maxLength": LONGEST[name]} if name in LONGEST else {})} for name in optional}
    return {"type": "array", "items": {"type": "object", "required": list(required), "properties": texts}}


ADDRESS = ("address1", "address2", "city", "state", "zip", "country_code")

RESOURCE = Resource(
    name="client",
    plural="clients",
    path="clients",
    page=PAGE,
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
            fidelity=DOCUMENTED,
        ),
        Attribute(name="firstname", kind=text(), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="lastname", kind=text(), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="company", kind=text(), null=True, write=Write.ALWAYS, fidelity=RECORDED),
        Attribute(name="vat_number", kind=text(), null=True, write=Write.ALWAYS, fidelity=RECORDED),
        Attribute(name="notes", kind=text(5000), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="passport", kind=text(50), null=True, write=Write.ALWAYS, fidelity=DOCUMENTED),
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
            fidelity=DOCUMENTED,
        ),
        Attribute(
            name="emails",
            kind=structure(_group("label", "email"), ("label", "email")),
            write=Write.ALWAYS,
            example=[{"label": "default", "email": "clementina@example.com"}],
            fidelity=DOCUMENTED,
        ),
        Attribute(
            name="phones",
            kind=structure(_group("label", "number"), ("label", "number")),
            write=Write.ALWAYS,
            example=[{"label": "mobile", "number": "+33 6 00 00 00 00"}],
            fidelity=DOCUMENTED,
        ),
        *stamps(PAGE),
        Attribute(name="forget_me_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
        Attribute(name="processing_restricted_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
    ),
    links=(Link(name="account", target="accounts", fidelity=RECORDED),),
)

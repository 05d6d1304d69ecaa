"""Hosts: what a user of the account is called in the inbox."""

from inbox_mock.domain.fidelity import documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import email, record_id, text, time

PAGE = "/reference/endpoints/hosts"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="host",
    plural="hosts",
    path="hosts",
    page=PAGE,
    view="host_records",
    read_scopes=("inbox_read",),
    write_scopes=("inbox_write",),
    note="A host may or may not stand for a user.",
    attributes=(
        Attribute(name="firstname", kind=text(), write=Write.ALWAYS, required=True, example="Jan", fidelity=DOCUMENTED),
        Attribute(name="lastname", kind=text(), write=Write.ALWAYS, required=True, example="Kowalski", fidelity=DOCUMENTED),
        Attribute(name="email", kind=email(), null=True, write=Write.ALWAYS, example="jan@example.com", fidelity=DOCUMENTED),
        Attribute(name="user_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="source_id", kind=record_id(), null=True, read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        *stamps(PAGE),
        Attribute(name="forget_me_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
        Attribute(name="processing_restricted_at", kind=time(), null=True, fidelity=documented("/guides/gdpr")),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=DOCUMENTED),
        Link(name="participants", target="participants", many=True, fidelity=DOCUMENTED),
        Link(name="source", target="sources", null=True, fidelity=DOCUMENTED),
        Link(name="user", target="users", null=True, served=False, fidelity=recorded("hosts, 2018: there is no /users endpoint")),
    ),
)

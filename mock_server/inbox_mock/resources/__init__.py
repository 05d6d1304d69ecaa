"""One declaration per API resource: attributes, links, constraints, fidelity and source.

`validation`, `serialization` and OpenAPI read the declarations, so an attribute is declared in one place.
Each sibling with a resource in it exports ``RESOURCE``.
"""

from inbox_mock.resources import (
    accounts,
    applications,
    attachments,
    bookings,
    clients,
    conversations,
    hosts,
    inquiries,
    me,
    messages,
    participants,
    rentals,
    sources,
)
from inbox_mock.resources.declaration import Resource

_MODULES = (
    conversations, participants, messages, attachments, hosts, bookings, clients, sources, inquiries, rentals, applications, accounts, me,
)  # fmt: skip

RESOURCES: dict[str, Resource] = {module.RESOURCE.plural: module.RESOURCE for module in _MODULES}

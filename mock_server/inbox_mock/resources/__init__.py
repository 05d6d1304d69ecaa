"""One declaration per API resource: attributes, links, constraints, fidelity and source.

`validation`, `serialization` and OpenAPI read the declarations, so an attribute is declared in one place.
Each sibling with resources in it exports them as ``DECLARED``.
"""

from inbox_mock.resources import accounts, bookings, inbox, people, rentals
from inbox_mock.resources.declaration import Resource

_ORDER = (
    "conversations", "participants", "messages", "attachments", "hosts", "bookings", "clients", "sources", "inquiries", "rentals",
    "applications", "accounts", "accounts_applications",
)  # fmt: skip
_DECLARED = {resource.plural: resource for module in (inbox, people, bookings, rentals, accounts) for resource in module.DECLARED}

RESOURCES: dict[str, Resource] = {plural: _DECLARED[plural] for plural in _ORDER}

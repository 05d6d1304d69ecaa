"""The installation that a token belongs to."""

from inbox_mock.domain.fidelity import documented
from inbox_mock.resources.declaration import Attribute, Link, Resource
from inbox_mock.resources.field_types import choice

PAGE = "/reference/endpoints/me"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="accounts_application",
    plural="accounts_applications",
    path="me",
    page=PAGE,
    view="installation_records",
    read_scopes=("public",),
    has_id=False,
    attributes=(Attribute(name="partnership_invoice_recipient", kind=choice(("account", "smily")), fidelity=DOCUMENTED),),
    links=(Link(name="account", target="accounts", fidelity=DOCUMENTED),),
)

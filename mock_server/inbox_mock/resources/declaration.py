"""The shape of a declaration: resources, their attributes and their links."""

from dataclasses import KW_ONLY, dataclass, replace
from enum import Enum
from typing import Any

from inbox_mock.domain.fidelity import Fidelity, assumed, documented
from inbox_mock.resources.constraints import Constraint
from inbox_mock.resources.field_types import Kind, time

ON_ITS_PAGE = documented("the page of the resource")
"""The fidelity of what is documented on the page of its resource: each attribute, link and constraint says so, or what else."""
PATHS = {name: f"inbox/{name}" for name in ("conversations", "participants", "messages", "attachments")}


class Write(Enum):
    """When an attribute may be written."""

    NEVER = "never"
    ALWAYS = "always"
    CREATE = "on create"
    UPDATE = "on update"


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A value that is also accepted where an assumption is switched on, and validated as if it were another one."""

    value: str
    validated_as: str
    assumption: str


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One attribute: ``required`` on create; ``public`` if it shows without a read scope; ``note`` for people.

    ``optional_if`` names the assumption under which a required attribute may be missing, or null. ``scope`` is a scope without
    which the attribute does not show.
    """

    name: str
    kind: Kind
    fidelity: Fidelity
    _: KW_ONLY
    null: bool = False
    read: bool = True
    write: Write = Write.NEVER
    required: bool = False
    optional_if: str | None = None
    tolerated: Tolerated | None = None
    public: bool = False
    scope: str | None = None
    note: str = ""
    example: object = None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its values in a record."""
        found = dict(self.kind.schema)
        if self.null:
            types = found["type"]
            found["type"] = [*([types] if isinstance(types, str) else types), "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One association. ``target`` is the plural of a resource, or a path that the fake does not serve.

    ``scope`` is a scope without which the link and its template do not show.
    """

    name: str
    target: str
    fidelity: Fidelity
    _: KW_ONLY
    many: bool = False
    null: bool = False
    public: bool = False
    scope: str | None = None
    templates: tuple[tuple[str, str], ...] | None = None

    def templates_under(self, plural: str) -> tuple[tuple[str, str], ...]:
        """Return its URI templates in answers of the resource ``plural``: key, and path under the API's base."""
        if self.templates is not None or not self.target:
            return self.templates or ()
        key = f"{plural}.{self.name}"
        return ((key, f"{PATHS.get(self.target, self.target)}/{{{key}}}"),)


def absent(name: str, path: str = "", *, many: bool, sampled: bool = True, public: bool = False, scope: str | None = None) -> Link:
    """Return an association with records that the fake does not have, at ``path``, by default that of its name.

    ``sampled`` is whether the documentation's samples have it, with its template.
    """
    source = "out of scope for an inbox: always empty here, and its template leads to a 404"
    if not sampled:
        source = f"in the table, in no sample: its template is a guess; {source}"
    return Link(name, path or name, assumed(source), many=many, null=not many, public=public, scope=scope)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """One API resource; ``view`` is the database view of its records, ``page`` the page that documents it.

    That page is the source of each attribute, link and constraint with the fidelity ``ON_ITS_PAGE``.
    ``constraints`` are those between attributes.
    ``needs``: groups of attributes, of which a new record must have at least one. Without one of the ``full_scopes`` only
    public attributes and links show; with one of the ``owner_scopes`` the application's own records show in full.
    """

    name: str
    plural: str
    page: str
    path: str = ""
    view: str = ""
    attributes: tuple[Attribute, ...]
    links: tuple[Link, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    read_scopes: tuple[str, ...]
    write_scopes: tuple[str, ...] = ()
    full_scopes: tuple[str, ...] = ()
    owner_scopes: tuple[str, ...] = ()
    cap: int = 100
    has_id: bool = True
    needs: tuple[tuple[str, ...], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Derive ``path`` and ``view`` from the names where they are left out, and sources from ``page``."""
        for name in ("attributes", "links", "constraints"):
            found = [replace(one, fidelity=documented(self.page)) if one.fidelity is ON_ITS_PAGE else one for one in getattr(self, name)]
            object.__setattr__(self, name, tuple(found))
        object.__setattr__(self, "path", self.path or PATHS.get(self.plural, self.plural))
        object.__setattr__(self, "view", self.view or f"{self.name}_records")


STAMPS = Attribute("created_at", time(), ON_ITS_PAGE), Attribute("updated_at", time(), ON_ITS_PAGE)
"""What nearly every resource has."""

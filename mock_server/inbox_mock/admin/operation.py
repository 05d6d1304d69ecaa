"""An operation of the admin API, declared once: routing, validation and OpenAPI are derived from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from inspect import getdoc
from typing import Any

from inbox_mock.api.openapi_schemas import read_schema, record, title
from inbox_mock.domain import limits
from inbox_mock.domain.admin_tokens import ALL, OWN, READ, Caller
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.engine import redaction
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.resources import RESOURCES
from inbox_mock.scenarios.build import SandboxFactory
from inbox_mock.webhooks.sender import WebhookSender

JSON = dict[str, Any]
TEXT: JSON = {"type": "string"}
OR_NULL: JSON = {"type": ["string", "null"]}
TIMESTAMP: JSON = {"type": "string", "format": "date-time"}
TIMESTAMP_OR_NULL: JSON = {"type": ["string", "null"], "format": "date-time"}
NUMBER: JSON = {"type": "integer"}
NUMBER_OR_NULL: JSON = {"type": ["integer", "null"]}
FLAG: JSON = {"type": "boolean"}
ANY_OBJECT: JSON = {"type": "object", "additionalProperties": True}
HEADERS: JSON = {"type": "object", "additionalProperties": TEXT}


def of_the_api(plural: str) -> JSON:
    """Return the schema of a record as the API shows it to a token with every scope."""
    resource = RESOURCES[plural]
    properties: dict[str, JSON] = read_schema(resource)["properties"]
    links = record(properties["links"]["properties"])
    return record(properties | {"links": links}, title(resource)) | {
        "description": f"One of {plural}, as the API shows it. {resource.note}".strip()
    }


def with_components(schema: Any, components: dict[str, JSON]) -> Any:  # noqa: ANN401 - any part of a document
    """Return a schema in which those with a title are references; they are put into ``components`` by their titles."""
    if isinstance(schema, Mapping):
        found = {name: with_components(part, components) for name, part in schema.items()}
        if "enum" in found:  # tools want its type; where bodies are checked, it would refuse one mistake twice
            found["type"] = ["string", "null"] if None in found["enum"] else "string"
        if not isinstance(schema.get("title"), str):
            return found
        components[found["title"]] = found
        return {"$ref": f"#/components/schemas/{found['title']}"}
    return [with_components(part, components) for part in schema] if isinstance(schema, list | tuple) else schema


PAGED = {
    "limit": f"So many of the latest, from 0 to {limits.LISTED:d}; {limits.LISTED:d}, if left out.",
    "skip": "Leave out so many of the latest.",
}
"""The query of an operation that lists the latest records, oldest first, in pages: `AdminCall.page`."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that is written already; ``kind`` is its content type, ``headers`` are further ones."""

    kind: str
    text: str | bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdminCall:
    """A call of an ``operation`` of the admin API by a caller; ``file`` is the body of one that takes it as it is.

    ``sandbox`` is the one that the path names, if it has been looked up.
    """

    caller: Caller
    factory: SandboxFactory
    origin: str
    path: Mapping[str, str]
    body: JSON
    query: Mapping[str, str]
    sender: WebhookSender
    file: bytes = b""
    operation: str = ""
    sandbox: Sandbox | None = None

    @property
    def in_sandbox(self) -> Sandbox:
        """The sandbox that the path names; only operations with one in their path have one."""
        return self.sandbox or self.factory.sandboxes.get(self.path["id"])

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that changes the sandbox: the call is written into its command log, with a label for a token."""
        with self.in_sandbox.work() as work:
            path = {name: found for name, found in self.path.items() if name != "id"}
            if "token" in path:
                path["token"] = redaction.of_credential(work, path["token"])
            work.log(self.operation, path=path, body=self.body)
            yield work

    @property
    def uploads(self) -> str:
        """The address under which the sandbox's files are served."""
        return f"{self.origin}/uploads/{self.in_sandbox.id}"

    @property
    def shows_credentials(self) -> bool:
        """Whether the caller may see tokens and secrets: with them everybody can write."""
        return self.caller.role != READ

    @property
    def record_id(self) -> int:
        """The record id in the path.

        Raises:
            NotFound: it is not an id.
        """
        found = whole_number(self.path["record_id"], 18)
        if found is None:
            raise NotFound
        return found

    @property
    def page(self) -> tuple[int, int]:
        """How many records the query asks for, and how many it leaves out.

        Raises:
            Invalid: it asks for more than a page has.
        """
        return self.number("limit", limits.LISTED, limits.LISTED), self.number("skip", 0)

    def number(self, name: str, usual: int, most: int = 10**15) -> int:
        """Return a whole number in the query.

        Raises:
            Invalid: it is not a number from 0 to ``most``.
        """
        found = whole_number(self.query.get(name, f"{usual:d}"), 16)
        if found is None or found > most:
            raise Invalid(invalid(name, f"a whole number from 0 to {most:d}"))
        return found


Run = Callable[[AdminCall], JSON | Page | None]
Schemas = Mapping[str, object] | Callable[[], Mapping[str, object]]
"""JSON Schemas by name, or a function that returns them: for those that depend on what a registry finds."""


def _undeclared(_: AdminCall) -> None:
    raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class AdminOperation:
    """An operation of the admin API.

    ``body`` has the JSON Schema of each property of the request's body, ``answer`` that of the response's body. ``takes`` is the content
    type of a body that is no JSON but a file, ``gives`` the content types of the answers that are none.
    ``query`` describes each query parameter; ``refusals`` are the statuses that a refusal can have besides those of every operation.
    ``least`` is the least role that may call it: if it is left out, ``read`` to read, ``own`` for what is about a sandbox, which must
    be one's own, and ``all`` for everything else.
    """

    method: str
    rule: str
    _: KW_ONLY
    body: Schemas = field(default_factory=dict)
    answer: Schemas = field(default_factory=dict)
    takes: str = ""
    gives: Sequence[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    refusals: tuple[int, ...] = (404, 422)
    least: str = ""
    run: Run = _undeclared
    name: str = ""
    summary: str = ""

    def __call__(self, run: Run) -> "AdminOperation":
        """Declare a function as the operation: its name is the operation id, the first line of its docstring the summary."""
        return replace(self, run=run, name=run.__name__, summary=(getdoc(run) or "").partition("\n")[0].rstrip("."))

    @property
    def role(self) -> str:
        """The least role that may call it."""
        return self.least or (READ if self.method == "GET" else OWN if self.rule.startswith("/sandboxes") else ALL)

    @property
    def properties(self) -> Mapping[str, object]:
        """The JSON Schema of each property of the request's body, as of now."""
        return self.body() if callable(self.body) else self.body

    @property
    def answer_schema(self) -> Mapping[str, object]:
        """The JSON Schema of the response's body, as of now."""
        return self.answer() if callable(self.answer) else self.answer

    @property
    def schema(self) -> JSON:
        """The JSON Schema of the body; a missing body is an empty one."""
        return {"type": "object", "additionalProperties": False, "properties": dict(self.properties)}


operation = AdminOperation
"""The decorator of the function that carries out an operation."""


def declared_in(names: Mapping[str, object]) -> tuple[AdminOperation, ...]:
    """Return the operations among a module's names, in the order of their declarations."""
    return tuple(found for found in names.values() if isinstance(found, AdminOperation))

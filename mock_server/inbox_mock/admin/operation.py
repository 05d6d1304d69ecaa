"""An operation of the admin API, declared once: routing, checking and OpenAPI all read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.domain.values import whole_number
from inbox_mock.engine.sandboxes import Sandbox
from inbox_mock.scenarios.build import SandboxFactory
from inbox_mock.webhooks.sender import WebhookSender

if TYPE_CHECKING:
    from jsonschema_rs import Validator

JSON = dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that is no JSON; ``kind`` is its content type."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class AdminCall:
    """One call of the admin API; ``sandbox`` is None where the path names none."""

    factory: SandboxFactory
    origin: str
    sandbox: Sandbox | None
    path: Mapping[str, str]
    body: JSON
    query: Mapping[str, str]
    sender: WebhookSender

    @property
    def in_sandbox(self) -> Sandbox:
        """The sandbox that the path names."""
        if self.sandbox is None:
            raise LookupError(self.path)
        return self.sandbox

    @property
    def record_id(self) -> int:
        """The record that the path names.

        Raises:
            NotFound: it is no id.

        """
        found = whole_number(self.path["record_id"], 18)
        if found is None:
            raise NotFound
        return found

    def number(self, name: str, usual: int, most: int = 10**15) -> int:
        """Return a whole number of the query.

        Raises:
            Invalid: it is no number from 0 to ``most``.

        """
        found = whole_number(self.query.get(name, str(usual)), 16)
        if found is None or found > most:
            raise Invalid(invalid(name, f"a whole number from 0 to {most}"))
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdminOperation:
    """``body`` is the JSON Schema of what may be sent, by property; ``answer`` that of what comes back.

    ``query`` says what each query parameter does.
    """

    method: str
    rule: str
    name: str
    summary: str
    run: Callable[[AdminCall], JSON | Page | None]
    body: Mapping[str, object] = field(default_factory=dict)
    answer: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    refusals: tuple[int, ...] = ()

    @property
    def schema(self) -> JSON:
        """The JSON Schema of the body; a missing body is an empty one."""
        return {"type": "object", "additionalProperties": False, "properties": dict(self.body)}


@cache
def _validator(operation: AdminOperation) -> "Validator":
    from jsonschema_rs import validator_for

    return validator_for(operation.schema)


def checked(operation: AdminOperation, body: object) -> JSON:
    """Return the body of a call.

    Raises:
        Invalid: it does not keep to the operation's schema; each problem says what was expected.

    """
    from jsonschema_rs import ValidationErrorKind

    problems = []
    for error in _validator(operation).iter_errors(body):
        name = ".".join(map(str, error.instance_path))
        expected = _description(operation, error.instance_path) or error.message
        if isinstance(error.kind, ValidationErrorKind.AdditionalProperties):
            name, expected = error.kind.unexpected[0], f"one of {', '.join(operation.body) or 'nothing'}"
        problems.append(invalid(name or "body", str(expected)))
    if problems:
        raise Invalid(*problems)
    return body  # type: ignore[return-value]


def _description(operation: AdminOperation, path: Sequence[str | int]) -> object:
    """Return what is said of the innermost value on a path of which something is said."""
    said, known = None, operation.body
    for name in path:
        described = known.get(str(name))
        if not isinstance(described, Mapping):
            break
        said, known = described.get("description", said), described.get("properties", {})
    return said

"""Checking what a call of the admin API gives, by the declaration of its operation: the query and the body."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import orjson

from inbox_mock.admin.operation import JSON, AdminOperation
from inbox_mock.domain import limits
from inbox_mock.domain.errors import BadRequest, Invalid, Problem, invalid
from inbox_mock.domain.spelling import one_of, unknown
from inbox_mock.domain.values import check_number_of_values, normal
from inbox_mock.scenarios.errors import as_option, in_words, violations

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator


@cache
def _validator(operation: AdminOperation) -> "Validator":
    from jsonschema_rs import validator_for

    return validator_for(operation.schema)


def read_body(raw: bytes) -> object:
    """Return the JSON of a body; an empty one is an empty object.

    Raises:
        BadRequest: the body is not JSON, or has too many values.
    """
    check_number_of_values(raw)
    try:
        return normal(orjson.loads(raw)) if raw.strip() else {}
    except ValueError as error:
        raise BadRequest(f"the body is no JSON as it is wanted here: {error}") from None


def check_query(operation: AdminOperation, query: Mapping[str, str]) -> None:
    """Check that an operation has every parameter of a query.

    Raises:
        Invalid: it lacks some; without this, a misspelled ``limit`` would be answered as if it were not there.
    """
    lacks = [name for name in query if name not in operation.query]
    if lacks:
        raise Invalid(*(invalid(name, unknown(name, operation.query)) for name in lacks[: limits.PROBLEMS]))


def checked(operation: AdminOperation, body: object) -> JSON:
    """Return the body of a call, validated.

    Raises:
        Invalid: the body does not match the operation's schema; each problem says what was expected.
    """
    validator = _validator(operation)
    if not isinstance(body, dict) or not validator.is_valid(body):
        raise Invalid(*dict.fromkeys(_problems(operation, violations(validator, body)[: limits.PROBLEMS])))
    return body


def _problems(operation: AdminOperation, errors: "Iterable[ValidationError]") -> Iterator[Problem]:
    """Yield what the errors of a body say; each unknown key is one problem."""
    from jsonschema_rs import ValidationErrorKind

    for error in errors:
        path = error.instance_path
        if isinstance(error.kind, ValidationErrorKind.AdditionalProperties):
            known = _described(operation, path).get("properties", {})
            for key in error.kind.unexpected[: limits.PROBLEMS]:
                yield invalid(".".join(map(str, (*path, key))), unknown(key, known))
            continue
        if isinstance(error.kind, ValidationErrorKind.Enum):
            expected: object = one_of(error.instance, map(as_option, error.kind.options))
        else:
            expected = _description(operation, path) or in_words(error)
        yield invalid(".".join(map(str, path)) or "body", str(expected))


def _described(operation: AdminOperation, path: Sequence[str | int]) -> JSON:
    """Return the JSON Schema of the object at a path."""
    found = operation.schema
    for name in path:
        found = found.get("properties", {}).get(name, {})
    return found


def _description(operation: AdminOperation, path: Sequence[str | int]) -> object:
    """Return the description of the innermost value on a path that has one."""
    said, known = None, operation.properties
    for name in path:
        described = known.get(str(name))
        if not isinstance(described, Mapping):
            break
        said, known = described.get("description", said), described.get("properties", {})
    return said

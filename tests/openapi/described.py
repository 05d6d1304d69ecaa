"""Holding answers of the admin API to its own OpenAPI document, strictly: no property that is not described."""

import re
from functools import cache
from typing import Any

from jsonschema_rs import Validator, validator_for

from inbox_mock.admin import routes
from inbox_mock.admin.access_control import PREFIX

JSON = dict[str, Any]


def check(method: str, target: str, status: int, answer: object) -> None:
    """Raise AssertionError if an answer of the admin API is not as the document says.

    What is declared while the tests run, such as another kind of fault, is described from then on.
    """
    path = target.partition("?")[0].removeprefix(PREFIX).rstrip("/")
    operation = next((name for name, wanted, pattern in _patterns() if wanted == method and pattern.fullmatch(path)), "")
    described = operation, f"{status}"
    if described not in _schemas() or _validator(*described).is_valid(answer):
        return
    _schemas.cache_clear()
    _validator.cache_clear()
    problems = [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in _validator(*described).iter_errors(answer)]
    assert not problems, f"{operation} answers otherwise than its document says: {problems[:5]}"


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    fixed_first = sorted(routes.OPERATIONS, key=lambda one: one.rule.count("<"))
    return tuple((one.name, one.method, re.compile(re.sub(r"<\w+>", "[^/]+", one.rule))) for one in fixed_first)


@cache
def _validator(operation: str, status: str) -> Validator:
    """Return what validates the JSON of an answer."""
    return validator_for(_schemas()[operation, status])


@cache
def _schemas() -> dict[tuple[str, str], JSON]:
    """Return the schema of the JSON of each answer, by the names of the operation and the status."""
    document = routes.document("http://localhost")
    components = {"components": _closed(document["components"])}
    return {
        (operation["operationId"], status): media["schema"] | components
        for item in document["paths"].values()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        for kind, media in answer.get("content", {}).items()
        if "json" in kind
    }


def _closed(schema: Any) -> Any:
    """Return a schema whose objects have no further properties, unless it says that they may."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _closed(part) for name, part in schema.items()}
    return {"additionalProperties": False} | found if isinstance(found.get("properties"), dict) and "type" in found else found

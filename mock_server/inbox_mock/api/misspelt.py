"""Names that the API does not know: as the real service does, it ignores them; the reasons of the answer say so.

Of names in bodies, and of values, only those are told that resemble a known one: the others may be anything, private texts too.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

from inbox_mock.api.operation import Operation
from inbox_mock.api.request_context import Query
from inbox_mock.domain.spelling import closest
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.resources.declaration import Resource

MOST_TOLD = 3
"""Of a query, of each parameter and of a body: further names are left out."""
WORD = re.compile(r"[a-z_]{1,40}")


def explain_query(work: UnitOfWork, operation: Operation, query: Query) -> None:
    """Explain which parameters, which values of repeated ones, and which names in ``fields`` and ``include``, are ignored."""
    for given in _unknown(query.given, operation.query):
        name = given.removesuffix("[]")
        meant = name if name in operation.query else closest(name, operation.query)
        if meant is not None:
            work.explain("parameter_misspelt", given=given if meant == name else name, meant=meant)
        elif WORD.fullmatch(name):
            work.explain("parameter_ignored", given=name)
    for name in operation.query:
        if name in query.overridden:
            work.explain("parameter_repeated", given=name)
    resource = operation.resource
    for parameter, known in (("fields", attributes_of(resource) | associations_of(resource)), ("include", associations_of(resource))):
        for name in _unknown((given.partition(".")[0] for given in query.names(parameter)), known):
            meant = closest(name, known)
            if meant is not None:
                work.explain("name_misspelt", given=name, parameter=parameter, meant=meant)


def explain_written(work: UnitOfWork, operation: Operation, body: object) -> None:
    """Explain which attributes of the record in a body are ignored since they are misspelt."""
    plural, known = operation.resource.plural, attributes_of(operation.resource)
    records = body.get(plural) if isinstance(body, dict) and operation.body in {"create", "update"} else None
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        return  # it is refused
    for name in _unknown(records[0], known):
        meant = closest(name, known)
        if meant is not None:
            work.explain("attribute_misspelt", given=name, plural=plural, meant=meant)


@cache
def attributes_of(resource: Resource) -> frozenset[str]:
    """Return the names that a record of a resource has beside its associations, or may be written with."""
    return frozenset({"id", "links", *(one.name for one in resource.attributes)})


@cache
def associations_of(resource: Resource) -> frozenset[str]:
    """Return the names of a resource's associations."""
    return frozenset(link.name for link in resource.links)


def _unknown(names: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    return islice((name for name in names if name not in known), MOST_TOLD)

"""Which operation of the API a journal entry called."""

from collections.abc import Iterable
from functools import lru_cache

from inbox_mock.api.operation import Operation
from inbox_mock.conduct.model import API
from inbox_mock.domain.access import PUBLIC

POWERS = ("read", "write", "write_owned")


class Operations:
    """The operations of the API, found by method and path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in operations:
            parts = tuple(operation.rule.strip("/").split("/"))
            self._known.setdefault((operation.method, len(parts)), []).append((parts, operation))
        self.of = lru_cache(maxsize=4096)(self._find)

    def scopes(self, method: str, path: str) -> tuple[str, ...]:
        """Return the scopes of which a call makes use of any one; none for a call of nothing that is known.

        What everybody may read shows more to whoever holds a scope of its own.
        """
        found = self.of(method, path)
        if found is None or found.scopes != (PUBLIC,):
            return () if found is None else found.scopes
        return (PUBLIC, *(f"{found.resource.plural}_{power}" for power in POWERS))

    def _find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path; PATCH is PUT."""
        if not path.startswith(API):
            return None
        parts = [part for part in path.removeprefix(API).split("/") if part]
        for rule, operation in self._known.get(("PUT" if method == "PATCH" else method, len(parts)), ()):
            if all(wanted.startswith("<") or wanted == found for wanted, found in zip(rule, parts, strict=True)):
                return operation
        return None

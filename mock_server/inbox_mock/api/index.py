"""Finding the operation of the API that a method and a path name."""

from collections.abc import Iterable
from functools import lru_cache

from inbox_mock.api.operation import Operation
from inbox_mock.domain.access import PUBLIC

PREFIX = "/api/v3/"
MOST_KEPT = 2_000  # characters of a path that is found again without a search
POWERS = ("read", "write", "write_owned")
Found = tuple[Operation, dict[str, str]]


class OperationIndex:
    """Operations by method and path. PATCH counts as PUT; a path may end in a slash."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._known: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
        for operation in operations:
            parts = tuple(operation.rule.strip("/").split("/"))
            self._known.setdefault((operation.method, len(parts)), []).append((parts, operation))
        self._found = lru_cache(maxsize=4096)(self._find)

    def match(self, method: str, path: str) -> Found | None:
        """Return the operation, and the variable parts of the path by their names; None if there is none."""
        return self._found(method, path) if len(path) <= MOST_KEPT else self._find(method, path)

    def of(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path."""
        found = self.match(method, path)
        return None if found is None else found[0]

    def scopes(self, method: str, path: str) -> tuple[str, ...]:
        """Return the scopes of which a request uses any one; none for an unknown operation.

        A public operation shows more to an application that holds a scope of the resource.
        """
        found = self.of(method, path)
        if found is None or found.scopes != (PUBLIC,):
            return () if found is None else found.scopes
        return (PUBLIC, *(f"{found.resource.plural}_{power}" for power in POWERS))

    def _find(self, method: str, path: str) -> Found | None:
        parts = path.removeprefix(PREFIX).removesuffix("/").split("/")
        if not path.startswith(PREFIX) or "" in parts:
            return None
        for rule, operation in self._known.get(("PUT" if method == "PATCH" else method, len(parts)), ()):
            pairs = tuple(zip(rule, parts, strict=True))
            if all(wanted == found or wanted[0] == "<" for wanted, found in pairs):
                return operation, {wanted[1:-1]: found for wanted, found in pairs if wanted[0] == "<"}
        return None

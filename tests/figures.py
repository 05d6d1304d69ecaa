"""Print figures of the product's structure: modules, lines, module switches, ignored types, import circles.

    python tests/figures.py [--root DIR] [--json] [--check] [--no-walks] [--pairs N] [--calls]

The product is every .py file under mock_server and contracts. What the figures mean:

Lines are physical lines, blank ones and all, as `wc -l` counts them. Code lines are those that carry a token of code: blank
lines, comments and docstrings are left out.

A walk is a fixed scenario that is measured while the application answers in this process. A call counts when one of the
product's own functions begins; resumed generators, lambdas, comprehensions and class bodies do not count, nor does generated
code such as a dataclass's __init__. A switch is a call in another module than the call before it; returns are no switches.
The walk is done once before it is measured, in another sandbox, so that caches are warm and late imports are made.

    message   from POST /api/v3/inbox/messages to 201: a host's message, relayed to a guest on Airbnb
    delayed   from a booking with a conversation_delay of 10m, over an advance of the clock by 10m, to its open conversation

An import circle is a strongly connected component of two or more modules. Imports inside functions and under TYPE_CHECKING
count. An import of pkg.module does not count as an import of pkg/__init__.py; `from pkg import name` does, unless name is a
module. Imports by a computed name (import_module) are not seen.

With --check, it exits with 1 if a figure is beyond its limit (LIMITS), which `make check` asks for.
"""

import ast
import io
import json
import os
import re
import sys
import tokenize
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from inspect import CO_GENERATOR, CO_OPTIMIZED
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

JSON = dict[str, Any]
Graph = dict[str, set[str]]

HERE = Path(__file__).resolve().parent
# The folders of the product, and the import package that each holds; a folder without that is itself the package.
FOLDERS = {"mock_server": "inbox_mock", "contracts": "inbox_contracts"}
SMALL = 40
LIMITS = {
    "import circles": 0,
    "lines of the longest module": 330,
    "type: ignore in the product": 25,
    "walk message: switches": 95,
    "walk delayed: switches": 205,
}
"""What `make check` holds. A change that needs more of one says in its commit why that is worth it."""
IGNORED_TYPE = re.compile(r"#\s*type:\s*ignore\b")
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}

DELAY = "10m"
STAFF = {
    "seed": 7,
    "rentals": [{"id": 16, "name": "Chalet Les Robles", "timezone": "Europe/Paris"}],
    "users": [{"id": 2, "fullname": "Jan Kowalski"}],
    "hosts": [{"id": 2, "as": "jan", "firstname": "Jan", "lastname": "Kowalski", "user": 2}],
}
STAY = {"id": 80, "channel": "airbnb", "rental": 16, "start_at": "+30d", "end_at": "+37d", "created_at": "-2h"}
GUEST = {"fullname": "Clementina Kling"}
BOOKED = STAY | {"guest": GUEST, "conversation_delay": DELAY, "conversation": 11, "host_participant": False}
ANSWERABLE = STAFF | {"bookings": [BOOKED], "participants": [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]}
MESSAGE = {
    "conversation_id": 11,
    "sender_id": 2,
    "content": "You can arrive from four o'clock.",
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": "airbnb",
    "sent_at": "2030-06-01T12:00:00Z",
}


@dataclass(frozen=True)
class Module:
    """A module of the product; ``is_package`` for an __init__.py."""

    name: str
    path: Path
    text: str

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@dataclass
class Walk:
    """The modules of the calls of a walk, in order, and the names of the functions."""

    calls: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    @property
    def modules(self) -> list[str]:
        return sorted(set(self.calls))

    @property
    def switches(self) -> Counter[tuple[str, str]]:
        """Each pair of modules that follow each other, with how often they do."""
        return Counter((before, after) for before, after in pairwise(self.calls) if before != after)


class PreparedError(BaseException):
    """Ends the command that serves where it would bind a port; holds the application."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self.app = app


# Modules, lines, ignored types


def source_roots(root: Path) -> dict[Path, Path]:
    """Map the folder of each import package to the folder from which it is imported."""
    roots: dict[Path, Path] = {}
    for folder, package in FOLDERS.items():
        inner = root / folder / package
        roots[inner if inner.is_dir() else root / folder] = root / folder if inner.is_dir() else root
    return roots


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def modules_of(root: Path) -> list[Module]:
    found: list[Module] = []
    roots = source_roots(root)
    for folder in FOLDERS:
        for path in python_files(root / folder):
            above = next((source for package, source in roots.items() if path.is_relative_to(package)), root)
            parts = path.relative_to(above).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Module(name, path, path.read_text(encoding="utf-8")))
    return found


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(text).readline)


def docstring_lines(text: str) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                lines |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def code_lines(text: str) -> int:
    lines: set[int] = set()
    for token in tokens(text):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(text))


def ignored_types(texts: list[str]) -> int:
    possible = (text for text in texts if IGNORED_TYPE.search(text))
    comments = (token.string for text in possible for token in tokens(text) if token.type == tokenize.COMMENT)
    return sum(len(IGNORED_TYPE.findall(comment)) for comment in comments)


# Import circles


def imports_of(module: Module, known: set[str]) -> set[str]:
    """Return the product's modules that a module imports by name, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = imported_from(module, node)
            names = (f"{package}.{alias.name}" for alias in node.names)
            found |= {name if name in known else package for name in names}
    return (found & known) - {module.name}


def imported_from(module: Module, node: ast.ImportFrom) -> str:
    """Return the absolute name of what stands after ``from``."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def import_graph(modules: list[Module]) -> Graph:
    known = {module.name for module in modules}
    return {module.name: imports_of(module, known) for module in modules}


def reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


def circles_of(graph: Graph) -> list[list[str]]:
    """Return the members of each import circle, the largest circle first."""
    reached = {name: reachable(graph, name) for name in graph}
    members = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph if name in reached[name]}
    return sorted((sorted(circle) for circle in members), key=lambda circle: (-len(circle), circle))


# Walks


class Recorder:
    """A profile function that writes down in which of the product's modules each call begins."""

    def __init__(self, modules: list[Module]) -> None:
        self.walk = Walk()
        self._names = {str(module.path): module.name for module in modules}
        self._generators: set[FrameType] = set()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        name = self._names.get(code.co_filename)
        if event != "call" or name is None or code.co_name.startswith("<") or not code.co_flags & CO_OPTIMIZED:
            return
        if code.co_flags & CO_GENERATOR:
            if frame in self._generators:
                return
            self._generators.add(frame)
        self.walk.calls.append(name)
        self.walk.functions.append(code.co_qualname)


class Fake:
    """The application in this process, made by the project's own command and called without a socket."""

    def __init__(self, root: Path) -> None:
        from werkzeug.test import Client

        self._client = Client(application(root))

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> JSON:
        """Call; ``body`` is sent as JSON, and what is answered must be JSON, too."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = self._client.open(path, method=method, json=body, headers=headers, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
        if answer.status_code >= 300:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)}")
        found: JSON = json.loads(answer.get_data())
        return found

    def sandbox(self, scenario: JSON) -> JSON:
        return self.call("POST", "/__admin/sandboxes", {"scenario": scenario, "clock": {"mode": "manual"}})


def application(root: Path) -> Any:
    """Return the WSGI application that `inbox-mock serve` would serve."""
    from inbox_mock.serving.http_server import HttpServer

    def begin(_server: object, _listener: object, app: Any, *_more: object) -> None:
        raise PreparedError(app)

    script = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["inbox-mock"]
    module, _, function = script.partition(":")
    for name in [name for name in os.environ if name.startswith("INBOX_MOCK_")]:
        del os.environ[name]
    main = getattr(import_module(module), function)
    try:
        command = ["inbox-mock", "serve", "--scenario", "empty", "--clock", "manual", "--port", "0"]
        with patch.object(HttpServer, "__init__", begin), patch.object(sys, "argv", command):
            main()
    except PreparedError as prepared:
        return prepared.app
    raise SystemExit("inbox-mock serve ended before it bound a port")


def message_walk(fake: Fake) -> Callable[[], None]:
    made = fake.sandbox(ANSWERABLE)

    def walk() -> None:
        fake.call("POST", "/api/v3/inbox/messages", {"messages": [MESSAGE]}, made["token"])

    return walk


def delayed_walk(fake: Fake) -> Callable[[], None]:
    address = f"/__admin/sandboxes/{fake.sandbox(STAFF)['id']}"

    def walk() -> None:
        fake.call("POST", f"{address}/bookings", {"channel": "airbnb", "conversation_delay": DELAY})
        found = fake.call("POST", f"{address}/clock/advance", {"by": DELAY})
        kinds = [event["kind"] for event in found["happened"]]
        if kinds != ["conversation_opened"]:
            raise SystemExit(f"the clock was to meet one conversation_opened, not {kinds}")

    return walk


WALKS: dict[str, Callable[[Fake], Callable[[], None]]] = {"message": message_walk, "delayed": delayed_walk}


def walks_of(root: Path, modules: list[Module]) -> dict[str, Walk]:
    sys.path[:] = [*dict.fromkeys(map(str, source_roots(root).values())), *(path for path in sys.path if Path(path).resolve() != HERE)]
    fake = Fake(root)
    walks: dict[str, Walk] = {}
    for name, prepare in WALKS.items():
        prepare(fake)()
        walk, recorder = prepare(fake), Recorder(modules)
        sys.setprofile(recorder)
        try:
            walk()
        finally:
            sys.setprofile(None)
        if not recorder.walk.calls:
            raise SystemExit(f"the product was not imported from {root}")
        walks[name] = recorder.walk
    return walks


# The table


def measure(root: Path, *, walks: bool) -> JSON:
    modules = modules_of(root)
    graph = import_graph(modules)
    circles = circles_of(graph)
    return {
        "modules": len(modules),
        "small_modules": sum(module.lines <= SMALL for module in modules),
        "lines": sum(module.lines for module in modules),
        "longest_module": max(module.lines for module in modules),
        "code_lines": sum(code_lines(module.text) for module in modules),
        "walks": {name: shown(walk) for name, walk in (walks_of(root, modules) if walks else {}).items()},
        "ignored_types": ignored_types([module.text for module in modules]),
        "ignored_types_in_tests": ignored_types([path.read_text(encoding="utf-8") for path in python_files(root / "tests")]),
        "circles": [{"members": circle, "imports": inner_imports(graph, circle)} for circle in circles],
    }


def shown(walk: Walk) -> JSON:
    pairs = sorted(walk.switches.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "modules": len(walk.modules),
        "switches": walk.switches.total(),
        "calls": len(walk.calls),
        "names": walk.modules,
        "sequence": [f"{module}.{function}" for module, function in zip(walk.calls, walk.functions, strict=True)],
        "pairs": [{"from": before, "to": after, "count": count} for (before, after), count in pairs],
    }


def inner_imports(graph: Graph, circle: list[str]) -> list[list[str]]:
    return [[name, imported] for name in circle for imported in sorted(graph[name] & set(circle))]


def rows_of(figures: JSON) -> list[tuple[str, int]]:
    rows = [
        ("modules", figures["modules"]),
        (f"  of {SMALL} lines or fewer", figures["small_modules"]),
        ("lines (wc -l)", figures["lines"]),
        ("lines of the longest module", figures["longest_module"]),
        ("code lines (no blank lines, comments, docstrings)", figures["code_lines"]),
        ("type: ignore in the product", figures["ignored_types"]),
        ("type: ignore in the tests", figures["ignored_types_in_tests"]),
        ("import circles", len(figures["circles"])),
    ]
    for name, walk in figures["walks"].items():
        rows += [(f"walk {name}: modules", walk["modules"]), (f"walk {name}: switches", walk["switches"])]
    return rows


def excesses(figures: JSON) -> list[str]:
    """Return a sentence for each figure that is beyond its limit."""
    return [
        f"{title}: found {number}; expected at most {LIMITS[title]}"
        for title, number in rows_of(figures)
        if number > LIMITS.get(title, number)
    ]


def table(figures: JSON) -> Iterator[str]:
    rows = rows_of(figures)
    width = max(len(title) for title, _ in rows)
    yield from (f"{title:<{width}}  {number:>7,}" for title, number in rows)
    for number, circle in enumerate(figures["circles"], start=1):
        yield f"\ncircle {number}, {len(circle['members'])} modules:"
        yield from (f"  {name}" for name in circle["members"])


def most_frequent(figures: JSON, number: int) -> Iterator[str]:
    for name, walk in figures["walks"].items() if number else ():
        yield f"\nwalk {name}, its most frequent switches:"
        yield from (f"  {pair['count']:>3}  {pair['from']} -> {pair['to']}" for pair in walk["pairs"][:number])


def sequence(figures: JSON) -> Iterator[str]:
    for name, walk in figures["walks"].items():
        yield f"\nwalk {name}, call by call:"
        yield from (f"  {call}" for call in walk["sequence"])


def main() -> int:
    parser = ArgumentParser(description="Print figures of the product's structure.")
    parser.add_argument("--root", type=Path, default=HERE.parent, help="another checkout of the project")
    parser.add_argument("--json", action="store_true", help="print JSON, with the names of modules and every switch")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure is beyond its limit")
    parser.add_argument("--no-walks", action="store_true", help="read the sources only, import nothing")
    parser.add_argument("--calls", action="store_true", help="print each walk call by call, too")
    parser.add_argument("--pairs", type=int, default=0, metavar="N", help="print the N most frequent switches of each walk, too")
    asked = parser.parse_args()
    figures = measure(asked.root.resolve(), walks=not asked.no_walks)
    lines = (
        [json.dumps(figures, indent=2)]
        if asked.json
        else [*table(figures), *most_frequent(figures, asked.pairs), *(sequence(figures) if asked.calls else ())]
    )
    beyond = excesses(figures) if asked.check else []
    sys.stdout.write("\n".join([*lines, *beyond]) + "\n")
    return 1 if beyond else 0


if __name__ == "__main__":
    sys.exit(main())

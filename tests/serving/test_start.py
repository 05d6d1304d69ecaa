"""What a start leaves to the first request that needs it."""

import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from wsgiref.util import setup_testing_defaults

import pytest
from werkzeug.routing import Rule

from conftest import OPTIONS
from inbox_mock.app import create_app

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8


def test_the_flask_application_is_made_once_whichever_thread_asks_first() -> None:
    fake, found = create_app(OPTIONS), list["Flask"]()
    together = Barrier(THREADS)

    def ask() -> None:
        together.wait()
        found.append(fake.app)

    threads = [Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == THREADS
    assert {id(app) for app in found} == {id(fake.app)}


def test_no_function_that_builds_urls_is_compiled_until_one_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    original = Rule._compile_builder  # noqa: SLF001 - what is not to be called

    def noted(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT001, FBT002 - Werkzeug's
        compiled.append(rule.rule)
        return original(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noted)
    app = create_app(OPTIONS).app
    answered = app.test_client().get("/livez").status_code

    assert (answered, compiled) == (200, [])
    with app.test_request_context():
        assert app.url_for("livez") == "/livez"


LATER = {"flask", "werkzeug", "jinja2", "marshmallow", "prometheus_client", "yaml", "jsonschema_rs", "ssl", "rich", "requests", "cheroot"}
START = """
import sys
from pathlib import Path
from wsgiref.util import setup_testing_defaults
import inbox_mock.cli.serve
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.start_cache import StartCache
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.http_server import HttpServer

kept = StartCache(Path(sys.argv[1]), "this code")
fake = create_app(Options(scenario=find("agency", kept), overrides=Overrides(mode="manual"), cache=kept))
for path in ("/livez", "/readyz", "/api/v3/inbox/conversations", "/api/v3/nothing/1"):
    environ = {"PATH_INFO": path, "HTTP_AUTHORIZATION": "Bearer demo"}
    setup_testing_defaults(environ)
    b"".join(fake.wsgi(environ, lambda status, _headers: print(status)))
    print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))
"""


def test_a_start_and_plain_requests_import_neither_flask_nor_what_reads_scenarios(tmp_path: Path) -> None:
    def started() -> list[str]:
        command = [sys.executable, "-c", START, str(tmp_path), *LATER]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()

    started()
    told = started()

    assert told[:6] == ["200 OK", "", "200 OK", "", "200 OK", ""]
    assert told[6] == "404 Not Found"
    assert "flask" in told[7]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_is_answered_the_same_ahead_of_flask_and_by_it(path: str) -> None:
    fake = create_app(OPTIONS)

    def ask(query: str) -> tuple[object, ...]:
        environ: dict[str, object] = {"PATH_INFO": path, "QUERY_STRING": query}
        setup_testing_defaults(environ)
        told: list[object] = []
        body = b"".join(fake.wsgi(environ, lambda status, headers, _error=None: told.extend([status, headers])))  # type: ignore[arg-type]
        return (*told, body)

    assert ask("") == ask("who=asks")

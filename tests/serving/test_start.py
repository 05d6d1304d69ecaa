"""What a start leaves to the first request that needs it."""

import subprocess
import sys
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from conftest import OPTIONS
from inbox_mock.api.pipeline import JOURNALED
from inbox_mock.app import Fake, create_app

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

    def noted(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT002 - Werkzeug's
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
from io import BytesIO
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
form = b"grant_type=client_credentials&client_id=democlientid&client_secret=democlientsecret"
for path in ("/livez", "/readyz", "/oauth/token", "/api/v3/inbox/conversations", "/api/v3/nothing/1"):
    environ = {"PATH_INFO": path, "HTTP_AUTHORIZATION": "Bearer demo"}
    if path == "/oauth/token":
        environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
        environ |= {"CONTENT_LENGTH": str(len(form)), "wsgi.input": BytesIO(form)}
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

    assert told[:8] == ["200 OK", ""] * 4
    assert told[8] == "404 Not Found"
    assert "flask" in told[9]


def answered(fake: Fake, **given: object) -> list[object]:
    """Return status, headers and body of the answer, and its journal entry if it has one."""
    environ: dict[str, object] = {**given}
    setup_testing_defaults(environ)
    told: list[object] = []
    body = b"".join(fake.wsgi(environ, lambda status, headers, _error=None: told.extend([status, headers])))  # type: ignore[arg-type]
    return [*told, body, environ.get(JOURNALED)]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_is_answered_the_same_ahead_of_flask_and_by_it(path: str) -> None:
    fake = create_app(OPTIONS)

    assert answered(fake, PATH_INFO=path) == answered(fake, PATH_INFO=path, QUERY_STRING="who=asks")


@pytest.fixture(scope="module")
def two_fakes() -> list[Fake]:
    return [create_app(OPTIONS, stopwatch=lambda: 0.0, request_id=lambda: "the same") for _ in range(2)]


GRANT, CLIENT, SECRET = b"grant_type=client_credentials", b"client_id=democlientid", b"client_secret=democlientsecret"
JSON_BODY = b'{"grant_type":"client_credentials","client_id":"democlientid","client_secret":"democlientsecret"}'
PARTS = st.sampled_from(
    [GRANT, CLIENT, SECRET, b"scope=%C3%A9", b"scope=%E9", "scope=é".encode(), b"scope=\xe9", b"%", b"=", b"", b"a;b=+"]
)
BODIES = st.lists(PARTS, max_size=5).map(b"&".join) | st.sampled_from([b"&".join([GRANT, CLIENT, SECRET]), JSON_BODY, b"[]", b"{", b" "])
FORM = "application/x-www-form-urlencoded"
KINDS = st.sampled_from([FORM, f" {FORM.title()} ;charset=latin-1", "application/json", "", ";", "multipart/form-data; boundary=b"])
CLIENTS = st.sampled_from([b"democlientid:democlientsecret", b"democlientid", b":", b"\xff:x"])
SCHEMES = st.sampled_from(["", "Basic {}", "bAsIc  {} ", "Basic {}?", "Basic \xe9{}", "Bearer {}", "Basic"])


@given(kind=KINDS, body=BODIES, client=CLIENTS, scheme=SCHEMES)
def test_a_token_request_is_answered_the_same_ahead_of_flask_and_by_it(
    two_fakes: list[Fake], kind: str, body: bytes, client: bytes, scheme: str
) -> None:
    asked = {"REQUEST_METHOD": "POST", "PATH_INFO": "/oauth/token", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    asked["HTTP_AUTHORIZATION"] = scheme.format(b64encode(client).decode())
    without_a_length = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    ahead, by_flask = two_fakes

    said = answered(ahead, **asked, **{"wsgi.input": BytesIO(body)})

    assert said == answered(by_flask, **asked, **without_a_length, **{"wsgi.input": BytesIO(body)})

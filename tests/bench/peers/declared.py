"""Each peer: the package that it comes in, how it serves a record of about 1.4 kB by its id, and what it does for a GET.

The fake, and what it is compared with otherwise, are among them."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.children import BARE_FLASK, INBOX_MOCK
from bench.peers.packages import Package, npm, pip
from processes import free_port

HERE = Path(__file__).parent
PATH = "/conversations/1"
CONVERSATIONS = "/api/v3/inbox/conversations"
OTHERS = 16  # the scenario has one more, which is written to
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20300601/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
"""As an AWS client sends it; moto looks at who signs, and not at the signature."""


@dataclass(frozen=True)
class Setting:
    """What a peer's command needs: where its package is, a folder of its own, a port that is free, and the record to serve."""

    installed: Path
    folder: Path
    port: int
    record: Mapping[str, Any]

    def write(self, name: str, content: object) -> str:
        """Write a file of JSON into the folder; its path."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
        return str(path)

    def node(self, script: str, *arguments: str) -> list[str]:
        """A program of an npm package, without npm's own process."""
        return ["node", str(self.installed / "node_modules" / script), *arguments]


def sent(method: str, path: str, body: bytes = b"", authorization: str = "Bearer demo") -> bytes:
    """A request's bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + body


OURS = sent("GET", f"{CONVERSATIONS}/1")
CHANGE = sent("PUT", f"{CONVERSATIONS}/{OTHERS + 1}", b'{"conversations":[{"subject":"Changed"}]}')


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A server to measure, and what it does for a GET; without a ``package`` it is the project's own.

    ``first`` are the requests, made for the record, that it answers before it is measured, ``load`` those that are repeated then.
    Of one that is there for the ``rate_only`` no start and no memory is shown. ``fixtures`` are those of its tests, in a file of
    ``fixtures/``, and what a test does with each.
    """

    name: str
    package: Package | None = None
    command: Callable[[Setting], list[str]]
    first: Callable[[bytes], Sequence[bytes]] = lambda _record: (sent("GET", PATH),)
    load: Sequence[bytes] = (sent("GET", PATH),)
    does: str
    rate_only: bool = False
    tests: str = ""
    fixtures: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Its name and version."""
        return f"{self.name} {self.package.version}" if self.package else self.name


def _inbox_mock(setting: Setting) -> list[str]:
    return [str(INBOX_MOCK), "serve", "--port", str(setting.port), "--scenario", "agency", "--clock", "manual"]


def _bare_flask(server: str) -> Callable[[Setting], list[str]]:
    def command(setting: Setting) -> list[str]:
        port_file, body = str(setting.folder / "port"), setting.write("record.json", setting.record)
        return [sys.executable, str(BARE_FLASK), port_file, body, "application/json", server, str(setting.port)]

    return command


def _bytes(setting: Setting) -> list[str]:
    return [sys.executable, str(HERE / "serve_bytes.py"), str(setting.port)]


def _moto(setting: Setting) -> list[str]:
    return [str(setting.installed / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(setting.port)]


def _pytest_httpserver(setting: Setting) -> list[str]:
    script = str(HERE / "serve_by_pytest_httpserver.py")
    return [str(setting.installed / "bin" / "python"), script, str(setting.port), setting.write("record.json", setting.record)]


def _json_server(setting: Setting) -> list[str]:
    database = setting.write("db.json", {"conversations": [setting.record]})
    return setting.node("json-server/lib/cli/bin.js", "--host", "127.0.0.1", "--port", str(setting.port), database)


def _prism(setting: Setting) -> list[str]:
    answer = {"description": "One.", "content": {"application/json": {"schema": {"type": "object"}, "example": setting.record}}}
    by_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    operation = {"get": {"parameters": [by_id], "responses": {"200": answer}}}
    document = {"openapi": "3.0.3", "info": {"title": "One", "version": "1"}, "paths": {"/conversations/{id}": operation}}
    written = setting.write("openapi.json", document)
    return setting.node("@stoplight/prism-cli/dist/index.js", "mock", "-h", "127.0.0.1", "-p", str(setting.port), written)


def _mockoon(setting: Setting) -> list[str]:
    headers = [{"key": "Content-Type", "value": "application/json"}]
    answer = {"uuid": "answer", "statusCode": 200, "headers": headers, "body": json.dumps(setting.record), "default": True, "rules": []}
    route = {"uuid": "route", "type": "http", "method": "get", "endpoint": "conversations/:id", "responses": [answer]}
    environment = {"uuid": "one", "name": "one", "lastMigration": 33, "endpointPrefix": "", "latency": 0, "headers": [], "data": []}
    environment |= {"routes": [route], "rootChildren": [{"type": "route", "uuid": "route"}], "folders": [], "callbacks": []}
    written = setting.write("environment.json", environment)
    options = ["--hostname", "127.0.0.1", "--port", str(setting.port), "--disable-log-to-file"]
    return setting.node("@mockoon/cli/bin/run.js", "start", "--data", written, *options)


def _mountebank(setting: Setting) -> list[str]:
    headers = {"Content-Type": "application/json", "Connection": "keep-alive"}  # it closes connections unless it is told not to
    answer = {"is": {"statusCode": 200, "headers": headers, "body": setting.record}}
    stub = {"predicates": [{"equals": {"method": "GET", "path": PATH}}], "responses": [answer]}
    imposter = {"port": setting.port, "host": "127.0.0.1", "protocol": "http", "stubs": [stub]}
    written = setting.write("imposters.json", {"imposters": [imposter]})
    files = ["--nologfile", "--pidfile", str(setting.folder / "pid"), "--configfile", written]
    return setting.node("mountebank/bin/mb", "start", "--host", "127.0.0.1", "--port", str(free_port()), "--localOnly", *files)


def _wiremock(setting: Setting) -> list[str]:
    answer = {"status": 200, "headers": {"Content-Type": "application/json"}, "jsonBody": setting.record}
    setting.write("mappings/one.json", {"request": {"method": "GET", "urlPath": PATH}, "response": answer})
    (jar,) = setting.installed.glob("node_modules/wiremock/build/*.jar")
    where = ["--bind-address", "127.0.0.1", "--port", str(setting.port), "--root-dir", str(setting.folder)]
    return ["java", "-jar", str(jar), *where]


PEERS = (
    Peer(
        name="Inbox Mock",
        command=_inbox_mock,
        first=lambda _record: (OURS,),
        load=(OURS,),
        does="one conversation: token, rate limit, journal, headers; the same one each time",
        tests="using_inbox_mock.py",
        fixtures={
            "inbox_mock_in_process": "creates a sandbox, reads one record, has its conduct judged",
            "inbox_mock": "the same over HTTP",
        },
    ),
    Peer(
        name="Inbox Mock, each record once after a write",
        command=_inbox_mock,
        first=lambda _record: (CHANGE,),
        load=(CHANGE, *(sent("GET", f"{CONVERSATIONS}/{number}") for number in range(1, OTHERS + 1))),
        does=f"a PUT, which counts as a request, and then {OTHERS} conversations: nothing that was rendered before can be used",
        rate_only=True,
    ),
    Peer(
        name="bare Flask on cheroot",
        command=_bare_flask("cheroot"),
        first=lambda _record: (sent("GET", "/"),),
        load=(sent("GET", "/"),),
        does="one view that returns a text",
    ),
    Peer(
        name="bare Flask on the fake's server",
        command=_bare_flask("own"),
        first=lambda _record: (sent("GET", "/"),),
        load=(sent("GET", "/"),),
        does="the same view",
    ),
    Peer(
        name="moto server",
        package=pip("moto", "5.2.5", extras="s3,server"),
        command=_moto,
        first=lambda record: (
            sent("PUT", "/conversations", b"", SIGNED),
            sent("PUT", PATH, record, SIGNED),
            sent("GET", PATH, b"", SIGNED),
        ),
        load=(sent("GET", PATH, b"", SIGNED),),
        does="S3's GetObject: finds service and operation, checks access, answers bytes that were stored; closes each connection",
        tests="using_moto.py",
        fixtures={"mock_aws": "one call in an empty account, by a client that is kept"},
    ),
    Peer(
        name="pytest-httpserver",
        package=pip("pytest-httpserver", "1.2.0"),
        command=_pytest_httpserver,
        does="compares the request with what is expected, answers a text, keeps the exchange; closes each connection",
        tests="using_pytest_httpserver.py",
        fixtures={"httpserver": "one expectation, one call; the server is kept"},
    ),
    Peer(
        name="json-server",
        package=npm("json-server", "0.17.4"),
        command=_json_server,
        does="finds the record in a list in memory, and renders it; pauses twice for a millisecond, which eight connections share",
    ),
    Peer(
        name="Prism",
        package=npm("@stoplight/prism-cli", "5.16.0"),
        command=_prism,
        does="validates request and answer by an OpenAPI document, and renders its example; remembers nothing",
    ),
    Peer(
        name="Mockoon",
        package=npm("@mockoon/cli", "9.9.0"),
        command=_mockoon,
        does="finds the route and its rule, carries out its template, logs the exchange; waits for a timer, also without latency",
    ),
    Peer(
        name="mountebank",
        package=npm("mountebank", "2.9.1"),
        command=_mountebank,
        does="compares the request with predicates, and answers a text; keeps nothing unless it is told to",
    ),
    Peer(
        name="WireMock",
        package=npm("wiremock", "3.13.2"),
        command=_wiremock,
        does="compares the request with stubs, answers a text, keeps the request; compiled while it runs, on every core",
    ),
    Peer(
        name="the load itself",
        command=_bytes,
        load=(sent("GET", PATH),),
        does="a program that answers 1.4 kB to anything, without reading it: what the load generator reaches at most",
        rate_only=True,
    ),
)

"""Sending the calls to one server, byte by byte, and what is normalised in its answers because no two runs have it in common."""

import re
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPResponse, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from processes import serving
from wire.call import SHIPPED, Call

ADMIN = "/__admin"
SERVE = ("--scenario", SHIPPED, "--seed", "7", "--clock", "manual", "--log-format", "json")
LOG = "log"
"""The name of the file to which the server writes its log, in its folder."""
PROGRAM = """
import sys

from inbox_mock import channels

sys.stderr = open(sys.argv.pop(1), "w")

known = {name: policy for name, policy in channels.policies().items() if name in {"airbnb", "booking-com", "direct"}}
channels.policies = lambda: known

from inbox_mock.cli import main

main()
"""
"""The command, with the channels of the recording: another one has an application in every sandbox."""
PATIENCE_SECONDS = 30
LONG_SECONDS = 30
PLACEHOLDER = re.compile(r"<<([\w. -]+)>>")
PLACEHOLDER_BYTES = re.compile(PLACEHOLDER.pattern.encode())
NOTHING = "nothing-kept"
SERVER = re.compile(r"inbox-mock/\S+")
METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status line, the headers as they were written, the body."""

    status: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        """All of it as one text."""
        head = "\n".join([self.status, *(f"{name}: {value}" for name, value in self.headers)])
        return f"{head}\n\n{self.body.decode(errors='replace')}"

    def header(self, wanted: str) -> str:
        """The value of a header, or an empty text."""
        return next((value for name, value in self.headers if name.lower() == wanted.lower()), "")


@contextmanager
def a_fresh_server(folder: Path) -> Iterator[int]:
    """Run the command as the recording wants it; its port."""
    with serving(folder, *SERVE, command=(sys.executable, "-c", PROGRAM, str(folder / LOG))) as root:
        yield urlsplit(root).port or 0


def played(calls: Iterable[Call], port: int) -> Iterator[Answer]:
    """Send the calls one after the other, each on a connection of its own; their answers, normalised."""
    kept: dict[str, str] = {}
    for call in calls:
        answer = _sent(call, kept, port)
        for name, pattern in call.keep:
            found = re.search(pattern, answer.text)
            kept[name] = found[1] if found else NOTHING
        yield settled(call, answer, port)


def _sent(call: Call, kept: dict[str, str], port: int) -> Answer:
    body = PLACEHOLDER_BYTES.sub(lambda found: kept.get(found[1].decode(), NOTHING).encode(), call.body)
    lines = [f"{name}: {len(body) if name == 'Content-Length' and call.body else value}" for name, value in call.headers]
    head = "\r\n".join([f"{call.method} {call.target} HTTP/1.1", *lines, "", ""])
    message = PLACEHOLDER.sub(lambda found: kept.get(found[1], NOTHING), head).encode("latin-1") + body
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(message)
        answer = HTTPResponse(connection, method=call.method)
        try:
            answer.begin()
            return Answer(f"HTTP/{answer.version / 10} {answer.status} {answer.reason}", tuple(answer.getheaders()), _read(answer))
        except RemoteDisconnected:
            return Answer("closed without an answer")
        except ConnectionResetError:
            return Answer("reset without an answer")
        finally:
            answer.close()


def _read(answer: HTTPResponse) -> bytes:
    try:
        return answer.read()
    except IncompleteRead as cut:
        return cut.partial


def settled(call: Call, answer: Answer, port: int) -> Answer:
    """Return an answer without what is different in every run. Whatever has to be normalised, is normalised here.

    * ``X-Request-Id`` is random. ``X-Runtime`` is measured: only whether it is long stays.
    * The port is a free one, and stands where no usable Host header came, and in webhooks; the ETag of such a body goes with it.
    * The version of the server may rise.
    * A webhook's signature depends on the port in its body; whether it is valid stays.
    * Of OpenAPI documents and the catalogue only an outline stays: prose may be reworded.
    """
    own = re.compile(rf"(127\.0\.0\.1|localhost):{port}\b")
    tells_port = own.search(answer.body.decode(errors="replace")) is not None
    headers = tuple((name, own.sub(r"\1:PORT", _steady(name, value))) for name, value in answer.headers)
    if tells_port:
        headers = tuple((name, "W/OF-A-PORT" if name == "ETag" else value) for name, value in headers)
    body = answer.body
    if tells_port:
        body = own.sub(r"\1:PORT", body.decode()).encode()
    if is_outlined(call) and body:
        body = "\n".join(_outline(orjson.loads(body))).encode()
    elif call.target.startswith(ADMIN) and "json" in answer.header("Content-Type") and body:
        body = orjson.dumps(_walked(orjson.loads(body)))
    return replace(answer, headers=headers, body=body)


def is_outlined(call: Call) -> bool:
    """Whether only an outline of the answer is kept."""
    return call.target in {"/openapi.json", f"{ADMIN}/openapi.json", f"{ADMIN}/catalogue"}


def _steady(name: str, value: str) -> str:
    match name:
        case "X-Request-Id":
            return "RANDOM"
        case "X-Runtime":
            return "LONG" if float(value) >= LONG_SECONDS else "SHORT"
        case "Server":
            return SERVER.sub("inbox-mock/VERSION", value)
        case "X-Content-Signature":
            return "SIGNATURE"
    return value


def _walked(value: Any) -> Any:
    """Return JSON of the admin API with the headers steady that its journal tells of."""
    if isinstance(value, list):
        return [_walked(part) for part in value]
    if not isinstance(value, dict):
        return value
    found = {name: _steady(name, part) if isinstance(part, str) else _walked(part) for name, part in value.items()}
    if {"given", "expected", "valid"} <= found.keys():
        found |= {"given": found["given"] and "SIGNATURE", "expected": found["expected"] and "SIGNATURE"}
    return found


def _outline(document: dict[str, Any]) -> list[str]:
    """Return what a document is about, a line each: operations, or names."""
    if "paths" in document:
        paths = document["paths"].items()
        return sorted(
            f"{method.upper()} {path} {operation.get('operationId')}"
            for path, item in paths
            for method, operation in item.items()
            if method in METHODS
        )
    return sorted(f"{kind} {entry if isinstance(entry, str) else _name(entry)}" for kind, entries in document.items() for entry in entries)


def _name(entry: dict[str, Any]) -> str:
    return str(entry.get("name") or entry.get("kind"))

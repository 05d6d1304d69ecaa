"""``inbox-mock admin``: every operation of the admin API by its name, for those without a command."""

import json
import sys
from collections.abc import Mapping
from inspect import unwrap
from shlex import quote as quoted
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import click
from click.shell_completion import CompletionItem

from inbox_mock.cli import on_a_server, print_json
from inbox_mock.client import JSON, SandboxClient
from inbox_mock.console.terminal import table
from inbox_mock.domain.spelling import clause, instead_of, unknown

if TYPE_CHECKING:
    from inbox_mock.admin.operation import AdminOperation

PATH_VALUES = ("record_id", "token", "name")
"""What the path of a call can hold besides the sandbox's id."""


def _calls() -> "dict[str, AdminOperation]":
    from inbox_mock.admin.routes import OPERATIONS

    return {operation.name: operation for operation in OPERATIONS}


def _names(_ctx: click.Context, _argument: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a call's name."""
    return [CompletionItem(name, help=call.summary) for name, call in _calls().items() if name.startswith(incomplete)]


@click.command("admin")
@click.argument("call", required=False, shell_complete=_names)
@click.argument("given", nargs=-1, metavar="[NAME=VALUE]...")
@on_a_server()
def command(*, sandbox: SandboxClient, as_json: bool, call: str | None, given: tuple[str, ...]) -> None:
    """Make a CALL of the admin API, such as: set_fault kind=status status=503; without one, list them all.

    Values are JSON, or texts: times=1 match='{"path": "/inbox/messages"}'. The answer is JSON, or a file.
    """
    calls = _calls()
    if call is None:
        rows = [(name, one.method, one.rule.replace("<", "{").replace(">", "}"), one.summary) for name, one in calls.items()]
        if as_json:
            print_json([{"call": name, "method": method, "path": path, "summary": says} for name, method, path, says in rows])
        else:
            table(("call", "method", "path under /__admin", "what it does"), rows)
        return
    if call not in calls:
        raise click.BadParameter(f"inbox-mock admin lists no call {call!r}; {clause(instead_of(call, calls))}", param_hint="CALL")
    operation = calls[call]
    if operation.takes:
        raise click.UsageError(f"{call} takes a file as its body: curl --data-binary @FILE {sandbox.server.root}/__admin{operation.rule}")
    path, body = _written(operation, sandbox.id, dict(map(_pair, given)))
    sandbox.server.send = unwrap(sandbox.server.send)  # as it came: control characters are escaped below
    answer = sandbox.server.call(operation.method, path, body)
    if isinstance(answer.get("content"), bytes):
        sys.stdout.buffer.write(answer["content"])
    elif as_json:
        print_json(answer)
    else:
        click.echo(_legible(answer) if answer else "done")


def _legible(answer: JSON) -> str:
    """Return an answer as readable JSON, with only control and direction characters escaped."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    return "".join(character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1] for character in text)


def _pair(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _written(operation: "AdminOperation", sandbox: str, given: Mapping[str, object]) -> tuple[str, JSON | None]:
    """Return the path and the body of a call, with each given value in its place; UsageError if one is missing or unknown."""
    _check_json(operation, given)
    left = dict(given)
    path = operation.rule.replace("<id>", quote(sandbox, safe=""))
    strange = [name for name in left if name not in {*PATH_VALUES, *operation.query, *operation.properties}]
    for name in PATH_VALUES:
        if f"<{name}>" in path:
            if name not in left:
                also = f", and takes no {' and no '.join(strange)}" if strange else ""
                raise click.UsageError(f"say {name}=... : the path of {operation.name} holds it{also}")
            path = path.replace(f"<{name}>", quote(str(left.pop(name)), safe=""))
    query = {name: left.pop(name) for name in operation.query if name in left}
    for name in left:
        if name not in operation.properties:
            known = (*(name for name in PATH_VALUES if f"<{name}>" in operation.rule), *operation.query, *operation.properties)
            raise click.BadParameter(f"{name} {unknown(name, known, to=operation.name)}", param_hint="NAME=VALUE")
    return path + (f"?{urlencode(query)}" if query else ""), left if operation.method in {"POST", "PATCH"} else None


def _check_json(operation: "AdminOperation", given: Mapping[str, object]) -> None:
    """Refuse a text in place of a list, and a name such as ``match.path`` in place of an object; BadParameter shows how it is written."""
    for name, value in given.items():
        owner, _, key = name.partition(".")
        schema = operation.properties.get(owner)
        kind = schema.get("type") if isinstance(schema, dict) else None
        if key and kind == "object":
            wanted: object = {key: value}
        elif not key and kind == "array" and isinstance(value, str):
            wanted = [value]
        else:
            continue
        raise click.BadParameter(f"{name}: expected JSON, {owner}={quoted(json.dumps(wanted))}", param_hint="NAME=VALUE")

"""``inbox-mock health``: a health check for containers and pipelines."""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import click

from inbox_mock.cli import print_json
from inbox_mock.console.ending import FINDINGS
from inbox_mock.console.parameters import ParameterType
from inbox_mock.console.terminal import complain
from inbox_mock.domain.addresses import callable_root
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.engine import durations

if TYPE_CHECKING:
    from inbox_mock.http import HttpResponse

PATIENCE_SECONDS = 5
LEAST_SECONDS = 3
"""A server may take a second to find out that it is not ready, and imports Flask to say so."""
PAUSE_SECONDS = 0.1


class DurationType(ParameterType):
    """A duration such as 30s, of at ``least`` so long."""

    name = "duration"

    def __init__(self, least: timedelta = timedelta()) -> None:
        self.least = least

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the duration."""
        found, least = None, f", of at least {self.least.total_seconds():g}s" if self.least else ""
        with suppress(ValueError):
            found = durations.parse(value)
        if found is None or found < self.least:
            self.fail(instead(shown(value), durations.EXPECTED + least), param, ctx)
        return found


@click.command("health")
@click.option("--url", default="http://127.0.0.1:8089", show_default=True, help="The root of the server.")
@click.option("--wait", type=DurationType(), default="0s", show_default=True, metavar="30s", help="How long to wait until it answers.")
@click.option("--format", "wanted", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, url: str, wait: timedelta, wanted: str) -> None:
    """Ask /readyz whether the fake answers. Exit code 0: it does, 1: it does not in time."""
    root = callable_root(url)
    _check(root)
    deadline = time.monotonic() + wait.total_seconds()
    while True:
        left = deadline - time.monotonic()
        why = _why_not(root, min(PATIENCE_SECONDS, max(left, LEAST_SECONDS)))
        if why is None:
            _end(root, None, wanted)
        if left <= 0:
            _end(root, why, wanted)
        time.sleep(min(PAUSE_SECONDS, left))


def _check(root: str) -> None:
    """Raise BadParameter for a URL that is not the root of a server."""
    try:
        parts = urlsplit(root)
        _ = parts.port  # raises for an invalid port
        good = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    if not good:
        raise click.BadParameter(f"{root!r} is no root of a server; expected something like http://127.0.0.1:8089", param_hint="--url")


def _why_not(root: str, seconds: float) -> str | None:
    """Return why the fake is not ready, or None if it is."""
    from http.client import HTTPException

    from inbox_mock.http import BY_A_PROXY, HttpClient

    try:
        answer = HttpClient(root).exchange("GET", "/readyz", {}, seconds=seconds)
    except ConnectionRefusedError:
        return "nothing listens there"
    except TimeoutError:
        return "no answer"
    except (OSError, HTTPException, UnicodeError) as error:
        return f"no answer: {str(error) or type(error).__name__}"
    told = _told(answer)
    if not (answer.header("Server") or "").startswith("inbox-mock") and "status" not in told:  # a proxy may put its own name there
        if answer.status in BY_A_PROXY:
            return f"a proxy answers {answer.status}: the server behind it cannot be reached"
        return "something else answers there"
    return None if answer.status == 200 else str(told.get("why", f"it answers {answer.status}"))


def _told(answer: "HttpResponse") -> Mapping[str, object]:
    """Return the JSON object of an answer; an empty one if it has none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _end(root: str, why: str | None, wanted: str) -> NoReturn:
    """Print the result, and exit."""
    if wanted == "json":
        print_json({"url": root, "ready": why is None, "why": why})
    elif why is None:
        click.echo(f"{root} is ready")
    else:
        complain(f"{root} is not ready: {why}")
    sys.exit(0 if why is None else FINDINGS)

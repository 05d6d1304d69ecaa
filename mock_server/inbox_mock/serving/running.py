"""Serving until a signal comes, in this process or in several, and what is said when it begins."""

import os
import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import NoReturn, Protocol

import click

from inbox_mock.app import Options
from inbox_mock.console.stopping import STOP
from inbox_mock.console.terminal import complain
from inbox_mock.scenarios.receivers import roles
from inbox_mock.serving.server import Beginning
from inbox_mock.telemetry.log import log_to
from inbox_mock.webhooks.deliveries import RECEIVER

STOPPING_SECONDS = 10
"""How long requests and webhooks that are under way have until they are cut off."""
PATIENCE_SECONDS = STOPPING_SECONDS + 1


class Serving(Protocol):
    """A server that is prepared: in this process, or as several workers."""

    @property
    def beginning(self) -> Beginning:
        """What is there when it begins."""

    @property
    def port(self) -> int:
        """The port that was bound."""

    @property
    def is_private(self) -> bool:
        """Whether no other machine can reach it."""

    def serve(self, ready: Callable[[], None]) -> None:
        """Serve until it is stopped; ``ready`` is called first."""

    def stop(self, seconds: float) -> None:
        """Finish what is under way, for at most ``seconds``, and end."""


def run(server: Serving, options: Options, serve: Callable[[], int]) -> NoReturn:
    """Serve until a signal comes, or ``serve`` returns an exit code; finish what is under way, and exit."""
    log = None if options.log_format is None else log_to(sys.stderr, options.log_format)
    STOP.expect()
    stopping = STOP.then(partial(server.stop, STOPPING_SECONDS))
    with STOP.waits(PATIENCE_SECONDS):
        code = serve()
        if not STOP.is_requested:  # it ends by itself
            stopping = Thread(target=server.stop, args=[STOPPING_SECONDS], daemon=True)
            stopping.start()
        stopping.join(PATIENCE_SECONDS)
        if log is not None:
            log.flush()
        os._exit(code)


OPEN = (
    "WARNING: {url} can be reached from other machines, and there is no admin token: they may use the API, but /__admin answers "
    "this machine{others} only. --admin-token-file FILE opens it to whoever presents the token."
)
PUBLISHED = (
    "WARNING: behind a proxy, and without an admin token, /__admin answers nobody who comes through the proxy{others}. "
    "--admin-token-file FILE opens it to whoever presents the token."
)
CONTINUES = (
    "WARNING: the default sandbox goes on as it was kept, from the scenario {kept}; --scenario {asked} is for a server that has none yet."
)


BUNDLE_IN_VAIN = "WARNING: the default sandbox goes on as it was kept; --bundle is for a server that has none yet."


def warn(server: Serving, options: Options, host: str, *, asked: bool) -> None:
    """Warn of what others may do, and of a scenario that was ``asked`` for in vain."""
    if not options.admin_tokens and not server.is_private:
        others = "".join(f", and {network}" for network in options.admin_networks)
        complain(OPEN.format(url=f"{host}:{server.port}", others=others))
    if not options.admin_tokens and (options.trusted_proxies or options.is_published_blindly):
        more = "" if options.trusted_proxies else ", nor anybody else: what comes from this machine may be the proxy's"
        complain(PUBLISHED.format(others=more))
    if options.bundle is not None and server.beginning.continues:
        complain(BUNDLE_IN_VAIN)
    kept = server.beginning.default.description["scenario"]
    if asked and kept != options.scenario.name:
        complain(CONTINUES.format(kept=kept, asked=options.scenario.name))


def greet(server: Serving, options: Options) -> None:
    """Say where the fake answers, and where sandboxes are kept."""
    facts, url = server.beginning.default, server.beginning.origin
    clock = facts.clock
    runs = "stands until you advance it" if clock.mode == "manual" else "runs" if clock.rate == 1 else f"runs at {clock.rate:g}x"
    kept = f"\n  Data     {options.place}" if options.place else ""
    click.echo(
        f"""Inbox Mock is ready. Scenario {facts.description["scenario"]}; its clock {runs}.

  API      {url}/api/v3
  Token    demo{kept}

  curl -H 'Authorization: Bearer demo' '{url}/api/v3/inbox/conversations?include=participants'

  Dashboard  {url}/      Reference  {url}/docs      Ctrl-C stops it"""
    )
    heard = {role for role, _ in options.overrides.receivers}
    for role in [] if server.beginning.continues or options.bundle is not None else sorted(roles(options.scenario) - heard):
        click.echo(f"\n  Nobody hears the webhooks for {role} yet: --webhook-url {'' if role == RECEIVER else f'{role}='}URL")
    sys.stdout.flush()

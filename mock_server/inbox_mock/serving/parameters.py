"""The options of a server as commands take them: their types, limits, and those of every command that starts a fake."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from inbox_mock.api.addressing import public_root
from inbox_mock.api.cross_origin import EXPECTED, is_origin
from inbox_mock.app import Options
from inbox_mock.console.ending import WRONG
from inbox_mock.console.parameters import ClockKind, HostParameter, ParameterType
from inbox_mock.console.terminal import complain, progress
from inbox_mock.domain import limits
from inbox_mock.domain.errors import HomeUnavailable, Refusal
from inbox_mock.domain.limits import Room
from inbox_mock.domain.spelling import instead, shown
from inbox_mock.domain.values import LARGEST
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find
from inbox_mock.scenarios.start_cache import open_cache
from inbox_mock.serving.listening import PortFileError, PortTaken
from inbox_mock.webhooks.deliveries import RECEIVER

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def takes_room(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that takes an option for each limit that has one: it receives ``room``."""

    @wraps(command)
    def with_room(*args: object, **given: object) -> None:
        room = Room(**{field.name: given.pop(field.name) for field in fields(Room)})  # type: ignore[arg-type] # the options are numbers
        command(*args, room=room, **given)

    taken: Callable[..., None] = with_room
    for limit in reversed(limits.all_of_them()):
        if limit.option is not None:
            what = limit.what if limit.what.startswith(limit.unit) else f"{limit.unit}: {limit.what}"
            says = f"At most so many {what}.  [default: {int(limit)}]"
            taken = click.option(limit.option, default=int(limit), type=click.IntRange(1, LARGEST), help=says)(taken)
    return taken


OFF = Path("off")
OF_A_SCENARIO = ("scenario", "clock", "strict", "cached", "rate_limit", "webhook_url")
ROLE = re.compile(r"([A-Za-z][\w-]*)=(.*)")


class Receiver(ParameterType):
    """The address that takes a role of the scenario's: ``http://127.0.0.1:9000/``, or ``auditor=http://127.0.0.1:9001/``."""

    name = "[ROLE=]URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return the role and the address."""
        del param, ctx
        found = ROLE.fullmatch(str(value))
        return (found[1], found[2]) if found else (RECEIVER, str(value))


class PublicUrl(ParameterType):
    """The URL of the server behind a proxy."""

    name = "URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the root with which every address begins."""
        try:
            return public_root(str(value).strip())
        except ValueError as error:
            self.fail(instead(shown(value), str(error)), param, ctx)


def origins(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the origins, as browsers write them."""
    found = tuple(origin.lower().rstrip("/") for origin in given)
    wrong = next((origin for origin in found if not is_origin(origin)), None)
    if wrong is not None:
        raise click.BadParameter(instead(shown(wrong), EXPECTED), ctx, param)
    return found


def without_brackets(_ctx: click.Context, _param: click.Parameter, host: str) -> str:
    """Return a host as it is bound: an address of IPv6 may be written as in a URL, in brackets."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


class Store(ParameterType):
    """The URL of a PostgreSQL database, which may hold a password: a refusal does not repeat it."""

    name = "URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the URL."""
        if not str(value).startswith(("postgresql://", "postgres://")):
            self.fail("found no URL of PostgreSQL; expected postgresql://USER@HOST/DATABASE", param, ctx)
        return str(value)


def starts_a_fake(usual_clock: str, complete: "Completion") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command that starts a fake: it receives ``options``, and the clock runs as a scenario says, or else as usual.

    ``complete`` completes names of scenarios.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_options(
            *,
            scenario: str,
            bundle: Path | None,
            clock: tuple[str, float | None] | None,
            seed: int | None,
            cache: Path | None,
            strict: bool | None,
            cached: bool,
            rate_limit: int | None,
            room: Room,
            webhook_url: tuple[tuple[str, str], ...],
            allow_webhooks_to: tuple[str, ...],
            allow_origin: tuple[str, ...],
            **given: object,
        ) -> None:
            asked = [name for name in OF_A_SCENARIO if is_given(name)]
            if bundle is not None and asked:
                raise click.UsageError(f"found --bundle and --{asked[0].replace('_', '-')}; expected one of them: a bundle has its own")
            with telling_why_not():
                earlier = None if cache == OFF else open_cache(cache)
                found = find(scenario, earlier)
                mode, rate = clock or _own_clock(found.data.get("clock"), usual_clock)
                options = Options(
                    scenario=found,
                    bundle=None if bundle is None else _bundle(bundle),
                    overrides=Overrides(
                        seed=seed, mode=mode, rate=rate, strict=strict, rate_limit=rate_limit, receivers=webhook_url, cached=cached
                    ),
                    seed=seed,
                    webhook_hosts=frozenset(allow_webhooks_to),
                    allowed_origins=frozenset(allow_origin),
                    room=room,
                    cache=earlier,
                )
            command(options=options, **given)

        return reduce(lambda made, option: option(made), reversed(_options(usual_clock, complete)), with_options)

    return decorate


def _options(usual_clock: str, complete: "Completion") -> list[Callable[[Callable[..., None]], Callable[..., None]]]:
    """Return the options of a command that starts a fake, in the order in which its help lists them."""
    return [
        click.option(
            "--scenario",
            default="agency",
            show_default=True,
            shell_complete=complete,
            help="A shipped scenario's name, or the path of a .yaml file.",
        ),
        click.option(
            "--bundle",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Go on from where a reproduction bundle ends. Webhooks go nowhere until an address is subscribed.",
        ),
        click.option(
            "--clock",
            type=ClockKind(),
            metavar="manual|real|60x",
            help=f"Stand still until advanced, run, or run faster.  [default: {usual_clock}]",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, LARGEST),
            help="What the dice start from, and the ids and tokens of sandboxes, which are random otherwise.",
        ),
        click.option(
            "--cache",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR|off",
            help="Where to keep, for the next start, a scenario that was checked, and the image of one that ships.  "
            "[default: inbox-mock in the user's cache folder]",
        ),
        click.option("--strict/--lenient", default=None, help="Refuse what the guide asks clients to refrain from."),
        click.option(
            "--cached/--uncached", default=True, help="Keep answers until a record changes, or make each anew.  [default: cached]"
        ),
        click.option("--rate-limit", type=click.IntRange(0, LARGEST), help="Enforce so many requests an hour for each application."),
        takes_room,
        click.option(
            "--webhook-url", multiple=True, type=Receiver(), metavar="[ROLE=]URL", help="The address that hears the scenario's webhooks."
        ),
        click.option(
            "--allow-webhooks-to",
            multiple=True,
            type=HostParameter(),
            metavar="HOST",
            help="A host beyond this machine to which webhooks may go.",
        ),
        click.option(
            "--allow-origin",
            multiple=True,
            metavar="ORIGIN",
            callback=origins,
            help="An origin whose pages may call the API from a browser, such as http://localhost:3000; * allows every one.",
        ),
    ]


def is_given(option: str) -> bool:
    """Return whether an option was given, on the command line or by its variable."""
    return click.get_current_context().get_parameter_source(option) is not ParameterSource.DEFAULT


@contextmanager
def telling_why_not() -> Iterator[None]:
    """Exit in one line if what a server needs cannot be had."""
    try:
        yield
    except (Refusal, ScenarioError, PortFileError, PortTaken, HomeUnavailable) as refusal:
        complain(str(refusal))
        sys.exit(WRONG)


@contextmanager
def showing_progress(options: Options) -> Iterator[Options]:
    """Show the progress of a server that the block prepares with the options that it is given, if its scenario takes some seconds."""
    if "generate" not in options.scenario.data:
        yield options
        return
    with progress(f"Making the scenario {Path(options.scenario.name).stem}") as told:
        yield replace(options, progress=told)


def _bundle(file: Path) -> bytes:
    """Return the content of a bundle; exit if it is none."""
    from inbox_mock.bundles import BundleError
    from inbox_mock.bundles.bundle import content_of, read

    try:
        content = content_of(file)
        read(content)
    except BundleError as error:
        complain(f"{file}: {error}")
        sys.exit(WRONG)
    return content


def _own_clock(given: object, usual: str) -> tuple[str, float | None]:
    """Return the mode and rate of a scenario's own clock; without one, the usual mode."""
    if isinstance(given, dict) and "mode" in given:
        return str(given["mode"]), None
    return usual, None

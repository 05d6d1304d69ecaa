"""The options of a server that replace limits."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps

import click

from inbox_mock.domain import limits
from inbox_mock.domain.room import Room
from inbox_mock.domain.values import LARGEST


def takes_room(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that takes an option for each limit that has one: it receives ``room``."""

    @wraps(command)
    def with_room(*args: object, **given: object) -> None:
        room = Room(**{field.name: given.pop(field.name) for field in fields(Room)})  # type: ignore[arg-type]
        command(*args, room=room, **given)

    taken: Callable[..., None] = with_room
    for limit in reversed(limits.all_of_them()):
        if limit.option is not None:
            what = limit.what if limit.what.startswith(limit.unit) else f"{limit.unit}: {limit.what}"
            says = f"At most so many {what}.  [default: {int(limit)}]"
            taken = click.option(limit.option, default=int(limit), type=click.IntRange(1, LARGEST), help=says)(taken)
    return taken

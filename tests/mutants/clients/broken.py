"""What a broken client is: the good one with one fault, and what has to find it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from driver import JSON, Driver
from inbox_client import Api, Inbox, Later
from inbox_contracts.consumer import driver as protocol

Part = TypeVar("Part", bound=type[Api] | type[Inbox] | type[Driver])


@dataclass(frozen=True)
class Mutant:
    """A client with one fault: what it does wrong, the code of the rule or the verdict that has to say so, and in which hazard."""

    name: str
    fault: str
    killed_by: str
    hazard: str
    part: type[Api] | type[Inbox] | type[Driver]

    @property
    def in_one_world(self) -> bool:
        """Whether one world shows the fault; a driver's own shows in the second."""
        return not issubclass(self.part, Driver)

    def client(self) -> "InThisProcess":
        """The broken client, as a trial commands one in this process."""
        return InThisProcess(self.part() if issubclass(self.part, Driver) else Rebuilt(self.part))


class InThisProcess:
    """A driver without its pipes."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        return self.driver.start(api_url=api_url, webhook_secret=webhook_secret, **credentials)

    def sync(self) -> JSON:
        return put_off(self.driver.sync)

    def reply(self, *, booking_id: int, content: str) -> JSON:
        return put_off(lambda: self.driver.reply(booking_id=booking_id, content=content))

    def webhook(self, *, headers: Mapping[str, str], body: str) -> JSON:
        return put_off(lambda: self.driver.webhook(headers=headers, body=body))


def put_off(command: Callable[[], JSON]) -> JSON:
    """Raise the trial's own Later for the client's."""
    try:
        return command()
    except Later as later:
        raise protocol.Later(str(later)) from later


class Rebuilt(Driver):
    """The driver, around a client of which one part is another."""

    def __init__(self, part: type[Api] | type[Inbox]) -> None:
        super().__init__()
        self.part = part

    def start(self, *, api_url: str, webhook_secret: str, **credentials: str) -> JSON:
        can = super().start(api_url=api_url, webhook_secret=webhook_secret, **credentials)
        if issubclass(self.part, Inbox):
            self.inbox = self.part(self.inbox.api, webhook_secret)
        else:
            self.inbox.api = self.part(api_url, http=self.http, **credentials)
        return can


MUTANTS: list[Mutant] = []


def broken(fault: str, killed_by: str, hazard: str) -> Callable[[Part], Part]:
    """Enter a broken client into the list, by the name of its class."""

    def enter(part: Part) -> Part:
        name = re.sub("(?<!^)([A-Z])", r"_\1", part.__name__).lower()
        MUTANTS.append(Mutant(name, fault, killed_by, hazard, part))
        return part

    return enter

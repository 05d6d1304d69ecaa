"""How the judge commands a client: the protocol, for a process that speaks JSON lines and for an object in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

JSON = dict[str, Any]
Answer = Mapping[str, Any]

DEEDS = ("sync", "reply", "webhook")
"""What a client may be able to do, besides starting anew."""


class Later(Exception):  # noqa: N818 - not an error: a time has not come
    """The client puts off what it was told to do: the judge lets time pass, and asks again."""


@runtime_checkable
class Client(Protocol):
    """A client in this process. Each method is one request of the driver protocol, and returns the answer without ``id`` and ``ok``.

    Each may raise Later. Any other exception is a crash.
    """

    def start(self, *, api_url: str, token: str, client_id: str, client_secret: str, refresh_token: str, webhook_secret: str) -> Answer:
        """Forget everything, and begin in a fresh world; return ``{"can": ["sync", "reply", "webhook"]}``, or fewer."""

    def sync(self) -> Answer:
        """Bring the copy up to date; return what is believed: ``{"conversations": [..], "bookings": [..]}``."""

    def reply(self, *, booking_id: int, content: str) -> Answer:
        """Answer a booking's guest; return ``{}``."""

    def webhook(self, *, headers: Mapping[str, str], body: str) -> Answer:
        """Take a webhook; return ``{"accepted": bool}``."""


@dataclass(frozen=True, slots=True)
class DriverError:
    """What is wrong with a driver itself: ``kind`` is its name, ``about`` one sentence, ``stderr`` the end of what it said there."""

    kind: str
    about: str
    stderr: str = ""


class DriverFailed(Exception):  # noqa: N818 - the situation
    """The driver cannot go on. ``no_client``: what was to be put on trial is none at all."""

    def __init__(self, misconduct: DriverError, *, no_client: bool = False) -> None:
        super().__init__(misconduct.about)
        self.misconduct = misconduct
        self.no_client = no_client


class Refused(DriverFailed):
    """The client answered ``{"ok": false}`` without ``later``: it goes on, and what it was told to do is not done."""


class Asked(Protocol):
    """A client as the trial asks it, whatever it is made of."""

    notes: list[str]
    """What a person should know and does not fail, such as a slow start."""

    def ask(self, deed: str, **wanted: object) -> JSON:
        """Ask for something; return the answer without ``id`` and ``ok``.

        Raises:
            Later: the client puts it off.
            Refused: it says that it cannot do it.
            DriverFailed: it crashed, hangs, or does not keep to the protocol.

        """

    def restart(self) -> None:
        """Bring it back to life, as new, after it failed."""

    def close(self) -> None:
        """Send it away."""


class InProcess:
    """A client that is an object in this process."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.notes: list[str] = []

    def ask(self, deed: str, **wanted: object) -> JSON:
        """Call the method of the same name."""
        try:
            found = getattr(self._client, deed)(**wanted)
        except Later:
            raise
        except Exception as error:
            last = _last_line(error)
            raise DriverFailed(
                DriverError("crash", f"the client raised {type(error).__name__} when it was told to {deed}{last}")
            ) from error
        if not isinstance(found, Mapping):
            raise DriverFailed(DriverError("protocol", f"{deed} returned {found!r}; expected an object such as {{}}"))
        if found.get("later"):
            raise Later
        return dict(found)

    def restart(self) -> None:
        """Nothing: the object is the same, and ``start`` makes it forget."""

    def close(self) -> None:
        """Nothing: the object is its owner's."""


def _last_line(error: Exception) -> str:
    text = str(error).strip()
    return f": {text.splitlines()[-1][:300]}" if text else ""

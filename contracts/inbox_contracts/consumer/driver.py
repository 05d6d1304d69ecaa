"""The driver protocol: how the trial commands a client, and a client that is an object in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from inbox_mock.domain.spelling import as_written

JSON = dict[str, Any]
Answer = Mapping[str, Any]

CAPABILITIES = ("sync", "reply", "webhook")
"""The commands that a client may be able to do, besides ``start``."""
NOW = "now"
"""What a client that asks for the time answers ``start`` with, besides: each later command then has ``now``, the world's time."""


class Later(Exception):  # noqa: N818 - not an error: a time has not come
    """The client puts a command off: the trial lets time pass, and repeats the command."""


@runtime_checkable
class Client(Protocol):
    """A client in this process. Each method is a command of the driver protocol, and returns the answer without ``id`` and ``ok``.

    Each may raise `Later`. Any other exception is a crash.
    """

    def start(self, *, api_url: str, token: str, client_id: str, client_secret: str, refresh_token: str, webhook_secret: str) -> Answer:
        """Forget everything and start in a fresh world; return ``{"can": ["sync", "reply", "webhook"]}``, or fewer."""

    def sync(self) -> Answer:
        """Synchronise; return the belief: ``{"conversations": [..], "bookings": [..]}``."""

    def reply(self, *, booking_id: int, content: str) -> Answer:
        """Answer a booking's guest; return ``{}``."""

    def webhook(self, *, headers: Mapping[str, str], body: str) -> Answer:
        """Receive a webhook; return ``{"accepted": bool}``."""


@dataclass(frozen=True, slots=True)
class DriverError:
    """An error of the driver itself: its ``kind``, a sentence ``about`` it, and its ``stderr``, without the middle of a long one."""

    kind: str
    about: str
    stderr: str = ""

    @property
    def no_client(self) -> bool:
        """Whether the command on trial is not a client."""
        return self.kind in {"missing", "no client"}


class DriverFailed(Exception):  # noqa: N818 - the situation
    """The driver cannot go on."""

    def __init__(self, driver_error: DriverError) -> None:
        super().__init__(driver_error.about)
        self.driver_error = driver_error


class GaveUp(DriverFailed):
    """The client answered ``{"ok": false}`` without ``later``: it continues, but never carries out the command."""


class ClientDriver(Protocol):
    """A client as the trial commands it, in another process or in this one."""

    notes: list[str]
    """Remarks for a person that are no failures, such as a slow start."""

    def request(self, command: str, **arguments: object) -> JSON:
        """Send a command; return the answer without ``id`` and ``ok``.

        Raises:
            Later: the client puts it off.
            GaveUp: the client says that it cannot do it.
            DriverFailed: it crashed, hangs, or does not keep to the protocol.
        """

    def restart(self) -> None:
        """Restart the client after a failure."""

    def close(self) -> None:
        """End the client."""


class InProcessDriver:
    """A client that is an object in this process."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.notes: list[str] = []

    def request(self, command: str, **arguments: object) -> JSON:
        """Call the method of the command's name."""
        try:
            found = getattr(self._client, command)(**arguments)
        except Later:
            raise
        except Exception as error:
            text = str(error).strip()
            first = f": {text.splitlines()[0][:300]}" if text else ""
            raise DriverFailed(
                DriverError("crash", f"the client raised {type(error).__name__} when it was told to {command}{first}")
            ) from error
        if not isinstance(found, Mapping):
            raise DriverFailed(DriverError("protocol", f"{command} returned {as_written(found)}; expected an object such as {{}}"))
        if found.get("later"):
            raise Later
        return dict(found)

    def restart(self) -> None:
        """Do nothing: the object stays, and ``start`` resets it."""

    def close(self) -> None:
        """Do nothing: the object is not ours to end."""

"""A sandbox in this process: the real addresses answer HTTP libraries of Python, and no socket is opened.

    with inbox_mock() as sandbox:
        requests.get("https://www.bookingsync.com/api/v3/bookings", headers={"Authorization": f"Bearer {sandbox.token}"})

`inbox_mock` is a context manager and a decorator. `requests`, httpx, aiohttp, urllib3 and urllib
are answered; other HTTP libraries need a server on a port.
"""

import inspect
from collections.abc import Callable, Iterable
from contextlib import aclosing
from functools import wraps
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inbox_mock.client import JSON, AdminClient
from inbox_mock.testing.receivers import Receivers, Webhook
from inbox_mock.testing.sandboxes import ConductError, ReceivingSandbox, create_sandbox, sandbox_of

if TYPE_CHECKING:
    from responses import RequestsMock

    from inbox_mock.app import Fake
    from inbox_mock.testing.httpx_transport import Transport
    from inbox_mock.testing.transport import Interception

__all__ = ["REAL_SERVICE", "ConductError", "InboxMock", "ReceivingSandbox", "SandboxInProcess", "Webhook", "inbox_mock"]

__tracebackhide__ = True  # pytest shows the frames of tests, and none of this module
REAL_SERVICE = "https://www.bookingsync.com"
DEFAULT_SCENARIO = "agency"
ARGUMENT = "sandbox"

_IDLE: "dict[str, list[Fake]]" = {}
_LOCK = Lock()


class SandboxInProcess(ReceivingSandbox):
    """A sandbox that answers at the real addresses, in this process.

    ``responses`` answers for other hosts: ``sandbox.responses.get("https://example.com/", json={})``.
    """

    def __init__(self, server: AdminClient, made: JSON, receivers: Receivers, mock: "RequestsMock", transport: "Transport") -> None:
        super().__init__(server, made, receivers)
        self.responses = mock
        self._transport = transport

    @property
    def transport(self) -> Any:
        """A transport for ``httpx.Client(transport=...)``, which this sandbox answers, whatever contexts are held besides."""
        return self._transport

    @property
    def async_transport(self) -> Any:
        """A transport for ``httpx.AsyncClient(transport=...)``, as `transport` is."""
        return self._transport


class InboxMock:
    """A context manager that holds a sandbox, and a decorator that holds one for each call. Returned by `inbox_mock`."""

    def __init__(self, scenario: object, base_url: str, passthrough: Iterable[str], overrides: JSON) -> None:
        self._scenario = scenario
        self._origin = _origin(base_url)
        self._passthrough = (passthrough,) if isinstance(passthrough, str) else tuple(passthrough)
        self._overrides = overrides
        self._held: list[tuple[Fake, Interception, Receivers]] = []

    @property
    def fake(self) -> "Fake":
        """The fake that answers, while a sandbox is held."""
        return self._held[-1][0]

    def __enter__(self) -> SandboxInProcess:
        from inbox_mock.testing.application import Application
        from inbox_mock.testing.httpx_transport import Transport
        from inbox_mock.testing.transport import Interception

        fake = _fake(self._origin)
        try:
            made = create_sandbox(fake.factory, self._scenario, self._overrides, default=True)
        except BaseException:
            _give_back(self._origin, fake)
            raise
        receivers = Receivers(fake.sender)
        interception = Interception(Application(fake.wsgi, self._origin), self._passthrough)
        plain = sandbox_of(fake, made, self._origin)
        interception.start()
        self._held.append((fake, interception, receivers))
        return SandboxInProcess(plain.server, plain.made, receivers, interception.mock, Transport(interception.application))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        fake, interception, receivers = self._held.pop()
        interception.stop()
        raised = receivers.close()
        _give_back(self._origin, fake)
        if raised is not None and error is None:
            raise raised

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function: hold a sandbox during each call, and pass it as ``sandbox`` if the function has such an argument.

        For a generator, such as a pytest fixture, it is held until the generator ends.

        Raises:
            TypeError: a class is decorated.
        """
        if inspect.isclass(function):
            raise TypeError(f"@inbox_mock() stands over functions and methods: {function.__name__} is a class")
        signature = inspect.signature(function)
        takes = ARGUMENT in signature.parameters

        def holding(*given: Any, **more: Any) -> Any:
            with self._another() as sandbox:
                return function(*given, **more, **({ARGUMENT: sandbox} if takes else {}))

        async def holding_async(*given: Any, **more: Any) -> Any:
            with self._another() as sandbox:
                return await function(*given, **more, **({ARGUMENT: sandbox} if takes else {}))

        def holding_generator(*given: Any, **more: Any) -> Any:
            with self._another() as sandbox:
                return (yield from function(*given, **more, **({ARGUMENT: sandbox} if takes else {})))

        async def holding_async_generator(*given: Any, **more: Any) -> Any:
            with self._another() as sandbox:
                async with aclosing(function(*given, **more, **({ARGUMENT: sandbox} if takes else {}))) as generator:
                    async for found in generator:
                        yield found

        if inspect.isasyncgenfunction(function):
            chosen: Callable[..., Any] = holding_async_generator
        elif inspect.isgeneratorfunction(function):
            chosen = holding_generator
        else:
            chosen = holding_async if inspect.iscoroutinefunction(function) else holding
        wrapper = wraps(function)(chosen)
        # pytest looks for a fixture for every visible argument.
        others = [parameter for name, parameter in signature.parameters.items() if name != ARGUMENT]
        vars(wrapper)["__signature__"] = signature.replace(parameters=others)
        return wrapper

    def _another(self) -> "InboxMock":
        return InboxMock(self._scenario, self._origin, self._passthrough, self._overrides)


def inbox_mock(
    scenario: object = DEFAULT_SCENARIO, *, base_url: str = REAL_SERVICE, passthrough: Iterable[str] = (), **overrides: object
) -> InboxMock:
    """Hold a sandbox in this process, as a context manager or as a decorator.

    ``with inbox_mock("agency") as sandbox:`` creates it and deletes it; a function decorated with ``@inbox_mock("agency")`` is
    passed it as its argument ``sandbox``, if it has one.

    ``scenario`` is a shipped scenario's name, a file's path, or a scenario as an object; ``overrides`` is what the admin API
    takes when it creates a sandbox: ``seed=7``, ``strict=True``, ``clock={"mode": "real"}``. All requests to ``base_url`` are
    answered. Other hosts are refused, unless ``passthrough`` names them (``"localhost"``, ``"*.example.com"``).

    It is the default sandbox, so the scenario ``agency`` knows the token ``demo``. Contexts may be nested: the innermost one at
    an address answers. Each thread sees its own context; a thread without one sees the one entered last.

    Raises:
        AdminError: there is no such scenario, or an override is invalid; when the context is entered.
        ValueError: the base URL is not the root of a server.
        TypeError: the decorator is written without brackets.
    """
    if callable(scenario):
        raise TypeError("write @inbox_mock(), with the brackets")
    return InboxMock(scenario, base_url, passthrough, overrides)


def _origin(base_url: str) -> str:
    """Return the root of a server, given by that root or by the base URL of its API."""
    root = base_url.rstrip("/").removesuffix("/api/v3")
    parts = urlsplit(root)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"base_url cannot be {base_url!r}; expected something like {REAL_SERVICE}")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _fake(origin: str) -> "Fake":
    """Return an unused fake, or a new one: creating a fake takes a hundred times as long as creating a sandbox."""
    from inbox_mock.app import Options, create_app
    from inbox_mock.scenarios.loading import find_shipped
    from inbox_mock.testing.application import wait

    with _LOCK:
        idle = _IDLE.setdefault(origin, [])
        if idle:
            return idle.pop()
    host = urlsplit(origin).hostname or ""
    fake = create_app(Options(scenario=find_shipped("empty"), seed=0, allowed_hosts=frozenset({host})), wait=wait)
    fake.sender.origin = origin
    return fake


def _give_back(origin: str, fake: "Fake") -> None:
    fake.sandboxes.begin_anew()
    with _LOCK:
        _IDLE[origin].append(fake)

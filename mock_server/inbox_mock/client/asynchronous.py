"""The calls of a sandbox and of its clock for programs with an event loop of asyncio, which goes on meanwhile.

sandbox = AsyncSandbox(connect("http://127.0.0.1:8089").create_sandbox())
await sandbox.clock.advance("10m")
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from inbox_mock.client import ClockClient, SandboxClient

__tracebackhide__ = True
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class _Twins(Generic[S]):
    """Calls the methods of an object, each in a thread."""

    def __init__(self, plain: S) -> None:
        self.plain = plain


class _Twin(Generic[S, P, R]):
    """A method that is awaited: it takes, returns and raises what the plain one does."""

    def __init__(self, method: Callable[Concatenate[S, P], R]) -> None:
        self._method = method

    def __get__(self, twins: _Twins[S], owner: object) -> Callable[P, Coroutine[Any, Any, R]]:
        @wraps(self._method)
        async def call(*given: P.args, **more: P.kwargs) -> R:
            __tracebackhide__ = True
            return await asyncio.to_thread(self._method, twins.plain, *given, **more)

        return call


class AsyncClock(_Twins[ClockClient]):
    """A sandbox's clock, as `ClockClient`."""

    advance = _Twin(ClockClient.advance)
    settle = _Twin(ClockClient.settle)
    points = _Twin(ClockClient.points)
    rewind = _Twin(ClockClient.rewind)
    pause = _Twin(ClockClient.pause)
    run = _Twin(ClockClient.run)


class AsyncSandbox(_Twins[SandboxClient]):
    """A sandbox, as `SandboxClient`. What is known without a call (``url``, ``token`` ...) is asked of the plain one."""

    @property
    def clock(self) -> AsyncClock:
        """The sandbox's clock."""
        return AsyncClock(self.plain.clock)

    admin = _Twin(SandboxClient.admin)
    issue_token = _Twin(SandboxClient.issue_token)
    revoke_token = _Twin(SandboxClient.revoke_token)
    book = _Twin(SandboxClient.book)
    cancel = _Twin(SandboxClient.cancel)
    open_conversation = _Twin(SandboxClient.open_conversation)
    never_open_conversation = _Twin(SandboxClient.never_open_conversation)
    write = _Twin(SandboxClient.write)
    add_host = _Twin(SandboxClient.add_host)
    change = _Twin(SandboxClient.change)
    thread = _Twin(SandboxClient.thread)
    fault = _Twin(SandboxClient.fault)
    faults = _Twin(SandboxClient.faults)
    remove_fault = _Twin(SandboxClient.remove_fault)
    webhook = _Twin(SandboxClient.webhook)
    webhooks = _Twin(SandboxClient.webhooks)
    unsubscribe = _Twin(SandboxClient.unsubscribe)
    deliveries = _Twin(SandboxClient.deliveries)
    redeliver = _Twin(SandboxClient.redeliver)
    timeline = _Twin(SandboxClient.timeline)
    journal = _Twin(SandboxClient.journal)
    journal_page = _Twin(SandboxClient.journal_page)
    report = _Twin(SandboxClient.report)
    export = _Twin(SandboxClient.export)
    bundle = _Twin(SandboxClient.bundle)
    snapshot = _Twin(SandboxClient.snapshot)
    restore = _Twin(SandboxClient.restore)
    label = _Twin(SandboxClient.label)
    fork = _Twin(SandboxClient.fork)
    reset = _Twin(SandboxClient.reset)
    delete = _Twin(SandboxClient.delete)

"""Webhooks to what runs in an event loop, in the caller's own one or in another, and the calls that are awaited meanwhile."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest
from aiohttp import ClientSession, web
from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from builders import a_booking, a_scenario
from inbox_mock.client import ClockClient, SandboxClient, connect
from inbox_mock.client.asynchronous import AsyncClock, AsyncSandbox
from inbox_mock.testing import SandboxInProcess, Webhook, inbox_mock
from inbox_mock.webhooks.sender import sign

CREATED = "inbox_message_created"
API = "https://www.bookingsync.com/api/v3"
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sandbox() -> Iterator[SandboxInProcess]:
    """Airbnb booking 80 with conversation 11."""
    with inbox_mock(a_scenario(bookings=[a_booking()])) as found:
        yield found


def tell(sandbox: SandboxInProcess) -> None:
    """Let the guest write, and the webhook of it leave."""
    sandbox.write(11, "May we bring our dog?")
    sandbox.clock.advance("0s")


def statuses(sandbox: SandboxInProcess) -> list[int | None]:
    """The statuses of the webhooks that were sent."""
    return [entry["status"] for entry in sandbox.journal() if entry["path"].startswith("http")]


async def answered(send: Send, status: int = 204) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-thanks", b"yes")]})
    await send({"type": "http.response.body", "body": b"thanks"})


def test_an_asynchronous_function_is_awaited(sandbox: SandboxInProcess) -> None:
    async def receive(webhook: Webhook) -> int:
        await asyncio.sleep(0)
        received.append(webhook.event)
        return 202

    received: list[str] = []
    sandbox.webhooks_to(receive, CREATED)
    tell(sandbox)

    assert received == [CREATED]
    assert statuses(sandbox) == [202]


def test_what_an_asynchronous_receiver_returns_by_accident_fails_the_test_in_the_call(sandbox: SandboxInProcess) -> None:
    async def count(webhook: Webhook) -> int:
        received.append(webhook.event)
        return len(received)

    async def app(_scope: object, _receive: Receive, send: Send) -> None:
        await answered(send, status=2)

    received: list[str] = []
    for receiver, returned in ((count, 1), (app, 2)):
        subscription = sandbox.webhooks_to(receiver, CREATED)
        with pytest.raises(ValueError, match=f"the receiver returned {returned}, which is no status from 100 to 599"):
            tell(sandbox)
        sandbox.unsubscribe(subscription["id"])


def test_a_function_that_returns_something_to_await_is_awaited(sandbox: SandboxInProcess) -> None:
    async def receive(_webhook: Webhook) -> int:
        return 202

    sandbox.webhooks_to(lambda webhook: receive(webhook), CREATED)  # noqa: PLW0108 - it is no coroutine function itself
    tell(sandbox)

    assert statuses(sandbox) == [202]


def test_an_asgi_application_is_handed_what_a_server_would_hand_it(sandbox: SandboxInProcess) -> None:
    seen: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError("it has none")
        seen.extend((scope, await receive()))
        await answered(send)

    secret = sandbox.webhooks_to(app, CREATED, path="/webh%C3%B6ks?via=mock")["secret"]
    tell(sandbox)

    scope, asked = seen
    headers = dict(scope["headers"])
    assert (scope["type"], scope["method"], scope["path"], scope["query_string"]) == ("http", "POST", "/webhöks", b"via=mock")
    assert headers[b"x-content-signature"].decode() == sign(secret, asked["body"])
    assert (headers[b"host"], int(headers[b"content-length"])) == (b"receiver-1.test", len(asked["body"]))
    assert not asked["more_body"]
    entry = sandbox.journal()[-1]
    assert (entry["status"], entry["response"]) == (204, {"headers": {"x-thanks": "yes"}, "body": "thanks"})


class Double:
    """An application of ASGI 2."""

    def __init__(self, scope: Message) -> None:
        self.scope = scope

    async def __call__(self, receive: Receive, send: Send) -> None:
        await receive()
        await answered(send)


def double(scope: Message) -> Double:
    return Double(scope)


@pytest.mark.parametrize(("receiver", "more"), [(Double, {}), (double, {"kind": "asgi2"})])
def test_an_application_of_asgi_2_is_called_twice(sandbox: SandboxInProcess, receiver: Any, more: Any) -> None:
    sandbox.webhooks_to(receiver, CREATED, **more)
    tell(sandbox)

    assert statuses(sandbox) == [204]


def test_what_cannot_be_told_is_said(sandbox: SandboxInProcess) -> None:
    async def app(*given: Any) -> None:
        scope, _, send = given
        if scope["type"] == "http":
            await answered(send)

    with pytest.raises(TypeError, match="say which: kind= one of function, wsgi, asgi, asgi2"):
        sandbox.webhooks_to(app)
    with pytest.raises(ValueError, match="kind: found 'http'; expected one of function, wsgi, asgi, asgi2"):
        sandbox.webhooks_to(app, kind="http")  # type: ignore[arg-type]
    sandbox.webhooks_to(app, CREATED, kind="asgi")
    tell(sandbox)

    assert statuses(sandbox) == [204]


def test_a_lifespan_begins_before_the_first_webhook_and_ends_with_the_sandbox() -> None:
    happened: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for order in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{order}"
                happened.append(order)
                scope["state"]["greeting"] = "hello"
                await send({"type": f"lifespan.{order}.complete"})
        else:
            happened.append(scope["state"]["greeting"])
            await answered(send)

    with inbox_mock(a_scenario(bookings=[a_booking()])) as sandbox:
        sandbox.webhooks_to(app, CREATED)
        tell(sandbox)
        tell(sandbox)

    assert happened == ["startup", "hello", "hello", "shutdown"]


def test_an_application_that_does_not_start_is_told(sandbox: SandboxInProcess) -> None:
    async def app(_scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    sandbox.webhooks_to(app, CREATED)

    with pytest.raises(RuntimeError, match="did not start: no database"):
        tell(sandbox)


@pytest.mark.parametrize("how", ["raises", "reports", "sleeps"])
def test_an_application_that_does_not_stop_is_told_when_all_is_closed(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await answered(send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if how == "raises":
            raise ValueError("no database")
        if how == "sleeps":
            await asyncio.sleep(60)
        await send({"type": "lifespan.shutdown.failed", "message": "no database"})

    monkeypatch.setattr("inbox_mock.testing.receivers.TIMEOUT_SECONDS", 0.2)
    before = set(threading.enumerate())
    expected = "did not answer within" if how == "sleeps" else "did not stop: .*no database"

    held = inbox_mock(a_scenario(bookings=[a_booking()]))
    sandbox = held.__enter__()
    sandbox.webhooks_to(app, CREATED)
    tell(sandbox)
    with pytest.raises((RuntimeError, TimeoutError), match=expected):
        held.__exit__(None, None, None)

    assert set(threading.enumerate()) <= before


def test_an_application_whose_start_never_ends_is_started_anew_by_the_next_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            starts.append(await receive())
            if len(starts) == 1:
                await asyncio.sleep(60)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await answered(send)

    monkeypatch.setattr("inbox_mock.testing.receivers.TIMEOUT_SECONDS", 0.2)
    starts: list[Message] = []
    with inbox_mock(a_scenario(bookings=[a_booking()])) as sandbox:
        sandbox.webhooks_to(app, CREATED)
        with pytest.raises(TimeoutError):
            tell(sandbox)
        tell(sandbox)

        assert statuses(sandbox) == [500, 204]
    assert len(starts) == 2


def test_an_application_that_exits_ends_the_call_and_nothing_else() -> None:
    async def app(scope: Message, _receive: Receive, _send: Send) -> None:
        raise ValueError if scope["type"] == "lifespan" else SystemExit(3)

    with inbox_mock(a_scenario(bookings=[a_booking()])) as sandbox:
        sandbox.webhooks_to(app, CREATED)
        with pytest.raises(SystemExit):
            tell(sandbox)


def test_an_application_that_answers_nothing_is_told(sandbox: SandboxInProcess) -> None:
    async def app(_scope: Message, _receive: Receive, _send: Send) -> None: ...

    sandbox.webhooks_to(app, CREATED)

    with pytest.raises(RuntimeError, match="returned before its response was complete"):
        tell(sandbox)


def starlette(received: list[Any]) -> Starlette:
    async def receive(request: Request) -> Response:
        received.append((request.headers["X-Content-Signature"], await request.body()))
        return Response(status_code=204)

    return Starlette(routes=[Route("/hook", receive, methods=["POST"])])


def test_an_application_of_starlette_takes_webhooks(sandbox: SandboxInProcess) -> None:
    received: list[Any] = []
    secret = sandbox.webhooks_to(starlette(received), CREATED, path="/hook")["secret"]
    tell(sandbox)

    ((signature, body),) = received
    assert signature == sign(secret, body)
    assert statuses(sandbox) == [204]


def test_what_an_application_of_starlette_raises_is_raised_by_the_advance(sandbox: SandboxInProcess) -> None:
    async def receive(_request: Request) -> Response:
        raise ValueError("no such booking")

    sandbox.webhooks_to(Starlette(routes=[Route("/", receive, methods=["POST"])]), CREATED)

    with pytest.raises(ValueError, match="no such booking"):
        tell(sandbox)


def test_an_asgi_application_of_django_takes_webhooks(sandbox: SandboxInProcess) -> None:
    from django.core.asgi import get_asgi_application

    if not settings.configured:
        settings.configure(ROOT_URLCONF="", ALLOWED_HOSTS=[".test"], SECRET_KEY="of tests", MIDDLEWARE=[])
    with pytest.MonkeyPatch.context() as patch:
        from django.http import HttpRequest, HttpResponse
        from django.urls import path

        def receive(request: HttpRequest) -> HttpResponse:
            received.append(request.body)
            return HttpResponse(status=204)

        received: list[bytes] = []
        patch.setattr(settings, "ROOT_URLCONF", (path("hook", receive),))
        sandbox.webhooks_to(get_asgi_application(), CREATED, path="/hook")
        tell(sandbox)

    assert received[0].startswith(b'{"account_id"')
    assert statuses(sandbox) == [204]


@pytest.mark.anyio
async def test_a_receiver_in_the_callers_event_loop_runs_in_it_while_calls_are_awaited(sandbox: SandboxInProcess) -> None:
    async def receive(_webhook: Webhook) -> None:
        received.append(asyncio.get_running_loop())

    received: list[Any] = []
    sandbox.webhooks_to(receive, CREATED)
    await sandbox.async_.write(11, "May we bring our dog?")
    assert [event["kind"] for event in await sandbox.async_.clock.advance("0s")] == ["webhook_sent"]

    assert received == [asyncio.get_running_loop()]
    assert [delivery["event"] for delivery in await sandbox.async_.deliveries()] == [CREATED]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["function", "asgi"])
async def test_a_call_that_blocks_a_receivers_event_loop_says_so(sandbox: SandboxInProcess, kind: str) -> None:
    async def receive(_webhook: Webhook) -> None:
        received.append("too late")

    received: list[Any] = []
    receivers: dict[str, Any] = {"function": receive, "asgi": starlette(received)}
    sandbox.webhooks_to(receivers[kind], CREATED, path="/hook")

    with pytest.raises(RuntimeError, match=r"the receiver runs in the event loop that this call blocks: write `await sandbox\.async_\."):
        tell(sandbox)

    assert received == []


@pytest.mark.anyio
async def test_a_server_in_the_callers_event_loop_is_noticed_at_once_and_answers_what_is_awaited(sandbox: SandboxInProcess) -> None:
    async def receive(request: web.Request) -> web.Response:
        received.append(await request.read())
        return web.Response(status=204)

    received: list[bytes] = []
    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.webhooks_to(f"http://127.0.0.1:{runner.addresses[0][1]}", CREATED, path="/hook", retries=0)
    began = time.monotonic()

    with pytest.raises(RuntimeError, match=r"/hook runs in the event loop that this call blocks: write `await sandbox\.async_\."):
        tell(sandbox)

    assert time.monotonic() - began < 4  # the sender would have waited for five seconds
    await sandbox.async_.write(11, "And our cat?")
    await sandbox.async_.clock.advance("0s")
    assert len(received) == 1
    await runner.cleanup()


@pytest.mark.anyio
async def test_a_receiver_that_awaits_the_api_is_answered(sandbox: SandboxInProcess) -> None:
    async def receive(webhook: Webhook) -> None:
        conversation = webhook.json["resource"]["message"]["links"]["conversation"]
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        async with ClientSession() as session, session.get(f"{API}/inbox/conversations/{conversation}", headers=headers) as answer:
            found.append((await answer.json())["conversations"][0]["id"])

    found: list[int] = []
    sandbox.webhooks_to(receive, CREATED)
    await sandbox.async_.write(11, "May we bring our dog?")
    await sandbox.async_.clock.advance("0s")

    assert found == [11]


def test_an_event_loop_that_has_ended_is_told(sandbox: SandboxInProcess) -> None:
    async def receive(_webhook: Webhook) -> None: ...

    async def subscribe() -> None:
        sandbox.webhooks_to(receive, CREATED)

    asyncio.run(subscribe())

    with pytest.raises(RuntimeError, match="the event loop in which the receiver was given runs no longer"):
        tell(sandbox)


@pytest.mark.parametrize(("plain", "twin"), [(SandboxClient, AsyncSandbox), (ClockClient, AsyncClock)])
def test_every_call_can_be_awaited(plain: type, twin: type) -> None:
    functions = (found for found in vars(plain).values() if inspect.isfunction(found))
    calls = {found.__name__ for found in functions if not inspect.isgeneratorfunction(found)}

    assert {name for name in calls if not name.startswith("_")} <= vars(twin).keys()


@pytest.mark.anyio
async def test_what_is_refused_is_raised_where_it_is_awaited(sandbox: SandboxInProcess) -> None:
    with pytest.raises(Exception, match="nowhere"):
        await sandbox.async_.book("nowhere")


def test_the_awaited_calls_are_for_any_server() -> None:
    assert isinstance(AsyncSandbox(connect("http://127.0.0.1:1").sandbox()).clock, AsyncClock)

"""Every HTTP library of the program is answered at the real address, as ``requests`` is."""

import asyncio
import importlib
import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from http.client import HTTPSConnection
from typing import Any, NamedTuple

import pytest
import requests
import urllib3

from builders import a_booking, a_message, a_scenario
from inbox_mock.testing import SandboxInProcess, aiohttp_transport, connection, httpx_transport, inbox_mock

API = "https://www.bookingsync.com/api/v3"
SECONDS = 5


class Answered(NamedTuple):
    """What a library makes of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes


Call = Callable[..., Answered]


@pytest.fixture
def sandbox() -> Iterator[SandboxInProcess]:
    """Airbnb booking 80 with conversation 11, in which jan is participant 2."""
    with inbox_mock(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])) as found:
        yield found


def bearer(sandbox: SandboxInProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.token}"}


def nobody(_url: str) -> None:
    return None


def by_requests(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
    answer = requests.request(method, url, headers=headers, data=body, timeout=SECONDS)
    return Answered(answer.status_code, dict(answer.headers), answer.content)


def by_urllib(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
    asked = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - https
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - https
            return Answered(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answered(error.code, dict(error.headers), error.read())


def by_http_client(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
    connection = HTTPSConnection("www.bookingsync.com", timeout=SECONDS)
    connection.request(method, url.removeprefix("https://www.bookingsync.com"), body, headers)
    answer = connection.getresponse()
    return Answered(answer.status, dict(answer.headers), answer.read())


def by_urllib3(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
    with urllib3.PoolManager() as manager:
        answer = manager.request(method, url, headers=headers, body=body, timeout=SECONDS, retries=False)
        return Answered(answer.status, dict(answer.headers), answer.data)


def by_httpx(library: str) -> Call:
    def call(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
        with pytest.importorskip(library).Client(timeout=SECONDS) as client:
            answer = client.request(method, url, headers=headers, content=body)
        return Answered(answer.status_code, dict(answer.headers), answer.content)

    return call


def by_async_httpx(library: str) -> Call:
    def call(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
        async def asked() -> Answered:
            async with pytest.importorskip(library).AsyncClient(timeout=SECONDS) as client:
                answer = await client.request(method, url, headers=headers, content=body)
            return Answered(answer.status_code, dict(answer.headers), answer.content)

        return asyncio.run(asked())

    return call


def by_aiohttp(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answered:
    aiohttp = pytest.importorskip("aiohttp")

    async def asked() -> Answered:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession() as session, session.request(method, url, headers=headers, data=body, timeout=timeout) as answer:
            return Answered(answer.status, dict(answer.headers), await answer.read())

    return asyncio.run(asked())


LIBRARIES: dict[str, Call] = {
    "requests": by_requests,
    "urllib": by_urllib,
    "http.client": by_http_client,
    "urllib3": by_urllib3,
    "httpx": by_httpx("httpx"),
    "httpx, async": by_async_httpx("httpx"),
    "httpx2": by_httpx("httpx2"),
    "httpx2, async": by_async_httpx("httpx2"),
    "aiohttp": by_aiohttp,
}
libraries = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in LIBRARIES.items()])


@libraries
def test_the_real_address_answers(sandbox: SandboxInProcess, call: Call) -> None:
    answer = call("GET", f"{API}/bookings/80?fields=id", bearer(sandbox))

    assert (answer.status, json.loads(answer.body)["bookings"]) == (
        200,
        [{"id": 80, "links": json.loads(answer.body)["bookings"][0]["links"]}],
    )
    assert {name.lower() for name in answer.headers} >= {"etag", "x-ratelimit-limit", "content-type"}
    assert sandbox.journal()[-1]["query"] == "fields=id"


@libraries
def test_a_body_arrives_and_is_executed_once(sandbox: SandboxInProcess, call: Call) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"}
    answer = call("POST", f"{API}/inbox/messages", headers, json.dumps(a_message()).encode())

    assert answer.status == 201
    assert [entry["status"] for entry in sandbox.journal()] == [201]


@libraries
def test_a_refusal_is_an_answer(sandbox: SandboxInProcess, call: Call) -> None:
    assert call("GET", f"{API}/bookings/80", {"Authorization": "Bearer nonsense"}).status == 401
    assert sandbox.journal()[-1]["status"] == 401


@libraries
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_an_answer_that_never_comes_is_the_librarys_own_error(sandbox: SandboxInProcess, call: Call, fault: str) -> None:
    sandbox.fault(fault, times=1)

    with pytest.raises(Exception) as raised:  # noqa: PT011 - of each library
        call("POST", f"{API}/inbox/messages", bearer(sandbox), b"{}")

    assert not isinstance(raised.value, AssertionError | AttributeError | TypeError)
    assert call("GET", f"{API}/bookings/80", bearer(sandbox)).status == 200


@libraries
def test_an_answer_that_breaks_off_is_the_librarys_own_error(sandbox: SandboxInProcess, call: Call) -> None:
    sandbox.fault("truncated", times=1)

    with pytest.raises(Exception) as raised:  # noqa: PT011 - of each library
        call("POST", f"{API}/inbox/messages", bearer(sandbox), b"{}")

    assert not isinstance(raised.value, AssertionError | AttributeError | TypeError)


@pytest.mark.parametrize("name", [name for name in LIBRARIES if "async" not in name and name != "aiohttp"])  # event loops have sockets
def test_no_socket_is_opened(sandbox: SandboxInProcess, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_more: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)

    assert LIBRARIES[name]("GET", f"{API}/me", bearer(sandbox)).status == 200


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_transport_is_handed_over(library: str) -> None:
    httpx = pytest.importorskip(library)

    async def asked(sandbox: SandboxInProcess) -> int:
        async with httpx.AsyncClient(transport=sandbox.async_transport, base_url=API, headers=bearer(sandbox)) as client:
            return int((await client.get("/me")).status_code)

    with inbox_mock() as sandbox, inbox_mock("empty"):
        with httpx.Client(transport=sandbox.transport, base_url=API, headers=bearer(sandbox)) as client:
            assert client.get("/me").status_code == 200
            with pytest.raises(httpx.ConnectError, match="this transport answers only https"):
                client.get("https://api.example.com/")
        assert asyncio.run(asked(sandbox)) == 200
        assert len(sandbox.journal()) == 2


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_transport_of_the_programs_own_stays_in_its_place(sandbox: SandboxInProcess, library: str) -> None:
    httpx = pytest.importorskip(library)
    seen: list[str] = []

    class Counting(httpx.HTTPTransport):  # type: ignore[misc,name-defined] # of a library that may be missing
        def handle_request(self, request: Any) -> Any:
            seen.append(request.url.path)
            return super().handle_request(request)

    with httpx.Client(transport=Counting()) as client:
        assert client.get(f"{API}/me", headers=bearer(sandbox)).status_code == 200
    assert seen == ["/api/v3/me"]


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_body_in_pieces_arrives(sandbox: SandboxInProcess, library: str) -> None:
    httpx = pytest.importorskip(library)
    whole = json.dumps(a_message()).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield whole[:20]
        yield whole[20:]

    async def asked() -> int:
        async with httpx.AsyncClient(headers=bearer(sandbox) | {"Content-Type": "application/json"}) as client:
            return int((await client.post(f"{API}/inbox/messages", content=pieces())).status_code)

    assert asyncio.run(asked()) == 201


def test_aiohttp_waits_for_leave_to_send_a_body(sandbox: SandboxInProcess) -> None:
    aiohttp = pytest.importorskip("aiohttp")

    async def asked() -> int:
        async with (
            aiohttp.ClientSession(headers=bearer(sandbox)) as session,
            session.post(f"{API}/inbox/messages", json=a_message(), expect100=True) as answer,
        ):
            return int(answer.status)

    assert asyncio.run(asked()) == 201


def test_a_slow_answer_is_not_waited_for(sandbox: SandboxInProcess) -> None:
    aiohttp, httpx = pytest.importorskip("aiohttp"), pytest.importorskip("httpx")
    sandbox.fault("slow", by="60s", real=True)

    async def asked() -> None:
        timeout = aiohttp.ClientTimeout(total=3)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.post(f"{API}/inbox/messages", headers=bearer(sandbox)):
            pass

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{API}/inbox/messages", headers=bearer(sandbox), timeout=3)
    with pytest.raises(TimeoutError):
        asyncio.run(asked())


def test_a_library_that_is_loaded_later_is_answered(sandbox: SandboxInProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    for name in [name for name in sys.modules if name.partition(".")[0] == "httpx"]:
        monkeypatch.delitem(sys.modules, name)

    httpx = importlib.import_module("httpx")

    assert httpx.get(f"{API}/me", headers=bearer(sandbox)).status_code == 200


def test_no_library_is_loaded_that_the_program_has_not_loaded() -> None:
    program = (
        "import sys\nfrom inbox_mock.testing import inbox_mock\nwith inbox_mock() as sandbox:\n    sandbox.transport\n"
        "print(*{'httpx', 'httpx2', 'aiohttp', 'pycares', 'pycurl', 'curl_cffi', 'uvloop', 'vcr'} & {*sys.modules})"
    )

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60).stdout == "\n"


def test_everything_is_as_before_afterwards() -> None:
    pytest.importorskip("httpx")
    pytest.importorskip("aiohttp")
    owners = [
        (sys.modules[one.module], one.owner, one.name)
        for one in (*connection.replacements(nobody), *httpx_transport.replacements(nobody), *aiohttp_transport.replacements(nobody))
        if one.module in sys.modules
    ]

    def found() -> list[object]:
        return [getattr(getattr(module, owner), name) for module, owner, name in owners]

    before = found()
    first, second = inbox_mock(), inbox_mock()
    first.__enter__()
    second.__enter__()
    assert found() != before
    first.__exit__(None, None, None)  # not in order, as fixtures of different scopes may end
    second.__exit__(None, None, None)

    assert found() == before

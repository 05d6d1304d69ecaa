"""Mocks of other libraries around a sandbox, or inside it: the real address is the sandbox's, other hosts are theirs."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
import responses
import urllib3

from inbox_mock.testing import inbox_mock

ME = "https://www.bookingsync.com/api/v3/me"
DEMO = {"Authorization": "Bearer demo"}
OTHER = "https://api.example.invalid/rates"
SECONDS = 5
Get = Callable[[str], int]


def by_requests(url: str) -> int:
    return requests.get(url, headers=DEMO, timeout=SECONDS).status_code


def by_urllib3(url: str) -> int:
    return urllib3.PoolManager().request("GET", url, headers=DEMO, retries=False, timeout=SECONDS).status


def by_httpx(url: str) -> int:
    return int(pytest.importorskip("httpx").get(url, headers=DEMO, timeout=SECONDS).status_code)


def by_async_httpx(url: str) -> int:
    async def get() -> int:
        async with pytest.importorskip("httpx").AsyncClient(timeout=SECONDS) as client:
            return int((await client.get(url, headers=DEMO)).status_code)

    return asyncio.run(get())


def by_aiohttp(url: str) -> int:
    async def get() -> int:
        async with pytest.importorskip("aiohttp").ClientSession() as session, session.get(url, headers=DEMO) as answer:
            return int(answer.status)

    return asyncio.run(get())


@contextmanager
def responses_mock() -> Iterator[None]:
    with responses.RequestsMock() as mock:
        mock.get(OTHER, status=202)
        yield


@contextmanager
def requests_mocker() -> Iterator[None]:
    with pytest.importorskip("requests_mock").Mocker() as mock:
        mock.get(OTHER, status_code=202)
        yield


@contextmanager
def respx_mock() -> Iterator[None]:
    with pytest.importorskip("respx").mock() as mock:
        mock.get(OTHER).respond(202)
        yield


@contextmanager
def httpx_mock() -> Iterator[None]:
    """What the fixture of pytest-httpx does."""
    module = pytest.importorskip("pytest_httpx")
    mock = module.HTTPXMock(module._options._HTTPXMockOptions())  # noqa: SLF001 - it is to be had by a fixture alone
    mock.add_response(url=OTHER, status_code=202)

    def handle(own: Any, request: Any) -> Any:
        return mock._handle_request(own, request)  # noqa: SLF001

    async def handle_async(own: Any, request: Any) -> Any:
        return await mock._handle_async_request(own, request)  # noqa: SLF001

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx.HTTPTransport.handle_request", handle)
        patch.setattr("httpx.AsyncHTTPTransport.handle_async_request", handle_async)
        yield


@contextmanager
def aioresponses_mock() -> Iterator[None]:
    with pytest.importorskip("aioresponses").aioresponses() as mock:
        mock.get(OTHER, status=202)
        yield


@contextmanager
def mock_aws() -> Iterator[None]:
    with pytest.importorskip("moto").mock_aws():
        yield


CASSETTE = """interactions:
- request: {body: null, headers: {}, method: GET, uri: "%s"}
  response: {body: {string: ""}, headers: {}, status: {code: 202, message: Accepted}}
version: 1
"""


@contextmanager
def cassette() -> Iterator[None]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "cassette.yaml")
        path.write_text(CASSETTE % OTHER)
        with pytest.importorskip("vcr").use_cassette(str(path), record_mode="none"):
            yield
        assert path.read_text() == CASSETTE % OTHER


PAIRS: list[Any] = [
    pytest.param(mock, get, answers, id=f"{mock.__name__}, {get.__name__}")
    for mock, gets, answers in (
        (responses_mock, (by_requests,), True),
        (requests_mocker, (by_requests,), True),
        (respx_mock, (by_httpx, by_async_httpx), True),
        (httpx_mock, (by_httpx, by_async_httpx), True),
        (aioresponses_mock, (by_aiohttp,), False),  # its own answers fail with aiohttp 3.14
        (mock_aws, (by_requests, by_urllib3, by_httpx), False),
        (cassette, (by_requests, by_urllib3, by_httpx, by_async_httpx, by_aiohttp), True),
    )
    for get in gets
]


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "around"])
@pytest.mark.parametrize(("other", "get", "answers"), PAIRS)
def test_both_answer_in_either_order(other: Callable[[], AbstractContextManager[None]], get: Get, answers: bool, inside: bool) -> None:
    contexts: list[Any] = [inbox_mock, other] if inside else [other, inbox_mock]
    with ExitStack() as held:
        for context in contexts:
            held.enter_context(context())

        assert get(ME) == 200
        if answers:
            assert get(OTHER) == 202

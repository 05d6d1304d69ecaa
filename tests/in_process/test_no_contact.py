"""While a sandbox is held, nothing in this process finds the real service, by whatever way."""

import asyncio
import importlib
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from inbox_mock.testing.contact import no_contact

NAME = "inbox.invalid"  # a name that leads nowhere, should a guard fail: RFC 6761
FOUND = "127.1"  # as a name: this machine, which is found without asking anybody
URL = f"https://{NAME}/api/v3"
SECONDS = 5


def a_socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(SECONDS)
    return made


def by_connecting() -> None:
    with a_socket() as made:
        made.connect((FOUND, 443))


def by_connecting_without_errors() -> None:
    with a_socket() as made:
        made.connect_ex((FOUND, 443))


def by_a_datagram() -> None:
    with a_socket() as made:
        made.sendto(b"", (FOUND, 443))


def by_asyncio() -> None:
    asyncio.run(asyncio.wait_for(asyncio.open_connection(NAME, 443), SECONDS))


def by_a_loop_in_c() -> None:
    uvloop = pytest.importorskip("uvloop")
    uvloop.run(asyncio.wait_for(asyncio.open_connection(NAME, 443), SECONDS))


def by_aiodns() -> None:
    aiodns = pytest.importorskip("aiodns")

    async def look_up() -> None:
        resolver = aiodns.DNSResolver(timeout=SECONDS, tries=1)
        await resolver.getaddrinfo(NAME, family=socket.AF_INET)

    asyncio.run(look_up())


def by_pycurl() -> None:
    curl = pytest.importorskip("pycurl").Curl()
    curl.setopt(10_002, URL)
    curl.perform()


def by_curl_cffi() -> None:
    pytest.importorskip("curl_cffi.requests").get(URL, timeout=SECONDS)


WAYS: list[Callable[[], object]] = [
    lambda: socket.getaddrinfo(NAME, 443),
    lambda: socket.getaddrinfo(f"{NAME.upper()}.".encode(), 443),
    lambda: socket.gethostbyname(NAME),
    lambda: socket.gethostbyname_ex(NAME),
    lambda: socket.gethostbyaddr(NAME),
    lambda: socket.create_connection((NAME, 443), timeout=SECONDS),
    by_asyncio,
    by_a_loop_in_c,
    by_aiodns,
    by_pycurl,
    by_curl_cffi,
]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_the_host(way: Callable[[], object]) -> None:
    with no_contact(NAME, "because"), pytest.raises(OSError, match=f"{NAME} was not looked up: because") as refused:
        way()

    assert isinstance(refused.value, socket.gaierror)


@pytest.mark.parametrize("way", [by_connecting, by_connecting_without_errors, by_a_datagram])
def test_python_looks_the_name_up_before_it_tells_of_a_connection_but_none_is_made(way: Callable[[], object]) -> None:
    with no_contact(FOUND, "because"), pytest.raises(socket.gaierror, match="because"):
        way()


def test_other_names_are_looked_up_as_ever() -> None:
    with no_contact(NAME, "because"):
        assert socket.getaddrinfo("localhost", 80)
        assert socket.getaddrinfo(None, 80)
        assert socket.getaddrinfo(b"localhost", 80)
        assert socket.gethostbyname("127.0.0.1") == "127.0.0.1"


def test_nothing_is_refused_afterwards() -> None:
    with no_contact(NAME, "because"):
        pass

    sys.audit("socket.getaddrinfo", NAME, 443, 0, 0, 0)  # what a lookup reports


def test_the_innermost_of_two_says_why_and_the_outer_one_still_holds() -> None:
    with no_contact(NAME, "outer"):
        with no_contact(NAME, "inner"), pytest.raises(socket.gaierror, match="inner"):
            socket.gethostbyname(NAME)
        with pytest.raises(socket.gaierror, match="outer"):
            socket.gethostbyname(NAME)


def test_what_guards_the_functions_of_sockets_meanwhile_finds_and_leaves_them_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    before: dict[str, Any] = {name: getattr(socket, name) for name in ("getaddrinfo", "gethostbyname", "create_connection", "socket")}

    with no_contact(NAME, "because"):
        assert {name: getattr(socket, name) for name in before} == before
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_given: [])
    monkeypatch.undo()

    assert {name: getattr(socket, name) for name in before} == before


def test_a_library_that_is_loaded_later_is_guarded_too_and_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pycares")
    for name in [name for name in sys.modules if name.partition(".")[0] == "pycares"]:
        monkeypatch.delitem(sys.modules, name)

    with no_contact(NAME, "because"):
        pycares = importlib.import_module("pycares")
        guarded = pycares.Channel.query
        with pytest.raises(socket.gaierror):
            guarded(None, NAME, 1)

    assert pycares.Channel.query is not guarded
    assert not any("inbox_mock" in type(finder).__module__ for finder in sys.meta_path)

"""Other hosts, other libraries, other mocks."""

import asyncio
import socket

import pytest
import requests
import responses

from inbox_mock.testing import inbox_mock
from receiver import receiving

API = "https://www.bookingsync.com/api/v3"


def test_another_host_is_refused_and_the_setting_named() -> None:
    with inbox_mock(), pytest.raises(requests.ConnectionError) as refused:
        requests.get("https://api.example.com/rates?day=1", timeout=5)

    assert str(refused.value) == (
        "GET https://api.example.com/rates?day=1 was not sent: in process only https://www.bookingsync.com is answered. "
        'Let it out with passthrough=("api.example.com",), or answer it with sandbox.responses.'
    )
    assert refused.value.request is not None


@pytest.mark.parametrize("url", ["http://www.bookingsync.com/api/v3/me", "https://bookingsync.com/", "https://www.bookingsync.com:444/"])
def test_an_address_that_only_looks_like_the_real_one_is_refused(url: str) -> None:
    with inbox_mock(), pytest.raises(requests.ConnectionError, match="was not sent"):
        requests.get(url, timeout=5)


@pytest.mark.parametrize("passthrough", ["127.0.0.1", ("localhost", "127.0.*")])
def test_a_host_that_passes_through_is_reached(passthrough: str | tuple[str, ...]) -> None:
    with receiving() as receiver, inbox_mock(passthrough=passthrough):
        assert requests.post(receiver.url, data=b"{}", timeout=5).text == "ok"


def test_another_host_may_be_answered_with_responses() -> None:
    with inbox_mock() as sandbox:
        sandbox.responses.get("https://api.example.com/rates", json={"rate": 1})

        assert requests.get("https://api.example.com/rates", timeout=5).json() == {"rate": 1}
        assert requests.get(f"{API}/me", headers={"Authorization": "Bearer demo"}, timeout=5).status_code == 200
    with inbox_mock(), pytest.raises(requests.ConnectionError):
        requests.get("https://api.example.com/rates", timeout=5)


@responses.activate
def test_responses_around_it_answers_what_it_was_told_to() -> None:
    responses.get("https://api.example.com/rates", json={"rate": 1})

    with inbox_mock():
        assert requests.get("https://api.example.com/rates", timeout=5).json() == {"rate": 1}
        assert requests.get(f"{API}/me", headers={"Authorization": "Bearer demo"}, timeout=5).status_code == 200
        with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
            requests.get("https://other.example.com/", timeout=5)


def test_what_is_not_answered_never_reaches_the_real_service() -> None:
    with inbox_mock(), pytest.raises(socket.gaierror, match="other HTTP libraries need a server"):
        asyncio.run(asyncio.wait_for(asyncio.open_connection("www.bookingsync.com", 443), 5))


def test_other_names_are_looked_up_as_ever() -> None:
    before = socket.getaddrinfo
    with inbox_mock():
        assert socket.getaddrinfo("localhost", 80)
        assert socket.getaddrinfo(None, 80)
        assert socket.getaddrinfo(b"localhost", 80)

    assert socket.getaddrinfo is before


def test_a_server_of_this_machine_can_be_looked_up_although_its_address_is_answered() -> None:
    with inbox_mock(base_url="http://localhost:8089"):
        assert socket.getaddrinfo("localhost", 80)

"""Hosts are compared in one form."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.addresses import callable_root, host_in, is_this_machine, plain_host


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f00:1"],
)
def test_this_machine_has_many_names(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0",  # noqa: S104
        "::",
        "192.0.2.7",
        "::ffff:192.0.2.7",
        "fe80::1%lo",
    ],
)
def test_another_machine_has_others(host: str) -> None:
    assert not is_this_machine(host)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_when_it_is_written_as_ipv6(address: IPv4Address) -> None:
    assert plain_host(f"::ffff:{address}") == plain_host(f"[::FFFF:{address}]") == str(address)
    assert is_this_machine(f"::ffff:{address}") == address.is_loopback


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Inbox.Example:8089/x", "inbox.example"),
        ("http://[::1]:8089/", "::1"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.1"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0"),
        ("http://jan:geheim@127.0.0.1/", "127.0.0.1"),
        ("/path", ""),
    ],
)
def test_a_url_names_a_host(url: str, host: str) -> None:
    assert host_in(url) == host


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("http://127.0.0.1:8089/", "http://127.0.0.1:8089"),
        ("http://127.0.0.1:8089/api/v3", "http://127.0.0.1:8089"),
        ("http://0.0.0.0:8089", "http://127.0.0.1:8089"),
        ("http://0.0.0.0", "http://127.0.0.1"),
        ("http://[::]:8089/api/v3/", "http://[::1]:8089"),
        ("http://[::]", "http://[::1]"),
        ("https://inbox.test", "https://inbox.test"),
        ("http://10.0.0.0.0:1", "http://10.0.0.0.0:1"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_servers_root_is_one_that_can_be_called(given: str, root: str) -> None:
    assert callable_root(given) == root

"""Hosts, by name or address, in the one form in which they are compared."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

Network = IPv4Network | IPv6Network
ELSE = re.compile(r"[\s/:@?#*]")

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - it listens where it is told to
"""What is listened at for every address of a machine, with what can be called: as hosts are written in a URL."""


@lru_cache(maxsize=256)
def plain_host(host: str) -> str:
    """Return a host in lower case, without brackets; an IPv4 address that is written as IPv6, ``::ffff:127.0.0.1``, as IPv4."""
    name = host.lower().removeprefix("[").removesuffix("]")
    try:
        address = ip_address(name)
    except ValueError:
        return name
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)


def callable_root(url: str) -> str:
    """Return the root of a server by the URL that a user gives: without the base path of its API, by an address that can be called."""
    root = url.rstrip("/").removesuffix("/api/v3")
    scheme, found, rest = root.partition("://")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.rpartition(":") if authority.rpartition(":")[2].isdigit() else (authority, "", "")
    return f"{scheme}{found}{EVERY_ADDRESS.get(host, host)}{colon}{port}{slash}{path}"


def is_host(text: str) -> bool:
    """Return whether a text is a host, by name or address: without a scheme, a port or a path."""
    try:
        ip_address(plain_host(text))
    except ValueError:
        return not ELSE.search(text)
    return True


def host_in(url: str) -> str:
    """Return the plain host that a URL names, an empty text if it names none; ``%25`` begins the zone of an address (RFC 6874)."""
    return plain_host(unquote(urlsplit(url).hostname or ""))


@lru_cache(maxsize=256)
def is_this_machine(host: str) -> bool:
    """Return whether a host is ``localhost`` or a loopback address, with or without a zone."""
    name = plain_host(host)
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def is_within(host: str, networks: Iterable[Network]) -> bool:
    """Return whether a host is an address, with or without a zone, in one of the networks."""
    try:
        address = ip_address(plain_host(host).partition("%")[0])
    except ValueError:
        return False
    return any(address in network for network in networks)

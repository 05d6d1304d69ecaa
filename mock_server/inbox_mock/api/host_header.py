"""The host name under which the server was addressed."""

import re
from functools import lru_cache

from flask import Request
from werkzeug.utils import cached_property

# Names with an underscore are not valid host names, but Docker gives them to containers.
HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
USUAL_PORTS = {"http": ":80", "https": ":443"}


class AddressedRequest(Request):
    """A request whose ``host`` is valid even if the Host header has an underscore, is missing, or is not a host."""

    @cached_property
    def host(self) -> str:
        """The host that was addressed, with its port unless that is the default one."""
        return host_of(self.scheme, self.environ.get("HTTP_HOST"), self.server)


@lru_cache(maxsize=256)
def host_of(scheme: str, header: str | None, server: tuple[str, int | None] | None) -> str:
    """Return the host that a Host header names, or the server's own address if it names none."""
    host = header or ""
    if not HOST.fullmatch(host):
        name, port = server or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = (name if HOST.fullmatch(name) else "localhost") + ("" if port is None else f":{port}")
    return host.removesuffix(USUAL_PORTS.get(scheme, ":"))


@lru_cache(maxsize=256)
def name_in(header: str) -> str:
    """Return the name in a Host header, without the port; any other header as it is."""
    found = HOST.fullmatch(header)
    return (found[1] if found else header).lower()

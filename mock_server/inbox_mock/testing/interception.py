"""Who answers a request of ``requests`` while sandboxes are held in this process: one of them, another mock, or nobody.

``requests.adapters.HTTPAdapter.send`` is replaced once for all sandboxes, and put back when the last one is let go.
"""

from collections.abc import Callable
from contextlib import ExitStack
from fnmatch import fnmatchcase
from threading import Lock, get_ident
from typing import Any
from urllib.parse import urlsplit

import requests
import responses
from requests.adapters import HTTPAdapter

from inbox_mock.testing.contact import no_contact
from inbox_mock.testing.transport import Application

Send = Callable[..., requests.Response]

_ACTIVE: "list[Interception]" = []
_LOCK = Lock()
_beneath: Send = HTTPAdapter.send
_REAL_SEND: Send = responses._real_send  # noqa: SLF001 - kept there before anybody could replace it
ONLY_REQUESTS = "in process only requests is answered; other HTTP libraries need a server, such as the fixture inbox_mock starts"


class Interception:
    """Answers what is sent to one application. ``passthrough`` names other hosts that may be reached; ``*`` stands for anything.

    ``mock`` takes further answers for other hosts, as ``responses`` does.
    """

    def __init__(self, application: Application, passthrough: tuple[str, ...]) -> None:
        self.application = application
        self.passthrough = passthrough
        self.thread = get_ident()
        # What was registered at the mock comes first; all else passes through it, into `_carry`.
        carry: Any = self._carry
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, passthru_prefixes=("",), real_adapter_send=carry)
        self._kept_away = ExitStack()
        self.send: Send = self.mock.unbound_on_send()

    def start(self) -> None:
        """Begin to answer."""
        global _beneath
        self.thread = get_ident()
        with _LOCK:
            if HTTPAdapter.send is not _send and not _ACTIVE:
                _beneath, HTTPAdapter.send = HTTPAdapter.send, _send  # type: ignore[assignment,method-assign]
            _ACTIVE.append(self)
        self._kept_away.enter_context(no_contact(self.application.host, ONLY_REQUESTS))

    def stop(self) -> None:
        """Answer no longer."""
        self._kept_away.close()
        with _LOCK:
            _ACTIVE.remove(self)
            # Whoever has put a mock of his own on top takes it away himself, and finds `_send`, which then only hands on.
            if not _ACTIVE and HTTPAdapter.send is _send:
                HTTPAdapter.send = _beneath  # type: ignore[method-assign]

    def _carry(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        url = str(request.url)
        host = urlsplit(url).hostname or ""
        if self.application.is_at(url):
            return self.application.send(_REAL_SEND if _is_mock(_beneath) else _beneath, adapter, request, **options)
        if any(fnmatchcase(host, wanted) for wanted in self.passthrough) or _is_mock(_beneath):
            return _beneath(adapter, request, **options)
        raise requests.ConnectionError(
            f"{request.method} {url} was not sent: in process only {self.application.origin} is answered. "
            f'Let it out with passthrough=("{host}",), or answer it with sandbox.responses.',
            request=request,
        )


def _send(adapter: HTTPAdapter, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
    """Stand in for ``HTTPAdapter.send``."""
    chosen = _chosen(str(request.url))
    return _beneath(adapter, request, *given, **options) if chosen is None else chosen.send(adapter, request, *given, **options)


def _chosen(url: str) -> Interception | None:
    """Return who answers: of those at that address, or else of all, the last begun in this thread, or else the last begun."""
    with _LOCK:
        active = list(_ACTIVE)
    at_address = [one for one in active if one.application.is_at(url)] or active
    of_thread = [one for one in at_address if one.thread == get_ident()] or at_address
    return of_thread[-1] if of_thread else None


def _is_mock(send: Send) -> bool:
    """Whether ``responses`` stands in for ``HTTPAdapter.send``: it decides itself about hosts that are not ours."""
    return getattr(send, "__module__", "") == responses.__name__

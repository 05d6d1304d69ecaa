"""Mocks of other libraries that refuse what they were not told to answer: they leave the address of a sandbox to it.

Without this it would depend on the mock, and on which of the two began first.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from requests.adapters import HTTPAdapter

from inbox_mock.testing.application import Answering
from inbox_mock.testing.replacing import Replacement

__tracebackhide__ = True


def replacements(answering: Answering, origins: Callable[[], list[str]]) -> list[Replacement]:
    """Return what to replace for the application that ``answering`` finds for a URL, and the ``origins`` that are answered."""

    def send(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(beneath)
        def sending(self: Any, request: Any, **options: Any) -> Any:
            try:
                return beneath(self, request, **options)
            except sys.modules["requests_mock"].NoMockAddress:
                if answering(request.url) is None:
                    raise
                return HTTPAdapter().send(request, **options)

        return sending

    return [
        Replacement("aioresponses.core", "aioresponses", "_passthrough", _passed_on("_passthrough", origins), of_instances=True),
        Replacement("responses", "RequestsMock", "passthru_prefixes", _passed_on("passthru_prefixes", origins), of_instances=True),
        Replacement("requests_mock.adapter", "Adapter", "send", send),
        Replacement("vcr.cassette", "Cassette", "can_play_response_for", _unless_ours(answering, False)),
        Replacement("vcr.cassette", "Cassette", "filter_request", _unless_ours(answering, None)),
        Replacement("vcr.cassette", "Cassette", "append", _unless_ours(answering, None)),
    ]


def _passed_on(name: str, origins: Callable[[], list[str]]) -> Callable[[Any, Any], property]:
    """Let a mock pass on what it was not told to answer, if it is for one of the origins."""

    def prefixes(self: Any) -> Any:
        own = vars(self)[name]
        return type(own)((*own, *(f"{origin}/" for origin in origins())))

    def keep(self: Any, value: Any) -> None:
        vars(self)[name] = value

    return lambda _owner, _beneath: property(prefixes, keep)


def _unless_ours(answering: Answering, answer: object) -> Callable[[Any, Callable[..., Any]], Callable[..., Any]]:
    """Let vcrpy neither replay nor record what is answered here."""

    def make(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(beneath)
        def asked(self: Any, request: Any, *given: Any) -> Any:
            return beneath(self, request, *given) if answering(request.uri) is None else answer

        return asked

    return make

"""In process everything is as over a socket: status, headers, bytes, and what goes wrong."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builders import a_booking, a_message, a_scenario
from fake import Answer, Mock, OverSocket, Sandbox
from faulty import entries, set_fault
from inbox_mock.testing import inbox_mock
from stateful.steps import Step, a_lively_scenario, steps, take
from whole import LISTS, MESSAGES

OF_THE_MOMENT = {"X-Request-Id", "X-Runtime", "Date"}
IN_PROCESS = (False, True)


@dataclass(frozen=True)
class Request:
    """One request of a client, as odd as it likes."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


def with_both(served: str, work: Callable[[Sandbox], Any], scenario: dict[str, Any]) -> list[Any]:
    """Do the same over a socket and in process, at the same address, each in a sandbox of its own."""
    found = []
    for in_process in IN_PROCESS:
        with inbox_mock("empty", base_url=served) if in_process else nullcontext():
            found.append(work(Mock(OverSocket(served)).sandbox(scenario)))
    return found


def seen(sandbox: Sandbox, answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """What is to be the same of an answer: the sandbox's own id and the moment aside."""
    own = sandbox.id.encode()
    hidden = OF_THE_MOMENT | ({"ETag"} if own in answer.body else set())
    headers = [(name, value.replace(sandbox.id, "ID")) for name, value in answer.headers.items() if name not in hidden]
    return answer.status, headers, answer.body.replace(own, b"ID")


names = st.sampled_from(["page", "per_page", "fields", "include", "updated_since", "ids", "status[]", "from", "sort", "x"])
values = st.sampled_from(["", "1", "2", "0", "-1", "id", "id,subject", "participants", "2030-06-01T12:00:00Z", "é", "%", "a b", "[]"])
queries = st.lists(st.tuples(names, values), max_size=4).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
headers = st.lists(
    st.sampled_from(
        [
            ("Accept", "text/html"),
            ("If-None-Match", "*"),
            ("Content-Type", "application/json"),
            ("Content-Type", "text/plain"),
            ("X-Junk", "caf\u00e9"),
            ("Origin", "https://example.com"),
            ("Connection", "close"),
            ("Accept-Encoding", "identity"),
        ]
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(tuple)
paths = st.one_of(
    st.sampled_from(LISTS),
    st.tuples(st.sampled_from(LISTS), st.sampled_from(["/1", "/1,2", "/80", "/999999", "/x", "/1/", "//"])).map("".join),
    st.sampled_from(["/nothing", "", "/me", "/rentals/16/bookings", "/inbox/conversations/11/connect_booking"]),
)
bodies = st.one_of(
    st.none(), st.sampled_from([b"", b"{}", b"[]", b"{", b'{"messages":[{}]}', b'{"hosts":[{"firstname":"Ada"}]}']), st.binary(max_size=8)
)
asked = st.builds(
    Request, st.sampled_from(["GET", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]), paths, queries, headers, bodies
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(asked, min_size=1, max_size=6))
@example(calls=[Request("POST", "/inbox/messages", "", (), b'{"messages":[{}]}'), Request("HEAD", "/hosts", "", (), None)])
def test_any_request_is_answered_alike(served: str, calls: list[Request]) -> None:
    def work(sandbox: Sandbox) -> list[Any]:
        found = []
        for call in calls:
            path = call.path + (f"?{call.query}" if call.query else "")
            found.append(seen(sandbox, sandbox.api.call(call.method, path, call.body, headers=dict(call.headers))))
        return found

    over_socket, in_process = with_both(served, work, a_lively_scenario())

    assert in_process == over_socket


def layers(answer: requests.Response, size: int | None, own: bytes) -> list[object]:
    """What each layer of the client has of an answer: requests, urllib3 and http.client; the body in pieces of a size."""
    raw: Any = answer.raw
    beneath = raw._original_response  # noqa: SLF001 - urllib3 shows nothing of it
    said = [answer.status_code, answer.reason, raw.version, raw.length_remaining, beneath.chunked, beneath.length, beneath.will_close]
    pieces = [answer.content] if size is None else list(answer.iter_content(size))
    body = b"".join(pieces)
    hidden = OF_THE_MOMENT | ({"ETag"} if own in body else set())
    heads = [[pair for pair in headers.items() if pair[0] not in hidden] for headers in (answer.headers, raw.headers, beneath.headers)]
    return [*said, *heads, [*map(len, pieces)], body.replace(own, b"ID"), raw.closed, raw.tell(), beneath.isclosed()]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    call=asked,
    in_chunks=st.booleans(),
    expect=st.sampled_from([None, None, "100-continue", "nonsense"]),
    size=st.sampled_from([None, 1, 7, 4096]),
    waits=st.booleans(),
)
@example(call=Request("POST", MESSAGES, "", (), b"{}"), in_chunks=True, expect="100-continue", size=None, waits=True)
@example(call=Request("HEAD", "/hosts", "", (), None), in_chunks=False, expect=None, size=1, waits=True)
def test_each_layer_of_the_client_has_the_same(
    served: str, *, call: Request, in_chunks: bool, expect: str | None, size: int | None, waits: bool
) -> None:
    def work(sandbox: Sandbox) -> list[object]:
        headers = {"Authorization": f"Bearer {sandbox.api.token}", **dict(call.headers)} | ({"Expect": expect} if expect else {})
        body = iter([call.body[:3], call.body[3:]]) if in_chunks and call.body else call.body
        url = f"{served}/api/v3{call.path}" + (f"?{call.query}" if call.query else "")
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        with requests.request(call.method, url, data=body, headers=sent, stream=waits, timeout=20) as answer:
            return layers(answer, size, sandbox.id.encode())

    over_socket, in_process = with_both(served, work, a_lively_scenario())

    assert in_process == over_socket


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=steps(12))
@example(taken=[Step("an attachment", 1), Step("time passes", 40), Step("a message", 1)])
def test_the_same_steps_lead_to_the_same_world(served: str, taken: list[Step]) -> None:
    def work(sandbox: Sandbox) -> list[Any]:
        answers = [seen(sandbox, take(sandbox, step)) for step in taken]
        return answers + [seen(sandbox, sandbox.api.get(path)) for path in LISTS]

    over_socket, in_process = with_both(served, work, a_lively_scenario())

    assert in_process == over_socket


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("timeout_before", {}),
    ("timeout_after", {}),
    ("dropped", {}),
    ("dropped", {"applied": True}),
    ("truncated", {}),
    ("truncated", {"bytes": 0}),
    ("malformed", {}),
    ("status", {"status": 503, "retry_after": 7, "body": "<h1>Sorry</h1>"}),
    ("status", {"status": 504, "applied": True}),
    ("rate_limit", {"retry_after": 60}),
    ("slow", {"by": "20s"}),
    ("slow", {"by": "2s", "real": True}),
]


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind} {options}" for kind, options in FAULTS])
def test_what_goes_wrong_goes_wrong_alike(served: str, kind: str, options: dict[str, Any]) -> None:
    def work(sandbox: Sandbox) -> list[Any]:
        set_fault(sandbox, kind, times=1, **options)
        found: list[Any] = []
        try:
            url = f"{sandbox.transport.root}/api/v3{MESSAGES}"
            answer = requests.post(url, json=a_message(), headers={"Authorization": f"Bearer {sandbox.api.token}"}, timeout=1)
            told = {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}
            found += [answer.status_code, answer.reason, told, answer.content]
        except requests.RequestException as error:
            reason = error.args[0]
            found += [type(error), type(reason), [type(cause) for cause in getattr(reason, "args", ())]]
        after = sandbox.api.get(MESSAGES)
        return [*found, after.status, len(after.body), [entry["status"] for entry in entries(sandbox)]]

    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    over_socket, in_process = with_both(served, work, a_scenario(bookings=[a_booking()], participants=[host]))

    assert in_process == over_socket


def test_a_slow_answer_is_waited_for_within_the_clients_patience() -> None:
    with inbox_mock("empty") as sandbox:
        sandbox.fault("slow", by="1s", real=True, times=1)
        answer = requests.get(f"{sandbox.url}/hosts", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=20)

    assert float(answer.headers["X-Runtime"]) >= 1


def test_nobody_waits_for_an_answer_that_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = count()
    monkeypatch.setattr("inbox_mock.testing.application.sleep", lambda _seconds: next(waited))
    with inbox_mock("empty") as sandbox:
        sandbox.fault("slow", by="20s", real=True, times=1)
        with pytest.raises(requests.ReadTimeout, match="timed out"):
            requests.get(f"{sandbox.url}/hosts", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=(5, 19))

    assert next(waited) == 0

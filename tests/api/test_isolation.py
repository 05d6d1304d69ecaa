"""Two sandboxes of one server know nothing of each other."""

from dataclasses import dataclass

import requests
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_body, a_message
from fake import Answer, InProcess, Mock, Sandbox
from stateful.steps import Step, a_lively_scenario, steps, take
from whole import ATTACHMENTS, MESSAGES, PICTURE, everything

CHANCE = {"x-request-id", "x-runtime"}


@dataclass(frozen=True)
class Seen:
    """An answer without what chance and the sandbox's id put into it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def seen(sandbox: Sandbox, answer: Answer) -> Seen:
    own = sandbox.id.encode()
    left_out = CHANCE | ({"etag"} if own in answer.body else set())
    headers = tuple((name, value) for name, value in answer.headers.items() if name.lower() not in left_out)
    return Seen(answer.status, headers, answer.body.replace(own, b"*"))


def told(sandbox: Sandbox, taken: list[Step]) -> list[Seen]:
    return [seen(sandbox, take(sandbox, step)) for step in taken]


def holds(sandbox: Sandbox) -> str:
    return repr(everything(sandbox.api)).replace(sandbox.id, "*")


@settings(derandomize=True, max_examples=20, database=None)
@given(first=steps(12), second=steps(12), order=st.lists(st.booleans(), max_size=24), seeds=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_what_happens_in_two_sandboxes_at_once_is_what_happens_in_each_alone(
    app: Flask, first: list[Step], second: list[Step], order: list[bool], seeds: tuple[int, int]
) -> None:
    mock = Mock(InProcess(app))
    alone = [mock.sandbox(a_lively_scenario(), seed=seed) for seed in seeds]
    expected = [told(alone[0], first), told(alone[1], second)]
    together = [mock.sandbox(a_lively_scenario(), seed=seed) for seed in seeds]
    waiting = [list(first), list(second)]
    found: list[list[Seen]] = [[], []]

    for turn in [*order, *[False] * len(first), *[True] * len(second)]:
        if waiting[turn]:
            found[turn].append(seen(together[turn], take(together[turn], waiting[turn].pop(0))))

    assert found == expected
    assert [holds(sandbox) for sandbox in together] == [holds(sandbox) for sandbox in alone]


def two(mock: Mock) -> tuple[Sandbox, Sandbox]:
    return mock.sandbox(a_lively_scenario()), mock.sandbox(a_lively_scenario())


def test_a_token_opens_its_own_sandbox_only(mock: Mock) -> None:
    ours, theirs = two(mock)
    before = everything(theirs.api)

    assert ours.api.post(MESSAGES, a_message()).status == 201

    assert everything(theirs.api) == before
    assert ours.api.token != theirs.api.token


def test_a_token_of_one_seed_opens_no_sandbox_of_another(mock: Mock) -> None:
    ours, theirs = (mock.sandbox("empty", seed=seed) for seed in (1, 2))
    forged = theirs.id + str(ours.api.token)[12:]

    assert mock.caller(forged).get("/accounts").status == 401


def test_the_token_of_a_deleted_sandbox_opens_nothing(mock: Mock) -> None:
    ours, theirs = two(mock)

    assert ours.admin.delete("").status == 204

    assert ours.api.get("/accounts").status == 401
    assert theirs.api.get("/accounts").status == 200


def test_a_revoked_token_is_revoked_in_its_own_sandbox_only(mock: Mock) -> None:
    ours, theirs = two(mock)

    assert ours.admin.delete(f"/tokens/{ours.api.token}").status == 204

    assert ours.api.get("/accounts").status == 401
    assert theirs.api.get("/accounts").status == 200


def test_time_passes_in_one_only(mock: Mock) -> None:
    ours, theirs = two(mock)

    ours.advance("2h")

    assert ours.now() == "2030-06-01T14:00:00Z"
    assert theirs.now() == "2030-06-01T12:00:00Z"
    assert theirs.api.get("/inbox/conversations/12").status == 404


def test_the_rate_limit_is_spent_in_one_only(mock: Mock) -> None:
    ours, theirs = two(mock)
    ours.api.get(MESSAGES)

    assert theirs.api.get(MESSAGES).headers["X-RateLimit-Remaining"] == "999"


def test_reset_takes_one_back_only(mock: Mock) -> None:
    ours, theirs = two(mock)
    start = everything(ours.api)
    for sandbox in (ours, theirs):
        sandbox.api.post(MESSAGES, a_message())
        sandbox.advance("1h")
    before = everything(theirs.api)

    assert ours.admin.post("/reset").status == 200

    assert everything(ours.api) == start
    assert everything(theirs.api) == before
    assert theirs.now() == "2030-06-01T13:00:00Z"


def test_an_attachment_is_served_under_its_own_sandbox_only(served: str) -> None:
    from fake import OverSocket

    ours, theirs = two(Mock(OverSocket(served)))
    url = ours.api.post(ATTACHMENTS, a_body("attachments", name="map.png", file=PICTURE)).record["url"]

    assert ours.id in url
    assert requests.get(url, timeout=10).content.startswith(b"\x89PNG")
    assert requests.get(url.replace(ours.id, theirs.id), timeout=10).status_code == 404


def test_an_attachment_is_gone_after_reset(mock: Mock) -> None:
    ours, _ = two(mock)
    url = ours.api.post(ATTACHMENTS, a_body("attachments", name="map.png", file=PICTURE)).record["url"]
    path = url.removeprefix(mock.root)
    assert mock.transport.send("GET", path, {}, None).status == 200

    ours.admin.post("/reset")

    assert mock.transport.send("GET", path, {}, None).status == 404

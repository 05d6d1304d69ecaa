"""The server that is installed here answers every recorded call as the one did that was recorded before the packages moved."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from openapi.described import check
from wire.call import Call
from wire.calls import CALLS, GROUPS
from wire.comparing import differences
from wire.playing import ADMIN, LOG, Answer, a_fresh_server, is_outlined, played
from wire.record import RECORDING, Entry, recorded

Replay = list[tuple[int, Call, Entry, Answer]]
MOST_NAMED = 5
SECRET = re.compile(r"\b[0-9a-f]{64}\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server."""
    return tmp_path_factory.mktemp("wire")


@pytest.fixture(scope="module")
def replay(folder: Path) -> Replay:
    """Every call with its number, what was recorded, and what is answered now."""
    with a_fresh_server(folder) as port:
        answers = list(played(CALLS, port))
    return list(zip(range(1, len(CALLS) + 1), CALLS, recorded(), answers, strict=True))


def test_the_recording_is_one_of_these_calls_in_this_order() -> None:
    assert [entry.digest for entry in recorded()] == [call.digest for call in CALLS]


def test_the_recording_holds_more_than_three_hundred_calls_of_every_group() -> None:
    counted = Counter(call.group for call in CALLS)

    assert len(CALLS) > 300
    assert counted.keys() == GROUPS.keys()


def test_the_recording_stays_small() -> None:
    assert RECORDING.stat().st_size < 1_500_000


@pytest.mark.parametrize("group", GROUPS)
def test_every_answer_is_the_same_as_before_the_move(replay: Replay, group: str) -> None:
    changed = [
        "\n  ".join([f"call {number}: {call}", *lines])
        for number, call, entry, answer in replay
        if call.group == group and (lines := differences(call, entry.answer, answer))
    ]

    if changed:
        more = f"\n... and {len(changed) - MOST_NAMED} calls more" if len(changed) > MOST_NAMED else ""
        pytest.fail(f"{len(changed)} answers are not as they were:\n" + "\n".join(changed[:MOST_NAMED]) + more, pytrace=False)


def test_the_replay_reads_no_wall_clock(replay: Replay) -> None:
    years = {answer.header("Date")[12:16] for _, _, _, answer in replay if answer.header("Date")}

    assert years == {"2030"}


def test_the_log_has_every_call_and_no_secret(folder: Path, replay: Replay) -> None:
    written = (folder / LOG).read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    secrets = {secret for _, _, _, answer in replay for secret in SECRET.findall(answer.text)}

    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in written] == []
    assert Counter(line["event"] for line in lines) >= Counter(request=len(CALLS) - 20, webhook=5, start=1)


def test_every_answer_of_the_admin_api_is_as_its_document_says(replay: Replay) -> None:
    answered = [(call, answer) for _, call, _, answer in replay if call.target.startswith(ADMIN) and not is_outlined(call)]

    assert answered
    for call, answer in answered:
        if "json" in answer.header("Content-Type"):
            check(call.method, call.target, int(answer.status.split()[1]), json.loads(answer.body))


def test_every_operation_of_both_documents_is_called() -> None:
    targets = {(call.method, call.target.partition("?")[0]) for call in CALLS}
    outlines = [entry.answer.body.decode() for call, entry in zip(CALLS, recorded(), strict=True) if call.target.endswith("openapi.json")]
    operations = [line.split()[:2] for outline in outlines for line in outline.split("\n")]

    never = [(method, path) for method, path in operations if not any(m == method and addressed(path, t) for m, t in targets)]

    assert len(outlines) == 2
    assert never == []


def addressed(path: str, target: str) -> bool:
    """Whether a target is one of an operation's."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), target) is not None

"""Record what the installed server answers to every call, into ``recording.json.gz``.

    cd tests && ../.venv/bin/python -m wire.record

The recording says what clients rely on. Record anew only when the wire is meant to change, or when calls were added, and
look at the differences that the test named before: each of them must be one that was meant. Never record anew because a
refactoring, a renaming or an upgrade made the test fail: then the code is wrong, not the recording.
"""

import gzip
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from wire.call import Call
from wire.calls import CALLS
from wire.playing import Answer, a_fresh_server, played

RECORDING = Path(__file__).with_name("recording.json.gz")


@dataclass(frozen=True, slots=True)
class Entry:
    """One call of the recording, by its digest, and its answer."""

    digest: str
    answer: Answer


def written(calls: Sequence[Call], answers: Sequence[Answer]) -> bytes:
    """Return the recording as a file's content: the same answers give the same bytes."""
    entries = [
        {
            "call": str(call),
            "digest": call.digest,
            "status": answer.status,
            "headers": answer.headers,
            "body": _shown(answer.body),
        }
        for call, answer in zip(calls, answers, strict=True)
    ]
    return gzip.compress(orjson.dumps(entries, option=orjson.OPT_INDENT_2), mtime=0)


def recorded(path: Path = RECORDING) -> list[Entry]:
    """Return the recording."""
    return [
        Entry(
            entry["digest"],
            Answer(entry["status"], tuple((name, value) for name, value in entry["headers"]), _hidden(entry["body"])),
        )
        for entry in orjson.loads(gzip.decompress(path.read_bytes()))
    ]


def _shown(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def _hidden(body: Any) -> bytes:
    return b64decode(body["base64"]) if isinstance(body, dict) else body.encode()


def main() -> None:
    """Record."""
    with TemporaryDirectory() as folder, a_fresh_server(Path(folder)) as port:
        answers = list(played(CALLS, port))
    RECORDING.write_bytes(written(CALLS, answers))
    sys.stdout.write(f"{len(answers)} answers, {RECORDING.stat().st_size} bytes: {RECORDING.name}\n")


if __name__ == "__main__":
    main()

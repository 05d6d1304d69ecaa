"""Recordings that are made up: in HAR, of one exchange or of as many as somebody records in a day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
JSON = dict[str, Any]


def an_entry(content: JSON | None = None, *, told: JSON | None = None, **request: Any) -> JSON:
    """An entry of a HAR: a GET that was answered 200 with this content, and told these headers."""
    answered = {"Content-Type": "application/vnd.api+json", **(told or {})}
    return {
        "startedDateTime": "2030-06-01T12:00:00.000Z",
        "request": {"method": "GET", "url": "https://www.bookingsync.com/api/v3/me", "headers": [], **request},
        "response": {
            "status": 200,
            "headers": [{"name": name, "value": value} for name, value in answered.items()],
            "content": {"text": "{}"} if content is None else content,
        },
    }


def a_har(*entries: JSON, creator: str = "WebInspector") -> str:
    """A HAR with these entries."""
    return json.dumps({"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}})


def a_long_har(exchanges: int) -> Iterator[bytes]:
    """A HAR of a browser that reads conversations page by page, each with an id of its own: 5 KB for each exchange."""
    recorded = json.loads((FILES / "chrome-devtools/all-with-sensitive-data.har").read_bytes())["log"]
    entry = json.dumps(recorded["entries"][0], separators=(",", ":"))
    page, ids = "per_page=1", r"\"id\":1,\"subject\""
    assert page in entry
    assert ids in entry
    yield b'{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":['
    for number in range(1, exchanges + 1):
        told = entry.replace(page, f"page={number}&{page}").replace(ids, ids.replace("1", str(number)))
        yield b"," * (number > 1) + told.encode()
    yield b"]}}"

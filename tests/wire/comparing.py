"""Whether an answer is what it was: to the letter, or, where the admin API may have learnt something, all that it was and more."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import orjson

from wire.call import Call
from wire.playing import ADMIN, Answer, is_outlined

MOST_LINES = 20
MOST_CHARACTERS = 240
PROBLEM = "application/problem+json"
REWORDED = {"title", "detail", "expected"}
GROWING = {"content-length", "allow"}


def differences(call: Call, recorded: Answer, answer: Answer) -> list[str]:
    """Return what is no longer as it was, in lines; nothing, if all is well."""
    if recorded == answer:
        return []
    if is_outlined(call):
        return _cut(_of_outlines(call, recorded, answer))
    if call.target.startswith(ADMIN):
        return _cut([*_of_heads(recorded, answer), *_of_bodies(recorded, answer)])
    lines = unified_diff(_lines(recorded), _lines(answer), "recorded", "answered", n=0, lineterm="")
    return _cut(list(lines)) or [f"- {recorded.body!r}", f"+ {answer.body!r}"]


def _of_outlines(call: Call, recorded: Answer, answer: Answer) -> list[str]:
    if recorded.status != answer.status:
        return [f"- {recorded.status}", f"+ {answer.status}"]
    before, now = set(recorded.body.decode().split("\n")), set(answer.body.decode().split("\n"))
    new = set[str]() if call.target.startswith(ADMIN) else now - before
    return [*(f"- {line}" for line in sorted(before - now)), *(f"+ {line}" for line in sorted(new))]


def _of_heads(recorded: Answer, answer: Answer) -> Iterator[str]:
    if recorded.status != answer.status:
        yield from (f"- {recorded.status}", f"+ {answer.status}")
    now = dict(answer.headers)
    for name, value in recorded.headers:
        if name not in now:
            yield f"- {name}: {value}"
        elif name.lower() not in GROWING and now[name] != value:
            yield from (f"- {name}: {value}", f"+ {name}: {now[name]}")


def _of_bodies(recorded: Answer, answer: Answer) -> Iterator[str]:
    kind = recorded.header("Content-Type")
    if "json" not in kind or not recorded.body:
        yield from unified_diff(_split(recorded.body), _split(answer.body), n=0, lineterm="")
        return
    try:
        before, now = orjson.loads(recorded.body), orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        yield f"+ no JSON: {answer.body!r}"
        return
    if kind.startswith(PROBLEM):
        before, now = _without_prose(before), _without_prose(now)
    yield from lost(before, now)


def lost(before: Any, now: Any, place: str = "$") -> Iterator[str]:
    """Return what JSON no longer holds of what it held; attributes may have been added at any depth."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name, value in before.items():
            if name in now:
                yield from lost(value, now[name], f"{place}.{name}")
            else:
                yield f"- {place}.{name} = {value!r}"
    elif isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            yield f"  {place} has {len(now)} entries, and had {len(before)}"
        for number, (one, other) in enumerate(zip(before, now, strict=False)):
            yield from lost(one, other, f"{place}[{number}]")
    elif type(before) is not type(now) or before != now:
        yield from (f"- {place} = {before!r}", f"+ {place} = {now!r}")


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_prose(part) for name, part in value.items() if name not in REWORDED}
    return [_without_prose(part) for part in value] if isinstance(value, list) else value


def _lines(answer: Answer) -> list[str]:
    return [answer.status, *(f"{name}: {value}" for name, value in answer.headers), "", *_split(answer.body)]


def _split(body: bytes) -> list[str]:
    """Return a body in lines that are short enough to read."""
    return re.split(r"(?<=[,{}\[\]])|\n", body.decode(errors="backslashreplace"))


def _cut(lines: list[str]) -> list[str]:
    more = [f"... and {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return [line[:MOST_CHARACTERS] for line in lines[:MOST_LINES]] + more

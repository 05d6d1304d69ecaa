#!/usr/bin/env bash
# jsonschema-rs 0.61.0 (newest release in November 2026) validates everything before iter_errors() returns its iterator.
#
# The method has the name and the result of the one in jsonschema, where `next(validator.iter_errors(instance), None)` is the
# usual way to say only the first mistake: it stops at the first one. With jsonschema-rs the call itself finds every error,
# builds every one of them, and keeps them, whether they are asked for or not, so the first costs as much as all. An argument
# of a stranger, a long list of wrong values, thereby costs memory and time in proportion to its mistakes; validate() stops at
# the first. A function given as `formats` is called twice for each wrong value by both, once by is_valid() and evaluate().
# Counted with such a function, so that no clock is needed.
#
# Seen on Python 3.11 and 3.13, a list of 1,000 strings, each wrong:
#   jsonschema-rs: 2000 checks in iter_errors() before any error is taken, 2000 after the first; validate() 2, is_valid() 1, evaluate() 1000
#   jsonschema 4.26.0: 0 checks in iter_errors() before any error is taken, 1 after the first
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jsonschema-rs==0.61.0 jsonschema==4.26.0

"$folder/venv/bin/python" - <<'PYTHON'
import platform
import sys
from contextlib import suppress
from importlib.metadata import version

import jsonschema
import jsonschema_rs

print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("jsonschema-rs", "jsonschema")))
SCHEMA = {"type": "array", "items": {"type": "string", "format": "refused"}}
WRONG = ["a"] * 1000
checks = 0


def refused(value: object) -> bool:
    global checks
    checks += 1
    return False


def counted(act) -> int:
    global checks
    checks = 0
    with suppress(jsonschema_rs.ValidationError):
        act()
    return checks


def iterated(validator) -> tuple[int, int]:
    """How often the format was checked when the iterator was there, and when its first error had been taken."""
    before = counted(lambda: errors.append(validator.iter_errors(WRONG)))
    return before, before + counted(lambda: next(errors.pop()))


errors: list = []
ours = jsonschema_rs.Draft202012Validator(SCHEMA, formats={"refused": refused}, validate_formats=True)
checker = jsonschema.FormatChecker(formats=())
checker.checks("refused")(refused)
theirs = jsonschema.Draft202012Validator(SCHEMA, format_checker=checker)

eager, lazy = iterated(ours), iterated(theirs)
single = tuple(counted(lambda act=act: act(WRONG)) for act in (ours.validate, ours.is_valid, ours.evaluate))
print(f"jsonschema-rs: {eager[0]} checks in iter_errors() before any error is taken, {eager[1]} after the first;",
      "validate() {}, is_valid() {}, evaluate() {}".format(*single))
print(f"jsonschema: {lazy[0]} checks in iter_errors() before any error is taken, {lazy[1]} after the first")
same = eager == (2000, 2000) and single == (2, 1, 1000) and lazy == (0, 1)
print("as described" if same else "CHANGED: the libraries no longer do what this script describes")
sys.exit(0 if same else 1)
PYTHON

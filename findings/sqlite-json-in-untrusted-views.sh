#!/usr/bin/env bash
# SQLite 3.40, the version of Debian 12 and of the Python images built on it, refuses its own JSON functions in views and triggers
# once `PRAGMA trusted_schema = OFF` is set, the defence that SQLite's documentation advises for files from elsewhere.
#
# What is marked as innocuous may be used in such a schema, and the functions of JSON have no side effects. In 3.40.0 each of
# them fails all the same, with "unsafe use of json_group_array()"; group_concat() does not. From 3.41.0 on they may be used; so it
# is in 3.47.0 and 3.54.1. A program whose views make JSON works with the defence on one machine, and breaks on another.
#
# Seen with apsw, whose wheels hold a SQLite of their own (of 3.40.0 there is none for a Python later than 3.11), on Python 3.11:
#   3.40.0 json: unsafe use of json(); json_group_array: unsafe use of json_group_array(); group_concat: works
#   3.41.0 json: works; json_group_array: works; group_concat: works
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"

seen() {
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --target "$folder/$1" "apsw==$1.0"
  PYTHONPATH="$folder/$1" "$folder/venv/bin/python" - <<'PYTHON'
import apsw

VIEWS = {"json": "json('[1]')", "json_group_array": "json_group_array(number)", "group_concat": "group_concat(number)"}


def works(cursor: apsw.Cursor, name: str) -> str:
    try:
        cursor.execute(f"SELECT shown FROM {name}_view").fetchall()
    except apsw.SQLError as error:
        return str(error).removeprefix("SQLError: ")
    return "works"


cursor = apsw.Connection(":memory:").cursor()
cursor.execute("CREATE TABLE numbers (number INTEGER)")
cursor.execute("INSERT INTO numbers VALUES (1), (2)")
for name, expression in VIEWS.items():
    cursor.execute(f"CREATE VIEW {name}_view AS SELECT {expression} AS shown FROM numbers")
cursor.execute("PRAGMA trusted_schema = OFF")
print(apsw.sqlitelibversion(), "; ".join(f"{name}: {works(cursor, name)}" for name in VIEWS))
PYTHON
}

found=$(seen 3.40.0; seen 3.41.0)
echo "$found"
expected="3.40.0 json: unsafe use of json(); json_group_array: unsafe use of json_group_array(); group_concat: works
3.41.0 json: works; json_group_array: works; group_concat: works"
[ "$found" = "$expected" ] || { echo "This is not what was seen." >&2; exit 1; }

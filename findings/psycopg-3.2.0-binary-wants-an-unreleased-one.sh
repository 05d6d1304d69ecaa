#!/usr/bin/env bash
# psycopg 3.2.0 cannot be installed with its extra `binary`, as its documentation advises to install it.
#
# The release wants psycopg-binary 3.2.0.dev1, which was never published, where every other one wants the psycopg-binary of its own
# version; that of 3.2.0 is there, and nothing asks for it. pip stops with "No matching distribution". So `psycopg[binary]>=3.2` is
# no lower bound that a test with the lowest versions can install; `>=3.2.1` is.
#
# Seen with pip on Python 3.11, of the metadata on the package index:
#   3.2.0 wants psycopg-binary==3.2.0.dev1: cannot be installed
#   3.2.1 wants psycopg-binary==3.2.1: can be installed
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" --disable-pip-version-check --quiet)

seen() {
  "${pip[@]}" install --no-deps --target "$folder/$1" "psycopg==$1"
  wanted=$(sed -n 's/^Requires-Dist: \(psycopg-binary\) *\(==[^ ;]*\).*/\1\2/p' "$folder/$1"/psycopg-*.dist-info/METADATA)
  if "${pip[@]}" install --dry-run --only-binary :all: "psycopg[binary]==$1" > "$folder/told" 2>&1; then
    echo "$1 wants $wanted: can be installed"
  else
    grep --quiet "No matching distribution found for psycopg-binary" "$folder/told" || cat "$folder/told"
    echo "$1 wants $wanted: cannot be installed"
  fi
}

found=$(seen 3.2.0; seen 3.2.1)
echo "$found"
expected="3.2.0 wants psycopg-binary==3.2.0.dev1: cannot be installed
3.2.1 wants psycopg-binary==3.2.1: can be installed"
[ "$found" = "$expected" ] || { echo "This is not what was seen." >&2; exit 1; }

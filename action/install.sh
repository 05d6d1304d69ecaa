#!/usr/bin/env bash
# Install the fake into a folder of its own, and put nothing but its command on the PATH of the steps that follow.
set -euo pipefail

home="$RUNNER_TEMP/inbox-mock"
mkdir -p "$home/bin"
"${PYTHON:-python3}" -m venv "$home/venv"
"$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
ln -sf "$home/venv/bin/inbox-mock" "$home/bin/inbox-mock"
echo "$home/bin" >> "$GITHUB_PATH"

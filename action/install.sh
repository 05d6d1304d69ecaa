#!/usr/bin/env bash
# Install the fake into a folder of its own, and put nothing but its command on the PATH of the steps that follow.
set -euo pipefail

home="$RUNNER_TEMP/inbox-mock"
mkdir -p "$home/bin"
"${PYTHON:-python3}" -m venv "$home/venv"
pip() { "$home/venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
# In the versions and with the hashes of the lock files, so that a job that pins this action gets the same again.
pip install --require-hashes --requirement "$GITHUB_ACTION_PATH/requirements.txt" --requirement "$GITHUB_ACTION_PATH/requirements-build.txt"
pip install --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"
ln -sf "$home/venv/bin/inbox-mock" "$home/bin/inbox-mock"
echo "$home/bin" >> "$GITHUB_PATH"

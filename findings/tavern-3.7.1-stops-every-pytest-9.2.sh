#!/usr/bin/env bash
# With tavern 3.7.1 (newest release in November 2026) installed, no test runs on pytest 9.2.0, which it allows: pytest ends before it collects.
#
# It asks for `pytest>=8,<10`, so pip installs the two together and `pip check` finds nothing. Its plugin imports ApproxBase from
# _pytest.python_api, a module without a promise that is called _pytest.approx since 9.2.0. pytest loads the plugin of every installed package,
# so the tests that have nothing to do with tavern do not run either; `-p no:tavern` lets those run, and none of tavern's own. With 9.1.1 all
# work. A project that checks its API by tavern and updates what is locked has to hold pytest below 9.2.
#
# Seen with Python 3.11; a test of plain Python, and a call of tavern to a server on this machine that answers 200 with vnd.api+json:
#   pytest 9.1.1                   both pass
#   pytest 9.2.0                   ModuleNotFoundError: No module named '_pytest.python_api', status 3
#   pytest 9.2.0, -p no:tavern     the plain test passes
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv

mkdir plain api
echo 'def test_sum(): assert 1 + 1 == 2' > plain/test_plain.py
cat > api/conftest.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.end_headers()
        self.wfile.write(b'{"conversations":[{"id":1}]}')


@pytest.fixture
def url():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
PYTHON
cat > api/test_inbox.tavern.yaml <<'YAML'
test_name: A conversation is read by its id
marks:
  - usefixtures: [url]
stages:
  - name: read it
    request:
      url: "{url}/conversations/1"
    response:
      status_code: 200
      json:
        conversations: [{ id: 1 }]
YAML

for version in 9.1.1 9.2.0; do
  venv/bin/pip install --quiet --disable-pip-version-check tavern==3.7.1 pytest=="$version"
  venv/bin/pip check > /dev/null
  for arguments in plain "-p no:tavern plain" api; do
    if [ "$version $arguments" = "9.1.1 -p no:tavern plain" ]; then continue; fi
    status=0
    # shellcheck disable=SC2086  # an option and a folder
    timeout 60 venv/bin/pytest -q $arguments > ended.txt 2>&1 || status=$?
    echo "pytest $version $arguments: $status, $(tail -n 1 ended.txt | sed 's/[, ]* in .*//; s/, [0-9]* warning.*//; s/^E *//')"
  done
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
pytest 9.1.1 plain: 0, 1 passed
pytest 9.1.1 api: 0, 1 passed
pytest 9.2.0 plain: 3, ModuleNotFoundError: No module named '_pytest.python_api'
pytest 9.2.0 -p no:tavern plain: 0, 1 passed
pytest 9.2.0 api: 3, ModuleNotFoundError: No module named '_pytest.python_api'
EXPECTED

#!/usr/bin/env bash
# The recorder of responses 0.26.3 (newest release in November 2026) changes a picture as it records it, and plays the changed one with 200.
#
# `responses._recorder` (beta, in its documentation) writes `response.text` into its file, whatever the Content-Type is. Of an attachment
# every byte that is no text becomes U+FFFD, and a replay encodes that: another length, and no longer a PNG. While it records, the
# program gets the right bytes; neither the file nor the replay tells. A test that compares the picture fails when it plays what has just
# been recorded, and one that looks at the status alone passes. JSON is kept. vcrpy and betamax keep the same answer as it is.
#
# Seen on Python 3.11.7 with requests 2.34.2, a PNG of 70 bytes:
#   answered while recording: 200, 70 bytes, b'\x89PNG'
#   played: 200, 86 bytes, b'\xef\xbf\xbdP'
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check responses==0.26.3 requests==2.34.2

cat > seen.py <<'PYTHON'
import base64
import http.server
import threading

import requests
import responses
from responses import _recorder

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(PNG)))
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/garden.png"


def seen() -> str:
    answer = requests.get(url, timeout=10)
    return f"{answer.status_code}, {len(answer.content)} bytes, {answer.content[:4]}"


@_recorder.record(file_path="recorded.yaml")
def record() -> str:
    return seen()


recorded = record()
with responses.RequestsMock() as played:
    played._add_from_file("recorded.yaml")
    found = [f"answered while recording: {recorded}", f"played: {seen()}"]
print(*found, sep="\n")
assert found == [r"answered while recording: 200, 70 bytes, b'\x89PNG'", r"played: 200, 86 bytes, b'\xef\xbf\xbdP'"]
PYTHON
venv/bin/python seen.py

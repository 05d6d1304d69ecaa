#!/usr/bin/env bash
# Playwright 1.65.2 for Python (newest release in November 2026) mixes two exchanges in the HAR entry of what the browser's cache revalidates.
#
# With `Cache-Control: no-cache` and an ETag, Chromium asks again with an If-None-Match of its own, the server says 304 without a body, and
# the page gets what is in the cache. `record_har_path` keeps three layers of that in one entry: the request of the cache, with
# If-None-Match; status and body of the answer to the page, 200; and the headers of the 304, which have no Content-Type or Content-Length.
# Sent again as it stands, the request gets a 304, so a comparison with the recorded 200 fails in each run and each environment,
# whatever the service does. The page set no such header, and what it read does have a Content-Type. What gives such an entry away
# is an If-None-Match equal to the ETag of an answer with 200.
#
# It takes $CHROMIUM or `chromium` of the path, else what Playwright downloaded before; where there is none, it says so and exits with 77.
#
# Seen with Debian's Chromium 156.0.8078.108 on Python 3.11:
#   the page: [200, 'application/json', '{"id": 1}'] [200, 'application/json', '{"id": 1}']
#   the server was asked, and answered: (None, 200) ('"one"', 304)
#   entries (If-None-Match, status, Content-Type, X-Answer, body): (None, 200, 'application/json', 'first', '{"id": 1}')
#     ('"one"', 200, None, 'second', '{"id": 1}')
#   the second entry's request sent again: 304
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2

cd "$folder"
export CHROMIUM="${CHROMIUM:-$(command -v chromium || true)}"
timeout 120 "$folder/venv/bin/python" - <<'PYTHON'
import json
import os
import platform
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright

BODY = '{"id": 1}'
asked: list[tuple] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        data, revalidated = self.path == "/data", self.headers["If-None-Match"]
        body = b"" if revalidated else BODY.encode() if data else b"<title>Page</title>"
        headers = {} if revalidated else {"Content-Type": "application/json" if data else "text/html", "Content-Length": str(len(body))}
        if data:
            asked.append((revalidated, 304 if revalidated else 200))
            headers |= {"ETag": '"one"', "Cache-Control": "no-cache", "X-Answer": "second" if revalidated else "first"}
        self.send_response(304 if revalidated else 200)
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def of(entry: dict, message: str, name: str) -> str | None:
    return next((header["value"] for header in entry[message]["headers"] if header["name"].lower() == name), None)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
with sync_playwright() as playwright:
    executable = os.environ["CHROMIUM"] or playwright.chromium.executable_path
    if not Path(executable).exists():
        print("skipped: there is no Chromium, neither `chromium` of the path nor one of Playwright", file=sys.stderr)
        sys.exit(77)
    browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
    print("Python", platform.python_version(), "playwright", version("playwright"), "Chromium", browser.version)
    context = browser.new_context(record_har_path="recorded.har")
    page = context.new_page()
    page.goto(address)
    fetched = "fetch('/data').then(async (got) => [got.status, got.headers.get('content-type'), await got.text()])"
    read = [page.evaluate(fetched) for _ in range(2)]
    context.close()
    browser.close()

entries = [entry for entry in json.loads(Path("recorded.har").read_text())["log"]["entries"] if entry["request"]["url"] == f"{address}/data"]
kept = [
    (
        of(entry, "request", "if-none-match"),
        entry["response"]["status"],
        of(entry, "response", "content-type"),
        of(entry, "response", "x-answer"),
        entry["response"]["content"]["text"],
    )
    for entry in entries
]
connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
seen = list(asked)
connection.request("GET", "/data", headers={header["name"]: header["value"] for header in entries[-1]["request"]["headers"]})
again = connection.getresponse().status
connection.close()
server.shutdown()

print("the page:", *read)
print("the server was asked, and answered:", *seen)
print("entries (If-None-Match, status, Content-Type, X-Answer, body):", *kept)
print("the second entry's request sent again:", again)
same = (
    read == [[200, "application/json", BODY]] * 2
    and seen == [(None, 200), ('"one"', 304)]
    and kept == [(None, 200, "application/json", "first", BODY), ('"one"', 200, None, "second", BODY)]
    and again == 304
)
print("as described" if same else "CHANGED: Playwright no longer does what this script describes")
sys.exit(0 if same else 1)
PYTHON

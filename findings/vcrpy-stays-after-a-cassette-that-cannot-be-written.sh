#!/usr/bin/env bash
# vcrpy 9.4.2 (newest release in November 2026) stays installed after a cassette that it could not write, and the next one may stay empty.
#
# Its JSON serializer cannot hold bytes: a cassette with a picture raises TypeError where the `with` block ends, as its message says.
# CassetteContextDecorator.__exit__() calls the cassette's _save() first and takes the patches off the HTTP libraries after it, which
# the error skips. The patches then hang on a suspended generator in a cycle of references until the garbage collector closes it,
# and that puts the original classes back beneath whatever cassette is open by then: its requests go to the network unseen, with
# neither an error nor a warning, and nothing is recorded. So one test fails for its picture, and a later one for no reason that can
# be seen; alone it passes, and which one it is depends on the collector. gc.collect() after such an error avoids it.
# The collector is switched off here and called where said; left on, it was the next cassette on 3.11 and 3.12.
#
# Seen on Python 3.11, 3.12 and 3.13 with requests 2.34.2 and urllib3 2.8.0:
#   picture: TypeError, 1 interaction, no file
#   a request outside of cassettes: the failed one has 2 interactions
#   next cassette, collection before it: 1 interaction, written
#   next cassette, collection within it: 0 interactions, no file
#   the one after that: 1 interaction, written
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy==9.4.2 requests==2.34.2 urllib3==2.8.0

cd "$folder"
timeout 60 "$folder/venv/bin/python" -W error - <<'PYTHON'
import gc
import platform
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from threading import Thread

import requests
import vcr

print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in ("vcrpy", "requests", "urllib3")))
gc.disable()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"\x89PNG" if self.path == "/picture" else b"text"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()


def get(path: str) -> None:
    assert requests.get(f"http://127.0.0.1:{server.server_port}{path}", timeout=10).status_code == 200


def counted(cassette) -> str:
    return f"{len(cassette)} interaction{'' if len(cassette) == 1 else 's'}"


def recorded(name: str, path: str = "/text", *, collect: bool = False) -> tuple:
    raised = ""
    try:
        with vcr.use_cassette(f"{name}.json", serializer="json") as cassette:
            if collect:
                gc.collect()
            get(path)
    except TypeError:
        raised = "TypeError, "
    return cassette, f"{raised}{counted(cassette)}, {'written' if Path(f'{name}.json').exists() else 'no file'}"


failed, told = recorded("first-picture", "/picture")
found = [f"picture: {told}"]
get("/text")
found += [f"a request outside of cassettes: the failed one has {counted(failed)}"]
del failed
gc.collect()
found += [f"next cassette, collection before it: {recorded('collected-before')[1]}"]
recorded("second-picture", "/picture")
found += [f"next cassette, collection within it: {recorded('collected-within', collect=True)[1]}"]
found += [f"the one after that: {recorded('after')[1]}"]
server.shutdown()
server.server_close()

print(*found, sep="\n")
same = found == [
    "picture: TypeError, 1 interaction, no file",
    "a request outside of cassettes: the failed one has 2 interactions",
    "next cassette, collection before it: 1 interaction, written",
    "next cassette, collection within it: 0 interactions, no file",
    "the one after that: 1 interaction, written",
]
print("as described" if same else "CHANGED: vcrpy no longer does what this script describes")
sys.exit(0 if same else 1)
PYTHON

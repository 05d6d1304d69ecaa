#!/usr/bin/env bash
# Authlib 1.9.10 (newest release in November 2026) calls by httpx2 in place of httpx as soon as that is installed, and stubs of httpx let it through.
#
# authlib.integrations.httpx_client builds OAuth2Client upon httpx2 where `import httpx2` works, and upon httpx where not. So it is the
# environment that decides, also where another dependency brings httpx2 along, and the program is the same: then `except httpx.HTTPStatusError`
# catches nothing, a timeout or transport of httpx that the client is made with is an error at the first call, and respx 0.23.1 and pytest-httpx
# 0.36.2 do not see its requests: a test that passed without a network speaks to the real service with the token it has. Without
# httpx2 a warning says that httpx is deprecated, with it none says what is used. vcrpy 9.4.2 records both. What helps is to
# install httpx2 on purpose, with httpx2.HTTPStatusError, httpx2.Timeout and httpx2.MockTransport in program and tests.
#
# Seen with Python 3.11, httpx 0.28.1, httpx2 2.16.2:
#                                    httpx alone          httpx2 installed as well
#   stub of respx                    answer of the stub   answer of the server
#   stub of pytest-httpx             answer of the stub   answer of the server
#   except httpx.HTTPStatusError     caught               httpx2.HTTPStatusError is raised
#   timeout=httpx.Timeout(3)         works                TypeError at the first call
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check Authlib==1.9.10 httpx==0.28.1 respx==0.23.1 pytest-httpx==0.36.2 pytest==9.2.0

cat > test_seen.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
import respx
from authlib.integrations.httpx_client import OAuth2Client


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404 if self.path == "/missing" else 200)
        self.end_headers()
        self.wfile.write(b"answer of the server")

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{server.server_port}/conversations"
TOKEN = {"access_token": "demo", "token_type": "Bearer"}


def client(**options):
    return OAuth2Client("id", "secret", token=TOKEN, **options)


def test_respx():
    with respx.mock(assert_all_called=False) as stubs:
        stubs.get(URL).respond(200, text="answer of the stub")
        print("| respx:", client().get(URL).text)


@pytest.mark.httpx_mock(assert_all_responses_were_requested=False)
def test_pytest_httpx(httpx_mock):
    httpx_mock.add_response(url=URL, text="answer of the stub")
    print("| pytest-httpx:", client().get(URL).text)


def test_errors():
    try:
        client().get(URL.replace("conversations", "missing")).raise_for_status()
    except httpx.HTTPStatusError:
        print("| HTTPStatusError: caught")
    except Exception as error:
        print(f"| HTTPStatusError: {type(error).__module__}.{type(error).__name__}")


def test_timeout():
    try:
        print("| Timeout:", client(timeout=httpx.Timeout(3)).get(URL).text)
    except Exception as error:
        print("| Timeout:", type(error).__name__)
PYTHON
for installed in "httpx" "httpx, httpx2"; do
  if [ "$installed" = "httpx, httpx2" ]; then venv/bin/pip install --quiet --disable-pip-version-check httpx2==2.16.2; fi
  echo "$installed"
  timeout 60 venv/bin/pytest -q -s -p no:cacheprovider test_seen.py > ended.txt 2>&1 || { cat ended.txt; exit 1; }
  grep -o '| .*' ended.txt
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
httpx
| respx: answer of the stub
| pytest-httpx: answer of the stub
| HTTPStatusError: caught
| Timeout: answer of the server
httpx, httpx2
| respx: answer of the server
| pytest-httpx: answer of the server
| HTTPStatusError: httpx2.HTTPStatusError
| Timeout: TypeError
EXPECTED

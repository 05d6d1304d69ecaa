#!/usr/bin/env bash
# schemathesis 4.32.5 (newest release in November 2026) reports an error of a sound service with Hypothesis 6.131.20 to 6.135.12, which it allows.
#
# It asks for `hypothesis>=6.130.12,<7`, so a project that has locked one of these keeps it. There the repr of a rule of a
# state machine copies whatever it holds, by dataclasses.asdict(), and a rule of schemathesis holds a lock: "cannot pickle '_thread.lock' object",
# after all scenarios have passed. The other phases work. So a CI run says "Runtime Error" and exits with 1 as if the service were broken, and only
# where one operation links to another. Versions before and after are fine: what helps is `hypothesis>=6.135.13`.
#
# Seen with Python 3.11; two operations that are linked, stateful phase alone; the exit status, and whether the scenarios and the run passed:
#   hypothesis 6.130.12   0   scenarios passed   no error
#   hypothesis 6.131.20   1   scenarios passed   TypeError
#   hypothesis 6.135.12   1   scenarios passed   TypeError
#   hypothesis 6.135.13   0   scenarios passed   no error
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5 hypothesis==6.130.12

cat > service.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGE = b'{"id": 7}'


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(MESSAGE)))
        self.end_headers()
        self.wfile.write(MESSAGE)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET(201)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
print(server.server_address[1], flush=True)
server.serve_forever()
PYTHON

cat > openapi.json <<'JSON'
{
  "openapi": "3.0.3",
  "info": { "title": "Messages", "version": "1" },
  "paths": {
    "/messages": {
      "post": {
        "operationId": "create",
        "responses": {
          "201": {
            "description": "The message",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Message" } } },
            "links": { "read": { "operationId": "read", "parameters": { "id": "$response.body#/id" } } }
          }
        }
      }
    },
    "/messages/{id}": {
      "get": {
        "operationId": "read",
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
        "responses": {
          "200": { "description": "The message", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Message" } } } }
        }
      }
    }
  },
  "components": {
    "schemas": { "Message": { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } } }
  }
}
JSON

python3 service.py > port &
until [ -s port ]; do sleep 0.1; done

for version in 6.130.12 6.131.20 6.135.12 6.135.13; do
  venv/bin/pip install --quiet --disable-pip-version-check "hypothesis==$version" >&2
  status=0
  timeout 120 venv/bin/schemathesis run openapi.json --url "http://127.0.0.1:$(cat port)" --phases stateful --seed 1 --max-examples 5 \
    --no-color --generation-database none > told.txt 2>&1 || status=$?
  passed=$(grep -q "✅ [0-9]* passed" told.txt && echo "scenarios passed" || echo "scenarios failed")
  error=$(grep -q "cannot pickle '_thread.lock' object" told.txt && echo TypeError || echo "no error")
  echo "$version $status, $passed, $error"
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
6.130.12 0, scenarios passed, no error
6.131.20 1, scenarios passed, TypeError
6.135.12 1, scenarios passed, TypeError
6.135.13 0, scenarios passed, no error
EXPECTED

#!/usr/bin/env bash
# With requests-oauthlib 2.0.0 (newest release in November 2026; oauthlib 4.0.1, requests 2.34.2) an automatic refresh sends what the call
# carries to the token endpoint: the arguments json= and params= of the request that found the token expired become fields of the form.
#
# They are written as Python writes a dictionary. An authorization server that refuses fields that it does not know refuses the refresh,
# though only where the token runs out at a call with a JSON body. data= and files= are kept out. What prevents it: serialise the body,
# post(url, data=json.dumps(body), headers={"Content-Type": ...}), or refresh by hand.
#
# Seen with Python 3.11.7; the fields of the refresh beside grant_type, refresh_token, client_id and client_secret, by the call:
#   post(data={...})          none
#   post(data="...")          none
#   post(json={...})          json, the dictionary's repr
#   post(params={...})        params, the dictionary's repr
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet requests-oauthlib==2.0.0 oauthlib==4.0.1 requests==2.34.2

cat > seen.py <<'PYTHON'
import http.server
import json
import threading
from urllib.parse import parse_qs

from requests_oauthlib import OAuth2Session

ORDINARY = {"grant_type", "refresh_token", "client_id", "client_secret"}
refreshes = []


class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        answer = {"messages": []}
        if self.path == "/oauth/token":
            refreshes.append({name: values for name, (values,) in parse_qs(body).items()})
            answer = {"access_token": "second", "token_type": "Bearer", "expires_in": 7200, "refresh_token": "next"}
        sent = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}"
message = {"content": "The key lies under the mat"}
calls = {
    "data, a dictionary": ({"data": message}, {}),
    "data, a text": ({"data": json.dumps(message)}, {}),
    "json": ({"json": message}, {"json": str(message)}),
    "params": ({"params": {"include": "sender"}}, {"params": "{'include': 'sender'}"}),
}
for name, (arguments, expected) in calls.items():
    expired = {"access_token": "first", "token_type": "Bearer", "expires_at": 1, "refresh_token": "once"}
    client = {"client_id": "app", "client_secret": "hidden"}
    session = OAuth2Session(
        "app", token=expired, auto_refresh_url=f"{url}/oauth/token", auto_refresh_kwargs=client, token_updater=lambda token: None
    )
    session.post(f"{url}/messages", **arguments)
    more = {field: value for field, value in refreshes.pop().items() if field not in ORDINARY}
    print(f"{name}: {more}")
    assert more == expected, (name, more)
PYTHON
OAUTHLIB_INSECURE_TRANSPORT=1 venv/bin/python seen.py

#!/usr/bin/env bash
# siege 4.0.7 of Debian 12 asks again four times after a 401, and counts all as successful; a 404 or 429 it counts neither so nor as failed.
#
# With a token that has expired, each request is sent five times, with the same header, and the report of two requests has ten successful
# transactions, none failed, and an availability of 100 %. Its manual has it that successful is what was answered below 400, and that
# errors of 400 and 500 do not count in the availability but in the failed transactions. Those of 500 do lower the availability,
# to which they are what a broken connection is; 403, 404, 422 and 429 are counted nowhere but among the transactions, so a run that a rate limit
# refused as a whole looks like a fast one, unless one holds `successful_transactions` against `transactions`.
# It takes the package of Debian 12 with apt-get; elsewhere it says so and exits with 77.
#
# Seen with siege 4.0.7-1+b1; two requests with `Authorization: Bearer old` to a server that answers with this status:
#   status  reached the server  transactions  availability  successful  failed
#   200     2                   2             100.00        2           0
#   401     10                  10            100.00        10          0
#   404     2                   2             100.00        0           0
#   429     2                   2             100.00        0           0
#   503     2                   0             0.00          0           2
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
if ! apt-get --quiet download siege=4.0.7-1+b1 > apt.log 2>&1; then
  cat apt.log >&2 || true
  echo "skipped: it needs apt-get with the packages of Debian 12" >&2
  exit 77
fi
dpkg-deb --extract siege_*.deb installed

cat > server.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"errors":[]}'
        with Path("got.txt").open("a") as got:
            got.write(f"{self.headers['Authorization']}\n")
        self.send_response(int(self.path[1:]))
        if self.path == "/401":
            self.send_header("WWW-Authenticate", 'Bearer realm="Inbox", error="invalid_token"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Path("port.part").write_text(str(server.server_port))
Path("port.part").rename("port.txt")
server.serve_forever()
PYTHON
python3 server.py &
server=$!
for _ in $(seq 100); do [ -e port.txt ] && break; sleep 0.1; done

printf 'json_output = true\nlogging = false\nverbose = false\nparser = false\n' > siegerc
for status in 200 401 404 429 503; do
  : > got.txt
  HOME=$folder timeout 60 installed/usr/bin/siege --rc=siegerc --reps=2 --concurrent=1 --header='Authorization: Bearer old' \
    "http://127.0.0.1:$(cat port.txt)/$status" > siege.txt 2> siege.err || true
  python3 - "$status" <<'PYTHON'
import re
import sys
from pathlib import Path

told = dict(re.findall(r'"(\w+)":\s*([\d.]+)', Path("siege.txt").read_text()))
names = ("transactions", "availability", "successful_transactions", "failed_transactions")
got = Path("got.txt").read_text().split("\n")[:-1]
print(sys.argv[1], got.count("Bearer old"), *(told.get(name) for name in names))
PYTHON
done | tee seen.txt

diff - seen.txt <<'EXPECTED'
200 2 2 100.00 2 0
401 10 10 100.00 10 0
404 2 2 100.00 0 0
429 2 2 100.00 0 0
503 2 0 0.00 0 2
EXPECTED

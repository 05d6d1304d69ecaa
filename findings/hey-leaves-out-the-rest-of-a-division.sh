#!/usr/bin/env bash
# hey 0.1.4 of Debian 12 leaves out nearly half of the requests of `-n` at worst: those that its workers cannot share evenly.
#
# Its help says of -n "Number of requests to run", and of -c that the number must not be smaller. Each worker runs n / c requests, without
# the rest, so with the 50 workers that there are by default `-n 99` is 50 requests and `-n 120` is 100; nothing is said, and the status is 0. Total,
# rates and distribution are of what was sent. A test that fills a rate limit of a thousand calls by `-n 1001 -c 100` never reaches it, one
# that writes a record by each call looks as if the server had lost some, and two runs with another -c differ in their number.
# What helps: a number that -c divides, or to read the sum of the status codes.
# It takes the package of Debian 12 with apt-get; elsewhere it says so and exits with 77.
#
# Seen with hey 0.1.4-2+b4; a server that answers 429 from the 1001st call on, what it handled, and what the report has:
#   -n 99             50     [200] 50
#   -n 120            100    [200] 100
#   -n 100 -c 30      90     [200] 90
#   -n 1001 -c 100    1000   [200] 1000
#   -n 1001 -c 91     1001   [200] 1000, [429] 1
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! apt-get --quiet download hey=0.1.4-2+b4 > apt.log 2>&1; then
  cat apt.log >&2 || true
  echo "skipped: it needs apt-get with the packages of Debian 12" >&2
  exit 77
fi
dpkg-deb --extract hey_*.deb installed

cat > seen.py <<'PYTHON'
import re
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


class Server(ThreadingHTTPServer):
    request_queue_size = 200


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with lock:
            server.handled += 1
            status = 200 if server.handled <= 1000 else 429
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


lock = Lock()
server = Server(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
for options in ("-n 99", "-n 120", "-n 100 -c 30", "-n 1001 -c 100", "-n 1001 -c 91"):
    server.handled = 0
    command = ["installed/usr/bin/hey", *options.split(), f"http://127.0.0.1:{server.server_port}/messages"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    codes = ", ".join(f"[{code}] {count}" for code, count in re.findall(r"\[(\d+)\]\s+(\d+) responses", report))
    print(f"{options}: handled {server.handled}, {codes}")
PYTHON
timeout 60 python3 seen.py | tee seen.txt

diff - seen.txt <<'EXPECTED'
-n 99: handled 50, [200] 50
-n 120: handled 100, [200] 100
-n 100 -c 30: handled 90, [200] 90
-n 1001 -c 100: handled 1000, [200] 1000
-n 1001 -c 91: handled 1001, [200] 1000, [429] 1
EXPECTED

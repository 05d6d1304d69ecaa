#!/usr/bin/env bash
# json-server 0.17.4, the latest on npm, answers a request with `?_delay=0` after a second; `_delay=1` takes a millisecond or two.
#
# It gives the number to connect-pause 0.1.1, which takes `delay || 1000` for the milliseconds to wait: 0 counts as nothing said, and
# nothing said as 1000. A test that turns a simulated latency off by setting it to 0 waits a second for each answer. The option of the
# command is looked at before: `--delay 0` does not wait.
#
# Seen with Node 20 (what is asked, and how long it took):
#   no delay: at once
#   _delay=1: at once
#   _delay=0: a second
#   --delay 0: at once
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund json-server@0.17.4 connect-pause@0.1.1 > /dev/null
echo '{"messages": [{"id": 1}]}' > db.json

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

serve() {
  port=$(free_port)
  node_modules/.bin/json-server --host 127.0.0.1 --port "$port" --quiet "$@" db.json > /dev/null 2>&1 &
  servers+=($!)
  for _ in $(seq 100); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/db" && return
    sleep 0.2
  done
  echo "json-server did not start" >&2
  return 1
}

taken() {
  curl --silent --fail --output /dev/null --write-out '%{time_total}' "http://127.0.0.1:$port/messages/1$1" \
    | awk -v what="$2" '{ print what ": " ($1 < 0.5 ? "at once" : $1 < 1.9 ? "a second" : "longer") }'
}

serve
found=$(taken "" "no delay"; taken "?_delay=1" "_delay=1"; taken "?_delay=0" "_delay=0")
serve --delay 0
found+=$'\n'$(taken "" "--delay 0")
echo "$found"
expected="no delay: at once
_delay=1: at once
_delay=0: a second
--delay 0: at once"
[ "$found" = "$expected" ] || { echo "This is not what was seen." >&2; exit 1; }

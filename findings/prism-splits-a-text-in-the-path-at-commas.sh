#!/usr/bin/env bash
# Prism 5.16.0 (@stoplight/prism-cli, newest release in November 2026) refuses a path parameter of type string that holds a comma.
#
# APIs that take several ids at once write them into one segment, /conversations/1,2, and describe it as a string, since a list in the path
# has no bounds that tools agree on. Prism makes a list of the value before it looks at the type, and answers 422 "must be string". The same
# value with the comma as %2C passes, and so does one id, so the mistake looks like one of the client. As a query parameter of type string
# the same text is taken as it stands, with the comma and with %2C.
#
# Seen with Node.js 20.20.2:
#   GET /conversations/1              200
#   GET /conversations/1,2            422, "Request path parameter ids must be string"
#   GET /conversations/1%2C2          200
#   GET /conversations?ids=1,2        200
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
prism=
trap '[ -z "$prism" ] || kill "$prism" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @stoplight/prism-cli@5.16.0 > /dev/null 2>&1

cat > api.yaml <<'YAML'
openapi: 3.1.0
info: { title: Inbox, version: "1" }
paths:
  /conversations:
    get:
      parameters: [{ name: ids, in: query, schema: { type: string } }]
      responses: { "200": { description: Conversations } }
  /conversations/{ids}:
    get:
      parameters: [{ name: ids, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: Conversations } }
YAML

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
node node_modules/@stoplight/prism-cli/dist/index.js mock --host 127.0.0.1 --port "$port" api.yaml > prism.log 2>&1 &
prism=$!
for _ in $(seq 120); do
  curl --silent --output answer "http://127.0.0.1:$port/conversations/1" && break
  sleep 0.5
done

seen() {
  local status
  status=$(curl --silent --output answer --write-out '%{http_code}' "http://127.0.0.1:$port$1")
  echo "$1 $status $(grep -o 'Request [a-z ]*must be [a-z]*' answer || true)"
}
for path in /conversations/1 /conversations/1,2 /conversations/1%2C2 '/conversations?ids=1,2' '/conversations?ids=1%2C2'; do
  seen "$path"
done | tee seen.txt

diff - <(sed 's/ *$//' seen.txt) <<'EXPECTED'
/conversations/1 200
/conversations/1,2 422 Request path parameter ids must be string
/conversations/1%2C2 200
/conversations?ids=1,2 200
/conversations?ids=1%2C2 200
EXPECTED

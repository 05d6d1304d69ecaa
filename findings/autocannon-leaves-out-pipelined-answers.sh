#!/usr/bin/env bash
# autocannon 9.0.0 (newest release in November 2026) with `amount` and `pipelining` leaves out the answers that come last, and reports no error.
#
# A connection ends as soon as the last answer of its share may come, that is with the first answer after its last request was written, and
# those that are still under way on it count neither as requests, nor as 2xx, errors or timeouts. Each connection so loses up to
# `pipelining - 1` answers. With 10 connections, 100 requests and a pipelining of 10, all that is left of a run is one request of each
# connection; rates, latencies and `2xx` are those of a tenth, and a run in which all but the first were refused would look
# clean. The server has handled all 100, and `requests.sent` says so. Without pipelining, or with `duration`, the numbers agree but for
# what is under way at the end. The guide says of `amount` that a test does not end before that number of requests is completed.
#
# Seen with Node.js 20.20.2; of the requests to a server that answers 503 to all but the first of each connection:
#   amount 100, connections 10, pipelining 1     sent 100, handled 100, reported 100: 10 as 2xx, 90 as non2xx, errors 0
#   amount 100, connections 10, pipelining 10    sent 100, handled 100, reported 10: 10 as 2xx, 0 as non2xx, errors 0
#   amount 8, connections 1, pipelining 4        sent 8, handled 8, reported 5: 1 as 2xx, 4 as non2xx, errors 0
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund autocannon@9.0.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import autocannon from "autocannon";

let handled;
const server = http.createServer((request, answer) => {
  handled += 1;
  request.socket.before = (request.socket.before ?? 0) + 1;
  answer.writeHead(request.socket.before === 1 ? 200 : 503).end("{}");
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}`;

for (const [amount, connections, pipelining] of [[100, 10, 1], [100, 10, 10], [8, 1, 4]]) {
  handled = 0;
  const { requests, non2xx, errors, timeouts, "2xx": good } = await autocannon({ url, amount, connections, pipelining });
  console.log(
    `amount ${amount}, connections ${connections}, pipelining ${pipelining}: sent ${requests.sent}, handled ${handled}, ` +
      `reported ${requests.total}: ${good} as 2xx, ${non2xx} as non2xx, errors ${errors + timeouts}`,
  );
}
process.exit();
JAVASCRIPT
node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
amount 100, connections 10, pipelining 1: sent 100, handled 100, reported 100: 10 as 2xx, 90 as non2xx, errors 0
amount 100, connections 10, pipelining 10: sent 100, handled 100, reported 10: 10 as 2xx, 0 as non2xx, errors 0
amount 8, connections 1, pipelining 4: sent 8, handled 8, reported 5: 1 as 2xx, 4 as non2xx, errors 0
EXPECTED

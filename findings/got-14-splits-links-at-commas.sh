#!/usr/bin/env bash
# got.paginate of got 14.6.6 (the newest for Node.js 20; from 15 on it wants 22) fails at a comma or a semicolon in the address of a Link.
#
# By default it reads the next page's address from the header Link, and takes that apart at every comma and semicolon, though what is between
# angle brackets may have both (RFC 8288, RFC 3986). So a list that is narrowed down by several ids or fields, whose pages repeat that in their
# links, as most servers write it, ends with "Invalid format of the Link header reference" after the first page, on page one of one as well:
# `first` is enough. A comma in a title does the same. Where the relation has a second name, `rel="next last"`, it is quieter: the second page is
# never asked for, and paginate.all() gives the first one as if it were all. The parser of 16.1.0 takes all of these, by its
# source. parse-link-header 2.0.0, http-link-header 1.1.4 and li 1.3.0 read them; what helps is one of them in `pagination.paginate`.
#
# Seen with Node.js 20.20.2; two pages with a record each, what paginate.all() gives, and the address of the next page by the three others:
#   /messages?page=2                   got [1,2]
#   /messages?page=2&ids=1%2C2         got [1,2]
#   /messages?page=2&ids=1,2           got Error: Invalid format of the Link header reference
#   /conversations/1,2?page=2          got Error: Invalid format of the Link header reference
#   /messages;v=1?page=2               got Error: Invalid format of the Link header reference
#   rel="next last"                    got [1]
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "type": "module" }' > package.json
npm install --silent --no-audit --no-fund got@14.6.6 parse-link-header@2.0.0 http-link-header@1.1.4 li@1.3.0 > /dev/null

cat > seen.js <<'JAVASCRIPT'
import http from "node:http";
import got from "got";
import LinkHeader from "http-link-header";
import li from "li";
import parseLinkHeader from "parse-link-header";

let link, asked;
const server = http.createServer((request, answer) => {
  asked += 1;
  answer.writeHead(200, { "Content-Type": "application/json", ...(asked === 1 ? { Link: link } : {}) }).end(JSON.stringify([asked]));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const base = `http://127.0.0.1:${server.address().port}`;

const cases = [
  ["/messages?page=2", "next"],
  ["/messages?page=2&ids=1%2C2", "next"],
  ["/messages?page=2&ids=1,2", "next"],
  ["/conversations/1,2?page=2", "next"],
  ["/messages;v=1?page=2", "next"],
  ["/messages?page=2", "next last"],
];
for (const [path, relation] of cases) {
  [link, asked] = [`<${base}${path}>; rel="${relation}"`, 0];
  const given = await got.paginate.all(base).then(JSON.stringify, (error) => `${error.name}: ${error.message.split(": ")[0]}`);
  const others = [parseLinkHeader(link).next.url, LinkHeader.parse(link).rel("next")[0].uri, li.parse(link).next];
  console.log(`${path} ${relation} | got ${given} | others ${others.every((address) => address === base + path) ? "right" : others}`);
}
process.exit();
JAVASCRIPT
timeout 60 node seen.js | tee seen.txt

diff - seen.txt <<'EXPECTED'
/messages?page=2 next | got [1,2] | others right
/messages?page=2&ids=1%2C2 next | got [1,2] | others right
/messages?page=2&ids=1,2 next | got Error: Invalid format of the Link header reference | others right
/conversations/1,2?page=2 next | got Error: Invalid format of the Link header reference | others right
/messages;v=1?page=2 next | got Error: Invalid format of the Link header reference | others right
/messages?page=2 next last | got [1] | others right
EXPECTED

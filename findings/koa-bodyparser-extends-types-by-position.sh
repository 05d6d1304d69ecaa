#!/usr/bin/env bash
# @koa/bodyparser 6.1.0 (newest release in November 2026) forgets application/json when extendTypes adds another type of JSON.
#
# The README says that the types of `extendTypes` are parsed as well. They are merged into the default ones by lodash.merge, which merges
# arrays by position: the first type that is added takes the place of the first default one, the second that of the second. So
# `extendTypes: {json: ["application/vnd.example"]}` makes every request with application/json arrive with an empty body and 200, while
# application/vnd.api+json, which stands further behind, goes on to work; `form` loses its only type in the same way. Type declarations
# and start-up do not tell. It helps to write the default types again, before those that are added, as many as there are.
#
# Seen with Node 20.20.2 and Koa 3.3.0; an empty body is what a body of a type that is not parsed becomes:
#   as it is: application/json parsed, application/json-patch+json parsed, application/vnd.api+json parsed, application/vnd.example empty
#   one type added: application/json empty, application/json-patch+json parsed, application/vnd.api+json parsed, application/vnd.example parsed
#   two types added: application/json empty, application/json-patch+json empty, application/vnd.api+json parsed, application/vnd.example parsed
#   application/json again, and one type: application/json parsed, application/json-patch+json empty, application/vnd.api+json parsed, application/vnd.example parsed
#   a form's type added: application/x-www-form-urlencoded empty
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true, "type": "module"}' > package.json
npm install --no-audit --no-fund --silent koa@3.3.0 @koa/bodyparser@6.1.0 lodash.merge@4.6.2

cat > seen.js <<'JAVASCRIPT'
import { bodyParser } from "@koa/bodyparser";
import Koa from "koa";

const JSON_TYPES = ["application/json", "application/json-patch+json", "application/vnd.api+json", "application/vnd.example"];
const FORM = "application/x-www-form-urlencoded";

async function asked(extendTypes, type) {
  const app = new Koa();
  app.use(bodyParser({ extendTypes }));
  app.use((ctx) => {
    ctx.body = JSON.stringify(ctx.request.body);
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const body = type === FORM ? "id=1" : '{"id":"1"}';
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", headers: { "Content-Type": type }, body });
  const text = `${answer.status} ${await answer.text()}`;
  await new Promise((resolve) => server.close(resolve));
  return `${type} ${{ '200 {"id":"1"}': "parsed", "200 {}": "empty" }[text] ?? text}`;
}

async function line(name, extendTypes, types = JSON_TYPES) {
  const found = [];
  for (const type of types) found.push(await asked(extendTypes, type));
  return `${name}: ${found.join(", ")}`;
}

const found = [
  await line("as it is", {}),
  await line("one type added", { json: ["application/vnd.example"] }),
  await line("two types added", { json: ["application/vnd.example", "application/vnd.other"] }),
  await line("application/json again, and one type", { json: ["application/json", "application/vnd.example"] }),
  await line("a form's type added", { form: ["application/vnd.form"] }, [FORM]),
];
console.log(`Node ${process.versions.node}`);
console.log(found.join("\n"));
const described = [
  "as it is: application/json parsed, application/json-patch+json parsed, application/vnd.api+json parsed, application/vnd.example empty",
  "one type added: application/json empty, application/json-patch+json parsed, application/vnd.api+json parsed, application/vnd.example parsed",
  "two types added: application/json empty, application/json-patch+json empty, application/vnd.api+json parsed, application/vnd.example parsed",
  "application/json again, and one type: application/json parsed, application/json-patch+json empty, application/vnd.api+json parsed, application/vnd.example parsed",
  "a form's type added: application/x-www-form-urlencoded empty",
];
const same = JSON.stringify(found) === JSON.stringify(described);
console.log(same ? "as described" : "CHANGED: @koa/bodyparser no longer does what this script describes");
process.exit(same ? 0 : 1);
JAVASCRIPT
timeout 60 node seen.js

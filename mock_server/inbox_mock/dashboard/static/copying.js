// A journal entry as a curl command, or as a test with the pytest fixture `inbox_mock`.

import { ROOT } from "./api.js";
import { state } from "./live.js";

// Control and direction characters, which could act on a terminal, are written as escapes.
const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text as a shell takes it, whatever it holds. */
function quoted(text) {
  if (String(text).search(UNPRINTABLE) < 0) return `'${String(text).replaceAll("'", String.raw`'\''`)}'`;
  return `$'${String(text).replace(/[\\']/g, String.raw`\$&`).replace(UNPRINTABLE, bytes)}'`;
}

const bytes = (character) => [...new TextEncoder().encode(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

/** A path, which the journal holds decoded but for its %2F, as it goes into an address. */
const encoded = (path) => path.replace(/%(?!2F)/gi, "%25").replace(/[^\w\-.~!$&'()*+,;=:@/%]/gu, encodeURIComponent);
const OF_THE_CLIENT = ["accept", "accept-encoding", "authorization", "connection", "content-length", "host", "user-agent"];

/** The token to call with: `demo` belongs to the default sandbox; the journal itself holds none. */
const token = () => (state.sandbox === "default" ? "demo" : "$TOKEN");

/** A word that needs no quoting in a shell is left as it is. */
const plain = (word) => (/^\w+$/.test(word) ? word : quoted(word));

export function asCurl({ method, path, query, request }) {
  const parts = ["curl -i"];
  if (method !== "GET" || request.body) parts.push(method === "HEAD" ? "--head" : `-X ${plain(method)}`);
  if (request.token) parts.push(`-H "Authorization: Bearer ${token()}"`);
  for (const [name, value] of Object.entries(request.headers ?? {})) if (!OF_THE_CLIENT.includes(name.toLowerCase())) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (request.body) parts.push(`--data-raw ${quoted(request.body)}`);
  if (/[[\]{}]/.test(query)) parts.push("--globoff");
  if (/\/\.\.?(\/|$)/.test(path)) parts.push("--path-as-is");
  parts.push(quoted(ROOT + encoded(path) + (query ? `?${query}` : "")));
  return `${parts.join(" \\\n  ")}\n`;
}

/** Return a test that asks the same of a fresh sandbox of the scenario; a scenario of the user's own has no name to find it by. */
export function asPytest(entry, scenario) {
  const { id, method, path, query, status, request } = entry;
  const base = path.startsWith("/api/v3") ? "inbox_mock.url" : 'inbox_mock.url.removesuffix("/api/v3")';
  const target = encoded(path.replace(/^\/api\/v3/, "")) + (query ? `?${query}` : "");
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !OF_THE_CLIENT.includes(name.toLowerCase()));
  const known = scenario !== "scenario" && /^[a-z0-9-]+$/.test(scenario);
  const lines = [
    ...(known ? ["import pytest"] : []),
    "import requests",
    "",
    "",
    ...(known ? [`@pytest.mark.inbox_scenario(${python(scenario)})`] : []),
    `def test_entry_${id}_of_the_journal(inbox_mock):`,
    "    headers = {",
    ...(request.token ? ['        "Authorization": f"Bearer {inbox_mock.token}",'] : []),
    ...headers.map(([name, value]) => `        ${python(name)}: ${python(value)},`),
    "    }",
    ...(request.body ? [`    body = ${python(request.body)}`] : []),
    `    answer = requests.request(${python(method)}, ${base} + ${python(target)}, headers=headers${request.body ? ", data=body.encode()" : ""}, timeout=10)`,
    "",
    status === null ? "    assert answer is not None  # when it was recorded, no answer came" : `    assert answer.status_code == ${status}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A text as Python writes it: what JSON writes is Python too. */
const python = (text) => JSON.stringify(text);

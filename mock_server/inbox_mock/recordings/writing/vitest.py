"""A test for Vitest, which sends the requests with fetch to a sandbox of its own on a running server."""

from collections.abc import Iterator

from inbox_mock.recordings.writing import Traffic, Writer, can_be_sent, filled

TEMPLATE = """\
// @ts-nocheck
@TOLD@
// Run it beside a server of its own: inbox-mock run npx vitest run FILE
// INBOX_MOCK_URL is the root of another server, INBOX_MOCK_ADMIN_TOKEN the token that its admin API wants, if it does.
// Then let your client send the requests, in place of the loop, and expect what it should do.
import { expect, test } from "vitest";

const root = process.env.INBOX_MOCK_URL ?? "http://127.0.0.1:8089";
const adminToken = process.env.INBOX_MOCK_ADMIN_TOKEN;

const recorded = @RECORDED@;

async function admin(method, path, body) {
  const headers = { "Content-Type": "application/json", ...(adminToken && { Authorization: `Bearer ${adminToken}` }) };
  const answer = await fetch(`${root}/__admin/sandboxes${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return /json/.test(answer.headers.get("Content-Type")) ? JSON.parse(text) : text;
}

test("the sandbox answers as recorded", { timeout: 60_000 }, async () => {
  const sandbox = await admin("POST", "", { scenario: recorded.scenario, clock: { mode: "manual" }, ttl: "1h" });
  const tokens = {};
  for (const [name, made] of Object.entries(recorded.tokens)) {
    tokens[name] = (await admin("POST", `/${sandbox.id}/tokens`, made)).token;
  }
  for (const [number, step] of recorded.steps.entries()) {
    if (step.at) await admin("POST", `/${sandbox.id}/clock/advance`, { to: step.at });
    if (step.admin) {
      await admin(step.method, `/${sandbox.id}${step.path}`, JSON.parse(step.body));
      continue;
    }
    const headers = { ...step.headers, ...(step.token && { Authorization: `Bearer ${tokens[step.token]}` }) };
    const where = `step ${number + 1}, ${step.method} ${step.path}`;
    const answer = await fetch(root + step.path, { method: step.method, headers, body: step.body ?? undefined }).catch((error) => error);
    if (answer instanceof Error) {
      expect(step.status, `${where}: ${answer}`).toBe(null);
      continue;
    }
    if (step.status) expect(answer.status, where).toBe(step.status);
    if (step.answer !== null) expect(await answer.json(), where).toMatchObject(step.answer);
  }
  expect(await admin("GET", `/${sandbox.id}/report?format=failure`)).toBe("");
  await admin("DELETE", `/${sandbox.id}`);
});
"""


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield the test."""
    return filled(TEMPLATE, traffic, "// ")


WRITER = Writer(
    says="a test for Vitest", ending=".test.ts", kind="text/x-typescript; charset=utf-8", write=write, takes=can_be_sent, tests=True
)

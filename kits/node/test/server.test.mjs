// The server that a process starts for itself, and the package.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServer } from "bookingsync-inbox-mock";
import setup from "bookingsync-inbox-mock/global-setup";

const STARTS = `require("bookingsync-inbox-mock").startServer().then(({ url }) => { console.log(url); setInterval(() => {}, 1000) })`;

const answers = (url) => fetch(`${url}/livez`).then(({ ok }) => ok, () => false);

/** Whether a server ends within ten seconds. */
async function ends(url) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (!(await answers(url))) return true;
    await sleep(100);
  }
  return false;
}

test("a server answers until it is stopped", async () => {
  const { url, stop } = await startServer();
  assert.ok(await answers(url));

  await stop();

  assert.equal(await answers(url), false);
});

for (const signal of ["SIGKILL", "SIGINT", "SIGTERM"]) {
  test(`a server ends with the process that has started it, at ${signal}`, async () => {
    const child = spawn(process.execPath, ["-e", STARTS], { stdio: ["ignore", "pipe", "inherit"] });
    const url = String(await once(child.stdout, "data").then(([line]) => line)).trim();
    assert.ok(await answers(url));

    child.kill(signal);

    assert.ok(await ends(url), `${url} still answers`);
  });
}

test("a process that has started a server, and did not stop it, ends", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", STARTS.replace("setInterval(() => {}, 1000)", "")], { timeout: 30_000 });

  assert.ok(await ends(stdout.trim()), `${stdout} still answers`);
});

test("what cannot be started is named, and what to do", async () => {
  await assert.rejects(startServer("inbox-mock-that-is-not-there"), {
    message:
      "cannot start inbox-mock-that-is-not-there (spawn inbox-mock-that-is-not-there ENOENT): " +
      "install it (`pip install .` in a checkout of Inbox Mock), name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL",
  });
  await assert.rejects(startServer("false"), /^Error: cannot start false: it ended with 1: $/);
});

test("a global setup starts one server for all, unless there is one", async () => {
  const stop = await setup();
  try {
    assert.ok(await answers(process.env.INBOX_MOCK_URL));
    assert.equal(await setup(), undefined);
  } finally {
    await stop();
    delete process.env.INBOX_MOCK_URL;
  }
});

test("the package holds what was built, and no tests", async () => {
  const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]);
  const found = JSON.parse(stdout);
  const [{ files }] = Array.isArray(found) ? found : Object.values(found);
  const names = files.map(({ path }) => path);

  assert.deepEqual(names.filter((name) => !name.startsWith("dist/")).sort(), ["LICENSE", "README.md", "package.json"]);
  for (const module of ["index.js", "vitest.mjs", "jest.js", "node-test.js", "global-setup.js", "index.d.ts", "vitest.d.mts"]) {
    assert.ok(names.includes(`dist/${module}`), module);
  }
});

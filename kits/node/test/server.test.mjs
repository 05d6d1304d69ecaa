// The server that a process starts for itself, and the package.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { AdminClient, createSandbox, fixtureFor, startServer } from "bookingsync-inbox-mock";
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

/** The path of a shell script that stands for `inbox-mock` in a test. */
async function script(t, content) {
  const folder = await mkdtemp(join(tmpdir(), "inbox-mock-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "wrapper"), `#!/bin/sh\n${content}\n`, { mode: 0o755 });
  return join(folder, "wrapper");
}

/** Set environment variables for a test. */
function setEnv(t, variables) {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, variables);
}

test("a command may say something before its address", async (t) => {
  const { url, stop } = await startServer(await script(t, `echo Activating the environment; sleep 0.1; exec inbox-mock "$@"`));
  try {
    assert.ok(await answers(url));
  } finally {
    await stop();
  }
});

test("a command that names no address in time is ended, with what it has started, and named", async (t) => {
  setEnv(t, { INBOX_MOCK_START_SECONDS: "0.5" });
  const command = await script(t, "echo waiting; sleep 60");
  await assert.rejects(startServer(command), {
    message: `cannot start ${command}: it has not said its address, such as http://127.0.0.1:8089, within 0.5 s: waiting\n`,
  });
  await assert.rejects(promisify(execFile)("pgrep", ["-f", command]), { code: 1 });
});

for (const seconds of ["0", "-1", "soon", "NaN", "3601"]) {
  test(`a limit of ${seconds} seconds is refused`, async (t) => {
    setEnv(t, { INBOX_MOCK_START_SECONDS: seconds });
    await assert.rejects(startServer(), { message: `INBOX_MOCK_START_SECONDS is "${seconds}"; expected seconds, more than 0 and at most 3600` });
  });
}

test("variables that are blank are as good as unset", async (t) => {
  setEnv(t, { INBOX_MOCK_URL: " ", INBOX_MOCK_COMMAND: "", INBOX_MOCK_START_SECONDS: "", INBOX_MOCK_ADMIN_TOKEN: " " });
  const hooks = {};
  const runner = Object.fromEntries(["beforeAll", "beforeEach", "afterEach", "afterAll"].map((name) => [name, (run) => (hooks[name] = run)]));
  const inbox = fixtureFor({ ...runner, replay: () => "" })();

  await hooks.beforeAll();
  await hooks.beforeEach();
  const url = inbox.rootUrl;
  await hooks.afterEach();
  await hooks.afterAll();

  assert.match(url, /^http:\/\/127\.0\.0\.1:/);
  assert.equal(await answers(url), false);
});

test("a root that is no URL is refused", () => {
  for (const root of ["", "localhost:8089"]) {
    assert.throws(() => new AdminClient(root), { message: `the server's root is "${root}"; expected one such as http://127.0.0.1:8089` });
  }
});

for (const [status, type, body] of [[404, "text/html", "<html>no such page</html>"], [404, "application/json", "{}"], [200, "text/html", "OK"],
  [200, "application/json", "{}"], [200, "application/json", "[1]"], [200, "application/json", "null"], [200, "application/json", "<html>"]]) {
  test(`what answers ${status} with ${body} as ${type} is no Inbox Mock`, async (t) => {
    const other = createServer((_, answer) => answer.writeHead(status, { "Content-Type": type }).end(body)).listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const root = `http://127.0.0.1:${other.address().port}`;

    await assert.rejects(createSandbox(new AdminClient(root)), {
      name: "AdminError",
      message: `${root} is no Inbox Mock: POST /__admin/sandboxes was answered with ${status} and ${type}`,
    });
  });
}

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

// The fixture under each test runner: which tests of the suite pass, and with which words the others fail.
// To be run as it is, without --test: node:test starts no tests within its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { run, test } from "node:test";
import { promisify } from "node:util";

const FAILS = {
  "fails: a test whose client breaks a rule": (replay) =>
    new RegExp(
      [
        "The client broke the rules of conduct once \\(scenario agency, seed 7\\)\\.",
        "",
        "MSG002  the client answered .*",
        "  answered in conversation 1 of airbnb .*",
        "  why: .*",
        "  fix: .*",
        "  evidence:",
        "       1  2030-06-01T12:00:00Z  POST /api/v3/inbox/messages  201  \\(not relayed: .*\\)",
        "",
        `replay: ${replay}`,
        'on purpose\\? allow: \\["MSG002"\\]',
      ].join("\n"),
    ),
  "fails: a test by itself, which tells the latest requests": () => /not as expected/,
  "fails: a test that allows an unknown rule": () => /allow: found 'MSG02'; did you mean 'MSG002'\?/,
};

const REQUESTS = /^Inbox Mock: the journal\n   1  2030-06-01T12:00:00Z  GET \/api\/v3\/inbox\/conversations\?fields=id  200\n\nreplay: (.*)   \(scenario agency, seed 7\)$/gm;

/** Run a command; return the tests in the JSON that it prints, and what it writes to standard error. */
async function ran(command, ...words) {
  const { stdout, stderr } = await promisify(execFile)(command, words, { maxBuffer: 1e8 }).catch((failed) => failed);
  return [found(JSON.parse(stdout)), stderr];
}

/** The tests of what Jest reports, and Vitest in the same form, each with how it failed. */
const found = ({ testResults }) =>
  testResults.flatMap((file) => {
    assert.ok(file.assertionResults.length, file.message);
    return file.assertionResults.map(({ title, failureMessages }) => [title, failureMessages.join("\n")]);
  });

/** The same of node:test; it tells each file as a test, too. */
async function foundByNode(...files) {
  const tests = [];
  let said = "";
  for await (const { type, data } of run({ files })) {
    if (type === "test:stderr") said += data.message;
    if (["test:pass", "test:fail"].includes(type) && !/\.mjs$|^of a (file|group)$/.test(data.name)) {
      tests.push([data.name, String(data.details.error?.cause?.message ?? data.details.error ?? "")]);
    }
  }
  return [tests, said];
}

const RUNNERS = [
  ["Vitest", "npx vitest run test/suite/vitest\\.mts", () => ran("npx", "vitest", "run", "--config", "test/vitest.config.mjs", "--reporter", "json", "--disableConsoleIntercept")],
  ["Jest", "npx jest test/suite/jest\\.js", () => ran("npx", "jest", "--config", "test/jest.config.json", "--json")],
  ["node:test", "node --test .*", () => foundByNode("test/suite/node.mjs")],
];

for (const [runner, replay, tests] of RUNNERS) {
  test(`each test has a sandbox, and fails if its client breaks a rule, under ${runner}`, async () => {
    const [all, said] = await tests();

    assert.ok(all.length >= 15, `${all.length} tests`);
    const told = [...said.replace(/^ +(?=Inbox|   1  |replay: |$)/gm, "").matchAll(REQUESTS)];
    assert.equal(told.length, 1, said);
    assert.match(told[0][1], new RegExp(replay));
    for (const [title, failure] of all) {
      if (title.startsWith("fails:")) assert.match(failure, FAILS[title](replay + ".*"));
      else assert.equal(failure, "", title);
    }
  });
}

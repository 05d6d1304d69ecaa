/** `inboxMock()`, whatever runs the tests: a sandbox for each test, whose conduct is judged when the test ends. */

import { AdminClient } from "./client.js";
import { createSandbox, type Overrides, type Sandbox } from "./sandbox.js";
import { startSeconds, startServer, variable, type Server } from "./server.js";

export interface Options extends Overrides {
  /** The codes of rules that the client may break, such as `MSG002`. */
  allow?: string[];
  /** The root of a server that runs; by default what `INBOX_MOCK_URL` says, else one is started. */
  url?: string;
}

/**
 * What a test runner does before and after tests; `replay` returns the command that runs a test again, and `hasFailed` whether a test has
 * failed by itself, of which the latest requests are told then.
 */
export interface Runner<Context> {
  beforeAll(run: () => Promise<void>, milliseconds: number): void;
  beforeEach(run: () => Promise<void>): void;
  afterEach(run: (context: Context) => Promise<void>): void;
  afterAll(run: () => Promise<void>, milliseconds: number): void;
  replay(context: Context): string;
  hasFailed?(context: Context): boolean;
}

/** The server that all who need one in this process share, until the last of them has left. */
let shared: Promise<Server> | undefined;
let users = 0;

async function enter(): Promise<string> {
  users += 1;
  return (await (shared ??= startServer())).url;
}

async function leave(): Promise<void> {
  users -= 1;
  if (users > 0) return;
  const last = shared;
  shared = undefined;
  await (await last)?.stop();
}

export function fixtureFor<Context>(runner: Runner<Context>) {
  /** Return the sandbox of the test that runs. To be called outside of tests: on top of a file, or in a `describe`. */
  return function inboxMock({ allow = [], url = variable("INBOX_MOCK_URL"), ...overrides }: Options = {}): Sandbox {
    const limit = (startSeconds() + 30) * 1000;
    let server: AdminClient;
    let sandbox: Sandbox | undefined;

    runner.beforeAll(async () => {
      server = new AdminClient(url ?? (await enter()));
    }, limit);
    runner.beforeEach(async () => {
      sandbox = await createSandbox(server, overrides);
      sandbox.allow(...allow);
    });
    runner.afterEach(async (context) => {
      const used = sandbox;
      sandbox = undefined;
      try {
        const replay = runner.replay(context);
        if (used && runner.hasFailed?.(context)) console.error(await used.journalTold(replay));
        await used?.judge(replay);
      } finally {
        await used?.delete();
      }
    });
    runner.afterAll(async () => {
      if (url === undefined) await leave();
    }, limit);

    return new Proxy({} as Sandbox, {
      get(_, name) {
        if (!sandbox) throw new Error(`inboxMock() has no ${String(name)} here: there is a sandbox while a test runs, and not outside of it`);
        const found: unknown = Reflect.get(sandbox, name, sandbox);
        return typeof found === "function" ? (found.bind(sandbox) as unknown) : found;
      },
    });
  };
}

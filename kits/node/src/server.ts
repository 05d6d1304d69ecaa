/** A fake of this process's own, which ends with it. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What `inbox-mock run` runs: it says where the fake is, and ends when standard input does, which ends with this process. */
const UNTIL_THE_INPUT_ENDS = ["sh", "-c", 'echo "$INBOX_MOCK_URL" && exec cat'];

const INSTALL =
  "install it (`pip install .` in a checkout of Inbox Mock), name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL";

export interface Server {
  /** The root of the fake, such as `http://127.0.0.1:8089`. */
  url: string;
  stop(): Promise<void>;
}

/** Return an environment variable; undefined if it is blank, as if it were unset. */
export function variable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

/** Return how long a fake may take until it says its address: what `INBOX_MOCK_START_SECONDS` says, else 30 s. */
export function startSeconds(): number {
  const given = variable("INBOX_MOCK_START_SECONDS") ?? "30";
  const seconds = Number(given);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new Error(`INBOX_MOCK_START_SECONDS is ${JSON.stringify(given)}; expected seconds, more than 0 and at most 3600`);
}

/**
 * Start a fake on a free port, by the command `inbox-mock`. It ends with `stop`, or when this process ends, however that happens.
 * A command that has not said the address within `seconds` is ended, with what it has started.
 */
export async function startServer(command = variable("INBOX_MOCK_COMMAND") ?? "inbox-mock", seconds = startSeconds()): Promise<Server> {
  const child = spawn(command, ["run", "--", ...UNTIL_THE_INPUT_ENDS], { stdio: "pipe", detached: true }); // which makes it a group
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (found: Buffer) => (said = `${said}${found}`.slice(-2000)));
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(` (${error.message}): ${INSTALL}`));
    child.once("close", (code) => resolve(`: it ended with ${code}: ${said}`));
  });
  for (const one of [child, child.stdin, child.stdout, child.stderr]) (one as unknown as { unref(): void }).unref();
  let limit: NodeJS.Timeout | undefined; // keeps this process alive meanwhile
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`cannot start ${command}${why}`));
    limit = setTimeout(() => {
      fail(`: it has not said its address, such as http://127.0.0.1:8089, within ${seconds} s: ${said}`);
      endGroup(child.pid);
    }, seconds * 1000);
    createInterface(child.stdout).on("line", (line) => line.startsWith("http://") && resolve(line.trim()));
    void ended.then(fail);
  }).finally(() => clearTimeout(limit));
  return {
    url,
    async stop() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader) process.kill(-leader, "SIGKILL");
  } catch {
    // all of it has ended
  }
}

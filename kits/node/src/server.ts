/** A fake of this process's own, which ends with it. */

import { spawn } from "node:child_process";

/** What `inbox-mock run` runs: it says where the fake is, and ends when standard input does, which ends with this process. */
const UNTIL_THE_INPUT_ENDS = ["sh", "-c", 'echo "$INBOX_MOCK_URL" && exec cat'];

const INSTALL =
  "install it (`pip install .` in a checkout of Inbox Mock), name the command by INBOX_MOCK_COMMAND, or a server that runs by INBOX_MOCK_URL";

export interface Server {
  /** The root of the fake, such as `http://127.0.0.1:8089`. */
  url: string;
  stop(): Promise<void>;
}

/** Start a fake on a free port, by the command `inbox-mock`. It ends with `stop`, or when this process ends, however that happens. */
export async function startServer(command = process.env.INBOX_MOCK_COMMAND ?? "inbox-mock"): Promise<Server> {
  const child = spawn(command, ["run", "--", ...UNTIL_THE_INPUT_ENDS], { stdio: "pipe" });
  let said = "";
  child.stderr.on("data", (found: Buffer) => (said = `${said}${found}`.slice(-2000)));
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(` (${error.message}): ${INSTALL}`));
    child.once("close", (code) => resolve(`: it ended with ${code}: ${said}`));
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    void ended.then((why) => reject(new Error(`cannot start ${command}${why}`)));
  });
  for (const one of [child, child.stdin, child.stdout, child.stderr]) (one as unknown as { unref(): void }).unref();
  return {
    url,
    async stop() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

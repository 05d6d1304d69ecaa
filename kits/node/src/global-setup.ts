/** One server for a whole run of Vitest or Jest: name this module as `globalSetup`. */

import { startServer, variable } from "./server.js";

async function setup(): Promise<(() => Promise<void>) | void> {
  if (variable("INBOX_MOCK_URL")) return;
  const { url, stop } = await startServer();
  process.env.INBOX_MOCK_URL = url;
  return stop; // Vitest calls it at the end; under Jest the server ends with the process
}

export = setup; // what both runners take for a default export, one by import and one by require

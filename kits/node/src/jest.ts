import { relative } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "@jest/globals";
import { fixtureFor } from "./fixture.js";

/** What jest-circus knows of the test that runs, under a symbol of its own: Jest tells hooks nothing of it. */
interface Circus {
  currentlyRunningTest?: { errors: unknown[] };
}

function circus(): Circus | undefined {
  const symbol = Object.getOwnPropertySymbols(globalThis).find((one) => one.description === "JEST_STATE_SYMBOL");
  return symbol && (globalThis as unknown as Record<symbol, Circus>)[symbol];
}

export const inboxMock = fixtureFor<void>({
  beforeAll,
  beforeEach,
  afterEach: (run) => afterEach(() => run()),
  afterAll,
  replay() {
    const { testPath = "", currentTestName = "" } = expect.getState();
    return `npx jest ${relative("", testPath)} -t ${JSON.stringify(currentTestName)}`;
  },
  hasFailed: () => !!circus()?.currentlyRunningTest?.errors.length,
});

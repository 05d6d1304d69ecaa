import { relative } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "@jest/globals";
import { fixtureFor } from "./fixture.js";

export const inboxMock = fixtureFor<void>({
  beforeAll,
  beforeEach,
  afterEach: (run) => afterEach(() => run()),
  afterAll,
  replay() {
    const { testPath = "", currentTestName = "" } = expect.getState();
    return `npx jest ${relative("", testPath)} -t ${JSON.stringify(currentTestName)}`;
  },
});

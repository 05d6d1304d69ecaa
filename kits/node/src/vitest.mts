import { relative } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, type TestContext } from "vitest";
import { fixtureFor } from "./fixture.js";

export const inboxMock = fixtureFor<TestContext>({
  beforeAll,
  beforeEach,
  afterEach,
  afterAll,
  replay({ task }) {
    const names = [task.name];
    for (let suite = task.suite; suite; suite = suite.suite) names.unshift(suite.name);
    return `npx vitest run ${relative("", task.file.filepath)} -t ${JSON.stringify(names.join(" "))}`;
  },
  hasFailed: ({ task }) => task.result?.state === "fail",
});

import { relative } from "node:path";
import { after, afterEach, before, beforeEach, type TestContext } from "node:test";
import { fixtureFor } from "./fixture.js";

export const inboxMock = fixtureFor<TestContext>({
  beforeAll: (run) => before(run),
  beforeEach: (run) => beforeEach(run),
  afterEach: (run) => afterEach((context) => run(context as TestContext)),
  afterAll: (run) => after(run),
  replay: ({ name }) => `node --test --test-name-pattern ${JSON.stringify(name)} ${relative("", process.argv[1] ?? "")}`,
  hasFailed: (context) => (context as { passed?: boolean }).passed === false,
});

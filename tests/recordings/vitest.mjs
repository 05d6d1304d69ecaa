// What an exported test imports of Vitest, for Node's own test runner.
import assert from "node:assert/strict";
import { test as run } from "node:test";

export const test = (name, options, body) => run(name, options, body);

export const expect = (found, message) => ({
  toBe: (expected) => assert.equal(found, expected, message),
  toEqual: (expected) => assert.deepEqual(found, expected, message),
  toMatchObject: (expected) => matches(expected, found, message),
});

function matches(expected, found, message) {
  if (expected === null || typeof expected !== "object") return assert.equal(found, expected, message);
  assert.equal(Array.isArray(found), Array.isArray(expected), message);
  if (Array.isArray(expected)) assert.equal(found.length, expected.length, message);
  for (const name of Object.keys(expected)) matches(expected[name], found?.[name], message);
}

// Values that pieces of a page share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { latest, store } from "../../shared/ui/browser/state.js";

test("those who follow a value are told of each change", () => {
  const value = store(1);
  const seen = [];
  value.follow(() => seen.push(value.get()));
  value.set(2);
  value.set(3);
  assert.deepEqual(seen, [2, 3]);
});

test("calls of one moment all get the values of the last", async () => {
  const calls = [latest("draw", 3, ["b", 2]), latest("draw", 1, ["a", 1]), latest("other", 2, [0])];
  assert.deepEqual(await Promise.all(calls), [["b", 2], ["b", 2], [0]]);
  assert.deepEqual(await latest("draw", 4, ["c", 3]), ["c", 3]);
});

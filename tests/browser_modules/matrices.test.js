// Matrices as a visitor types them, and as a link holds them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parsed, show, typed, written } from "../../apps/views/matmul/matrices.js";

test("what stands in a link is read again", () => {
  const matrix = [[1, 2], [3, -4.5]];
  assert.deepEqual(parsed(written(matrix), 2, 2), matrix);
});

test("what is no matrix of that size is passed over", () => {
  for (const text of ["1,2;3,4", "", null, "1,x;1,2;1,2", "1e9,1;1,1;1,1", "<b>"]) assert.equal(parsed(text, 3, 2), null, `${text}`);
});

test("numbers are typed as people type them", () => {
  assert.deepEqual(["3", "-1,5", " 2 ", "−2"].map(typed), [3, -1.5, 2, -2]);
  assert.deepEqual(["", "x", "1e99"].map(typed), [null, null, null]);
});

test("numbers are shown with six digits at most", () => {
  assert.deepEqual([1, -0.1, 1 / 3, 123456789, 0.1 + 0.2].map(show), ["1", "-0.1", "0.333333", "123457000", "0.3"]);
});

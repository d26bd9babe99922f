// What a page's address says of a tab, and what of it is taken.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { allowed, keep, keepAll, read, taken } from "../../shared/ui/browser/address.js";

const page = { hash: "", pathname: "/matmul/", search: "?__theme=dark" };
const rows = { value: 3, low: 1, high: 6, choices: [] };
let told = [];

globalThis.location = page;
globalThis.history = {
  state: null,
  replaceState: (_, __, address) => {
    page.hash = address.slice(address.indexOf("#"));
  },
};
globalThis.window = { parent: { postMessage: ({ hash }) => told.push(hash) } };

beforeEach(() => {
  page.hash = "";
  told = [];
});

test("a hash is a tab and its state", () => {
  page.hash = "#film-map?film=858&x=%3Cb%3E";
  assert.equal(read().tab, "film-map");
  assert.deepEqual([...read().state], [["film", "858"], ["x", "<b>"]]);
});

test("a hash that is no text is no tab", () => {
  page.hash = "#%E0%A4%A?a=1";
  assert.equal(read().tab, "");
});

test("a state is kept in the address of its own tab, and told to the page around it", () => {
  page.hash = "#multiply";
  keepAll("multiply", ["rows", "seed"], 2, [2, 11]);
  keepAll("multiply", ["rows", "seed"], 1, [3, 11]); // read before, and late
  assert.equal(page.hash, "#multiply?rows=2&seed=11");
  keep("multiply", { seed: null, numbers: "whole" });
  assert.equal(page.hash, "#multiply?rows=2&numbers=whole");
  assert.deepEqual(told, ["#multiply?rows=2&seed=11", page.hash]);
  keep("broadcast", { left: "3" });
  assert.equal(page.hash, "#multiply?rows=2&numbers=whole");
});

test("a link sets what its tab has, and no other", () => {
  page.hash = "#multiply?rows=5";
  assert.deepEqual(taken("multiply", { rows, seed: { ...rows, value: 1 } }), [5, 1]);
  assert.deepEqual(taken("broadcast", { rows }), [3]);
});

test("what an option does not allow is passed over", () => {
  for (const text of ["0", "7", "", " ", "x", "NaN", "1e9"]) assert.equal(allowed(text, rows), 3, text);
  assert.equal(allowed("2.5", rows), 2.5);
  const choice = { value: 256, low: null, high: null, choices: [64, 256] };
  assert.equal(allowed("64", choice), 64);
  assert.equal(allowed("65", choice), 256);
  assert.equal(allowed("true", { ...choice, value: false, choices: [] }), true);
});

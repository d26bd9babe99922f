// Where a word of the dictionary stands in a text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findWord } from "../../shared/ui/browser/dictionary.js";

function found(text, word, ...also) {
  const where = findWord(text, { word, also, sentence: "", lesson: 1 });
  return where && text.slice(where.start, where.end);
}

test("any form is found, whatever its case, and the longest of them", () => {
  assert.equal(found("Epochs pass.", "epoch", "epochs"), "Epochs");
  assert.equal(found("The relu bends.", "ReLU"), "relu");
  assert.equal(found("validation rows", "validation", "validation rows"), "validation rows");
});

test("a part of another word is none", () => {
  for (const text of ["colossal", "loss-free", "no_loss", ""]) assert.equal(found(text, "loss"), null, text);
  assert.equal(found("A one-hot row", "one-hot"), "one-hot");
});

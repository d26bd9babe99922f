// The bar that plays: where it is, whatever is pressed. The page is played by as little of it as the bar uses.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { player } from "../../shared/ui/browser/player.js";

class Node extends EventTarget {
  isConnected = true;
  parts = [];
  append(...parts) {
    this.parts.push(...parts);
  }
  setAttribute(name, value) {
    this[name] = value;
  }
}

globalThis.document = { createElement: () => new Node() };
globalThis.window = globalThis;
const clock = new Map();
globalThis.setInterval = (call) => clock.set(clock.size + 1, call).size;
globalThis.clearInterval = (id) => clock.set(id, null);
const tick = () => {
  for (const call of clock.values()) call?.();
};

let shown = [];
let bar;
let back;
let step;
let play;
let end;
let slider;
const press = (button) => button.dispatchEvent(new Event("click"));

beforeEach(() => {
  bar = player((at) => shown.push(at), { label: "Steps" });
  [back, step, play, end, slider] = bar.element.parts;
  bar.reset(3);
  shown = [];
});

test("it goes forward and back, and never beyond its ends", () => {
  press(back);
  for (let i = 0; i < 5; i++) press(step);
  press(back);
  press(end);
  assert.deepEqual(shown, [0, 1, 2, 3, 3, 3, 2, 3]);
  assert.equal(bar.at(), 3);
  assert.equal(slider["aria-valuetext"], "3 of 3");
});

test("the slider goes anywhere", () => {
  slider.value = "2";
  slider.dispatchEvent(new Event("input"));
  assert.equal(bar.at(), 2);
});

test("it plays to the end and pauses there, and plays from the start again", () => {
  press(play);
  assert.equal(play.textContent, "Pause");
  for (let i = 0; i < 6; i++) tick();
  assert.deepEqual(shown, [1, 2, 3]);
  assert.equal(play.textContent, "Play");
  press(play);
  assert.deepEqual(shown.slice(3), [0, 1]);
  press(play);
  tick();
  assert.equal(bar.at(), 1);
});

test("a step ends the playing, and a page that is left does, too", () => {
  press(play);
  press(step);
  tick();
  assert.equal(bar.at(), 2);
  press(play);
  bar.element.isConnected = false;
  tick();
  assert.equal(bar.at(), 3);
  assert.equal(play.textContent, "Play");
});

test("without steps nothing can be pressed", () => {
  bar.reset(0);
  assert.ok([back, step, play, end, slider].every((one) => one.disabled));
  bar.reset(5, 2);
  assert.ok(!step.disabled);
  assert.equal(bar.at(), 2);
});

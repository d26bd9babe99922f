// *Cross-entropy*: one row of logits, by slider or typed, through exp, softmax and log to the loss and back.

import { crossEntropy, LN_10, sum } from "../../../shared/losses/maths.js";
import { keep, read } from "../../../shared/ui/browser/address.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { copyLink, saveNotebook } from "../../../shared/ui/browser/take.js";
import { tasks } from "../../../shared/ui/browser/tasks.js";
import { createForms } from "./forms.js";
import { createRows, number, typed } from "./rows.js";
import { createWeights } from "./weights.js";

/** @typedef {import("../../../shared/losses/maths.js").Settings & {classes: string, rate: number}} Setting */
/** @typedef {{logits: number[], farthest: number, most: number, forms: Record<string, string[]>}} Start */
/** @typedef {{props: {value: Setting}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

const TAB = "entropy";
const LESSON_TRUTH = 1; // the dog
const TASKS = [
  { id: "step", text: "Press *One gradient step*. Which logit moves most, and why is the loss lower?" },
  { id: "slide", text: "Move the slider of *plane* up until it beats the dog. How large is the loss now?" },
  { id: "truth", text: "Say that the photo shows a *cat*. The model was sure that it does not: see the loss." },
  { id: "warm", text: "Set the *temperature* to 5. Does the order of the classes change?" },
  { id: "smooth", text: "Set label smoothing to *0.1*, and take ten steps. Where does the largest probability stop?" },
  { id: "sigmoid", text: "Choose *sigmoid*, and untick all classes. Softmax could not say: none of these." },
];

/** @param {HTMLElement} element @param {Api} api */
export default async function entropy(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  /** @type {Start} */
  const start = await api.server.give_start(null);
  const hint = tasks(TASKS, "losses-tried", "Now cut a batch into pieces, in *Same step?*");
  const said = node("div", "", { class: "lo-numbers look-answer", role: "status" });
  const bar = node("div", "", { class: "lo-bar" });
  bar.append(
    button("One gradient step", () => descend(1), { class: "look-button look-button-main" }),
    button("Ten steps", () => descend(10)),
    button("Start again", () => begin(true)),
  );
  const note = node("p", "", { class: "lo-note" });
  const foot = node("div", "", { class: "lo-bar" });
  const notice = node("span", "", { class: "lo-note", role: "status" });
  foot.append(button("Copy the link", async () => notice.replaceChildren(await copyLink())), button("Take a notebook", take), notice);
  const rows = createRows({ edit, choose, farthest: start.farthest });
  const weights = createWeights(start.farthest);
  const forms = createForms(start.forms, (batch) => api.server.run_in_torch(batch));
  /** @type {string[]} */
  let names = [];
  /** @type {number[]} */
  let logits = [];
  /** @type {number[]} */
  let truth = [];

  /** As entropy.py takes it. */
  function batch() {
    const { kind, temperature, smoothing } = api.props.value;
    return { logits: [logits], truth: [truth], kind, temperature, smoothing };
  }
  const isSoftmax = () => api.props.value.kind === "softmax";

  /** From the link, from what is there, or from the lesson. @param {boolean} [anew] */
  function begin(anew = false) {
    const { tab, state } = read();
    const own = !anew && tab === TAB;
    const linked = (own ? (state.get("z") ?? "") : "").split(",").map(typed);
    const fits = linked.length === names.length && linked.every((value) => value !== null && Math.abs(value) <= start.farthest);
    const [oldLogits, oldTruth] = anew ? [[], []] : [logits, truth];
    logits = names.map((_, i) => (fits ? linked[i] : null) ?? oldLogits[i] ?? start.logits[i] ?? 0);
    const marks = own ? (state.get("q") ?? "") : "";
    truth = names.map((_, i) => (marks.length === names.length ? Number(marks[i] === "1") : (oldTruth[i] ?? Number(i === LESSON_TRUTH && !oldTruth.length))));
    if (anew) keep(TAB, { z: null, q: null });
    renew();
  }

  function prepare() {
    const { classes, temperature, smoothing, kind } = api.props.value;
    const read = classes.split(",").map((name) => name.trim()).filter(Boolean).slice(0, start.most);
    const wanted = read.length < 2 ? ["class 0", "class 1"] : read;
    if (temperature > 4) hint.did("warm");
    if (smoothing > 0 && kind === "softmax") hint.did("smooth");
    const isAnew = wanted.length !== names.length;
    names = wanted;
    if (isAnew) begin();
    else renew();
  }

  /** With softmax exactly one class is true. */
  function renew() {
    const first = Math.max(truth.indexOf(1), 0);
    if (isSoftmax()) truth = truth.map((_, i) => Number(i === first));
    rows.set(names, api.props.value.kind);
    weights.set(names);
    draw();
  }

  function keepOwn() {
    keep(TAB, { z: logits.map((value) => Number(value.toPrecision(6))).join(","), q: truth.join("") });
  }

  /** @param {number} at @param {number} value @param {boolean} isDone */
  function edit(at, value, isDone) {
    logits[at] = value;
    if (isDone) keepOwn();
    hint.did("slide");
    draw();
  }

  /** @param {number} at @param {boolean} isTrue */
  function choose(at, isTrue) {
    truth = truth.map((q, i) => (i === at ? Number(isTrue) : isSoftmax() ? 0 : q));
    hint.did(isSoftmax() ? "truth" : "sigmoid");
    keepOwn();
    draw();
  }

  /** @param {number} steps */
  function descend(steps) {
    for (let step = 0; step < steps; step++) {
      const { gradient } = crossEntropy(logits, truth, api.props.value);
      logits = logits.map((z, i) => Math.max(-start.farthest, Math.min(start.farthest, z - api.props.value.rate * gradient[i])));
    }
    hint.did("step");
    keepOwn();
    draw();
  }

  function draw() {
    const found = crossEntropy(logits, truth, api.props.value);
    const { loss, probabilities, gradient } = found;
    const first = truth.indexOf(1);
    const right = isSoftmax() ? ["The truth gets", `${(100 * probabilities[first]).toFixed(1)} %`] : ["Right, at 50 %", `${probabilities.filter((p, i) => p > 0.5 === truth[i] > 0).length} of ${names.length}`];
    said.replaceChildren(number("Loss, natural log", written(loss), true), number("With base 10", written(loss / LN_10), true), number(right[0], right[1]));
    note.textContent = isSoftmax()
      ? `All probabilities add up to ${sum(probabilities).toFixed(3)}, all slopes to ${Math.abs(sum(gradient)).toFixed(3)}: what one class wins, the others lose.`
      : `Here the probabilities add up to ${sum(probabilities).toFixed(3)}: each class is a question of its own.`;
    rows.draw(logits, truth, found);
    forms.draw(batch(), loss);
    weights.draw(logits, api.props.value);
  }

  async function take() {
    notice.textContent = saveNotebook(await api.server.take_notebook({ ...batch(), names: names.join("\n") }), "losses.ipynb", "The notebook is in your downloads. It needs torch.");
  }

  api.watch("value", prepare);
  prepare();
  const more = [part("Class weights", weights.element), part("The same in PyTorch: a class, a function, its steps", forms.element)];
  room.replaceChildren(hint.element, said, bar, rows.element, note, foot, ...more); // all at once: nothing moves
  element.dataset.ready = "true";
}

/** A large loss needs no five places. @param {number} loss */
const written = (loss) => loss.toFixed(loss < 100 ? 5 : 1);

/** @param {string} title @param {HTMLElement} content */
function part(title, content) {
  const made = node("details", "", { class: "lo-more" });
  made.append(node("summary", title), content);
  return made;
}

// *By hand*: the steps are switches, the coefficients sliders, and loss and accuracy follow in the same frame.

import { accuracy, gradient, loss, meanOf, predict, prepare } from "../../../shared/tabular/maths.js";
import { keep, read } from "../../../shared/ui/browser/address.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { tasks } from "../../../shared/ui/browser/tasks.js";
import { showCode, showFirstRows, showPeople, showShapes } from "./hand_parts.js";

/** @typedef {import("../../../shared/tabular/maths.js").Steps & {sigmoid: boolean, rate: string}} Settings */
/** @typedef {{people: import("../../../shared/tabular/maths.js").Passengers, start: number[]}} Given */
/** @typedef {{props: {value: Settings}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

const TAB = "hand";
const FARTHEST = 3; // of a slider
const TASKS = [
  { id: "step", text: "Press *One gradient step*. The loss falls from 0.538 to 0.520. Where does the lesson have its 0.495 from?" },
  { id: "slide", text: "Move the slider of *Sex_female* to the right. Does the loss fall, too?" },
  { id: "fill", text: "Switch *Fill missing values* off. How many ages have to be missing to spoil it all?" },
  { id: "scale", text: "Fill again, and scale by *none*. Which column now speaks louder than all others?" },
  { id: "sigmoid", text: "Scale by *max*, switch the *sigmoid* on and take ten steps at a rate of 100." },
];

/** @param {HTMLElement} element @param {Api} api */
export default async function hand(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const { element: hint, did: teach } = tasks(TASKS, "titanic-tried", "Now let the machine do it, in *Train*.");
  const said = node("div", "", { class: "tt-numbers look-answer", role: "status" });
  const bar = node("div", "", { class: "tt-bar" });
  const sliders = node("div", "", { class: "tt-sliders" });
  const people = node("div", "", { class: "tt-people" });
  const table = node("div", "", { class: "tt-scroll", tabindex: "0", role: "region", "aria-label": "The first rows" });
  const shapes = node("div");
  const code = node("div");
  bar.append(
    button("One gradient step", () => descend(1), { class: "look-button look-button-main" }),
    button("Ten steps", () => descend(10)),
    button("Start again", () => begin(true)),
  );
  /** @type {Given} */
  const given = await api.server.give_table(null);
  const more = [part("The first rows, after the steps", table), part("Rank and shape of every tensor", shapes), part("The same in PyTorch", code)];
  /** @type {import("../../../shared/tabular/maths.js").Prepared} */
  let ready = { names: [], rows: [] };
  /** @type {number[]} */
  let coefficients = [];

  /** @param {boolean} [anew] */
  function begin(anew = false) {
    const { tab, state } = read();
    const linked = (state.get("w") ?? "").split(",").map(Number);
    const own = !anew && tab === TAB && linked.length === ready.names.length && linked.every((value) => Math.abs(value) < 1e9);
    coefficients = own ? linked : given.start.slice(0, ready.names.length);
    if (anew) keep(TAB, { w: null });
    draw();
  }

  function prepareAnew() {
    const { fill, scale, sigmoid } = api.props.value;
    if (!fill) teach("fill");
    if (fill && scale === "none") teach("scale");
    const before = ready.names.join();
    ready = prepare(given.people, api.props.value);
    sliders.replaceChildren(...ready.names.map(slider));
    showFirstRows(table, ready);
    showShapes(shapes, ready.names.length, ready.rows.length);
    showCode(code, { ...api.props.value, names: ready.names });
    said.dataset.sigmoid = String(sigmoid);
    if (before === ready.names.join()) draw();
    else begin();
  }

  /** @param {number} steps */
  function descend(steps) {
    const { sigmoid, rate } = api.props.value;
    for (let step = 0; step < steps; step++) {
      const slopes = gradient(ready.rows, coefficients, given.people.survived, sigmoid);
      coefficients = coefficients.map((value, at) => value - Number(rate) * slopes[at]);
    }
    teach("step");
    if (sigmoid && steps > 1) teach("sigmoid");
    keepOwn();
    draw();
  }

  const keepOwn = () => keep(TAB, { w: coefficients.map((value) => Number(value.toPrecision(5))).join(",") });

  /** @param {string} name @param {number} at */
  function slider(name, at) {
    const row = node("div", "", { class: "tt-slider" });
    const field = node("input", "", { type: "range", min: String(-FARTHEST), max: String(FARTHEST), step: "0.01", "aria-label": `Coefficient of ${name}` });
    field.addEventListener("input", () => {
      coefficients[at] = Number(field.value);
      teach("slide");
      draw();
    });
    field.addEventListener("change", keepOwn);
    row.append(node("span", name), field, node("output"), node("i"));
    return row;
  }

  function draw() {
    const { sigmoid } = api.props.value;
    const { survived } = given.people;
    const predictions = predict(ready.rows, coefficients, sigmoid);
    const [error, right] = [loss(predictions, survived), accuracy(predictions, survived)];
    const spoiled = Number.isNaN(error);
    said.replaceChildren(number("Loss: mean absolute error", spoiled ? "nan" : error.toFixed(4)), number("Right, of 891", spoiled ? "–" : `${(100 * right).toFixed(1)} %`));
    if (spoiled) said.append(node("p", "177 ages are missing. One of them is enough: a sum with nan in it is nan, and so is every mean of it."));
    const loudest = ready.names.map((_, at) => meanOf(ready.rows.map((row) => Math.abs(row[at] * coefficients[at]))));
    const most = Math.max(...loudest, 1e-9);
    for (const [at, row] of [...sliders.children].entries()) {
      const [, field, output, size] = row.children;
      /** @type {HTMLInputElement} */ (field).value = String(coefficients[at]);
      output.textContent = Number.isNaN(coefficients[at]) ? "nan" : coefficients[at].toFixed(2);
      /** @type {HTMLElement} */ (size).style.width = `${(100 * loudest[at]) / most || 0}%`;
    }
    showPeople(people, predictions, survived);
  }

  api.watch("value", prepareAnew);
  prepareAnew();
  const caption = node("p", "Coefficients. The orange line: how much a column adds to the predictions.", { class: "look-label" });
  room.replaceChildren(hint, said, bar, people, caption, sliders, ...more); // all at once: nothing moves
  element.dataset.ready = "true";
}

/** @param {string} label @param {string} value */
function number(label, value) {
  const made = node("div", "", { class: "look-number" });
  const output = node("output");
  output.append(node("b", value, { class: "look-noted" }));
  made.append(node("span", label, { class: "look-label" }), output);
  return made;
}

/** @param {string} title @param {HTMLElement} content */
function part(title, content) {
  const made = node("details", "", { class: "tt-more" });
  made.append(node("summary", title), content);
  return made;
}

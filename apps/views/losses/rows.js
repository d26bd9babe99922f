// The table of *Cross-entropy*: a class in each row, a step of the formula in each column, each with its bar.

import { node } from "../../../shared/ui/browser/player.js";

const SLIDER = 10; // how far a slider goes; what is typed may go farther
const COLUMNS = { softmax: ["exp", "softmax", "−log", "loss", "slope"], sigmoid: ["exp", "sigmoid", "−log", "loss", "slope"] };

/** Numbers as people read them. @param {number} value */
export const show = (value) => String(Number(value.toPrecision(6)));

/** A typed number, or null. @param {string} text */
export function typed(text) {
  const value = text.trim() ? Number(text.trim().replace(",", ".").replace("−", "-")) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** Four digits, whatever the size. @param {number} value */
const short = (value) => (value === Infinity ? "∞" : Math.abs(value) >= 10_000 || (value && Math.abs(value) < 0.0001) ? value.toExponential(1) : value.toFixed(Math.abs(value) < 10 ? 4 : Math.abs(value) < 1000 ? 2 : 0));

/** @param {string} label @param {string} value @param {boolean} [isNoted] the notebook computes it again */
export function number(label, value, isNoted = false) {
  const made = node("div", "", { class: "look-number" });
  const output = node("output");
  output.append(node("b", value, isNoted ? { class: "look-noted" } : {}));
  made.append(node("span", label, { class: "look-label" }), output);
  return made;
}

/**
 * @param {object} settings
 * @param {(at: number, value: number, isDone: boolean) => void} settings.edit a logit was moved or typed
 * @param {(at: number, isTrue: boolean) => void} settings.choose
 * @param {number} settings.farthest
 */
export function createRows({ edit, choose, farthest }) {
  const element = node("div", "", { class: "lo-rows" });
  /** @type {{mark: HTMLInputElement, slider: HTMLInputElement, field: HTMLInputElement, cells: HTMLElement[]}[]} */
  let parts = [];

  /** @param {string} name @param {number} at @param {keyof typeof COLUMNS} kind */
  function row(name, at, kind) {
    const made = node("div", "", { class: "lo-row" });
    const mark = node("input", "", { type: kind === "softmax" ? "radio" : "checkbox", name: "entropy-truth" });
    mark.addEventListener("change", () => choose(at, mark.checked));
    const label = node("label", "", { class: "lo-name" });
    label.append(mark, name);
    const slider = node("input", "", { type: "range", min: String(-SLIDER), max: String(SLIDER), step: "0.01", "aria-label": `Logit of ${name}` });
    slider.addEventListener("input", () => edit(at, Number(slider.value), false));
    slider.addEventListener("change", () => edit(at, Number(slider.value), true));
    const field = node("input", "", { type: "text", inputmode: "text", autocomplete: "off", "aria-label": `Logit of ${name}, typed` });
    field.addEventListener("change", () => {
      const value = typed(field.value);
      const isFit = value !== null && Math.abs(value) <= farthest;
      field.setAttribute("aria-invalid", String(!isFit));
      if (isFit) edit(at, value, true);
    });
    const cells = COLUMNS[kind].map((column, i) => {
      const cell = node("div", "", { class: `lo-cell lo-column-${i}` });
      cell.append(node("small", column, { "aria-hidden": "true" }), node("span"), node("i"));
      return cell;
    });
    made.append(label, slider, field, ...cells);
    parts[at] = { mark, slider, field, cells };
    return made;
  }

  return {
    element,
    /** @param {string[]} names @param {string} given */
    set(names, given) {
      const kind = given === "sigmoid" ? "sigmoid" : "softmax";
      parts = [];
      const head = node("div", "", { class: "lo-row lo-head", "aria-hidden": "true" });
      head.append(...[kind === "softmax" ? "True is" : "True are", "logit", "", ...COLUMNS[kind]].map((text) => node("span", text)));
      element.replaceChildren(head, ...names.map((name, at) => row(name, at, kind)));
    },
    /** @param {number[]} logits @param {number[]} truth @param {import("../../../shared/losses/maths.js").Found} found */
    draw(logits, truth, { exps, probabilities, logs, parts: losses, gradient }) {
      const columns = [exps, probabilities, logs, losses, gradient];
      const tops = columns.map((column, i) => (i === 1 ? 1 : Math.max(...column.map(Math.abs), 1e-9)));
      parts.forEach(({ mark, slider, field, cells }, at) => {
        mark.checked = truth[at] > 0;
        slider.value = String(logits[at]);
        if (field !== document.activeElement || typed(field.value) !== logits[at]) field.value = show(Number(logits[at].toFixed(4)));
        cells.forEach((cell, i) => {
          const value = columns[i][at];
          const [, text, bar] = cell.children;
          text.textContent = short(value);
          const size = Math.min(1, Math.abs(value) / tops[i]);
          /** @type {HTMLElement} */ (bar).style.setProperty("--size", String(Number.isFinite(size) ? size : 1));
          // The arrow shows where a step goes: against the slope.
          if (i === 4) bar.className = value > 0 ? "lo-down" : "lo-up";
        });
      });
    },
  };
}

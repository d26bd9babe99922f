// Class weights: a batch of the same logits in which each class is the truth once, and its two means.

import { crossEntropy, sum, weightedMean } from "../../../shared/losses/maths.js";
import { node } from "../../../shared/ui/browser/player.js";
import { show, typed } from "./rows.js";

/** @typedef {{logits: number[], settings: import("../../../shared/losses/maths.js").Settings}} Last */

/** @param {number} farthest how much a class may weigh */
export function createWeights(farthest) {
  const element = node("div");
  const grid = node("div", "", { class: "lo-weights" });
  const mean = node("p", "", { class: "lo-mean", role: "status" });
  element.append(node("p", "A batch of the same logits, in which each class is the truth once. A rare class may count more: type its weight.", { class: "lo-note" }), grid, mean);
  /** @type {string} */
  let shown = "";
  /** @type {number[]} */
  let weights = [];
  /** @type {Last} */
  let last = { logits: [], settings: { kind: "softmax", temperature: 1, smoothing: 0 } };

  /** @param {string} name @param {number} at */
  function field(name, at) {
    const label = node("label", name);
    const input = node("input", "", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `Weight of ${name}` });
    input.value = show(weights[at]);
    input.addEventListener("change", () => {
      const value = typed(input.value);
      const isFit = value !== null && value >= 0 && value <= farthest;
      input.setAttribute("aria-invalid", String(!isFit));
      if (isFit) weights[at] = value;
      draw();
    });
    label.append(input, node("output"));
    return label;
  }

  function draw() {
    const { logits, settings } = last;
    const losses = logits.map((_, at) => crossEntropy(logits, logits.map((__, i) => Number(i === at)), { ...settings, kind: "softmax", smoothing: 0 }).loss);
    [...grid.querySelectorAll("output")].forEach((output, at) => {
      output.textContent = `loss ${losses[at].toFixed(4)}`;
    });
    const weighted = sum(weights) ? weightedMean(losses, weights).toFixed(5) : "nan, for all weights are 0";
    mean.textContent = `Plain mean ${(sum(losses) / losses.length).toFixed(5)}. Weighted mean ${weighted}: the sum of weight × loss, divided by the sum of the weights. So with one row its weight changes nothing.`;
  }

  return {
    element,
    /** The weights stay as long as the names do. @param {string[]} names */
    set(names) {
      if (shown === names.join()) return;
      shown = names.join();
      weights = names.map(() => 1);
      grid.replaceChildren(...names.map(field));
    },
    /** @param {number[]} logits @param {Last["settings"]} settings */
    draw(logits, settings) {
      last = { logits, settings };
      draw();
    },
  };
}

// The loss in PyTorch's forms: a class, a function, its steps; and what PyTorch says of each where it is asked.

import { button, node } from "../../../shared/ui/browser/player.js";

/** @typedef {{kind: string}} Batch as entropy.py takes it */

/**
 * @param {Record<string, string[]>} codes of each kind
 * @param {(batch: Batch) => Promise<any>} ask gives the code and its number for each form, or an error
 */
export function createForms(codes, ask) {
  const element = node("div");
  const lines = node("div");
  const said = node("p", "", { class: "lo-note", role: "status" });
  const asking = button("Run these lines in PyTorch here", run);
  element.append(node("p", "z: logits, divided by the temperature. q: the truth. y: its class. s: label smoothing.", { class: "lo-note" }), lines, asking, said);
  /** @type {Batch} */
  let batch = { kind: "softmax" };

  /** @param {string[]} values of the forms */
  function show(values) {
    lines.replaceChildren(
      ...codes[batch.kind].map((code, i) => {
        const line = node("div", "", { class: "lo-line" });
        line.append(node("code", code), node("b", values[i]));
        return line;
      }),
    );
  }

  async function run() {
    said.textContent = "Starting PyTorch …";
    asking.disabled = true;
    const asked = batch;
    const answer = await ask(batch);
    asking.disabled = false;
    said.textContent = answer.error ?? "";
    if (answer.error || asked !== batch) return; // the numbers have changed meanwhile
    show(answer.map((/** @type {[string, number]} */ one) => `PyTorch says ${one[1].toFixed(5)}`));
  }

  return {
    element,
    /** @param {Batch} next @param {number} loss */
    draw(next, loss) {
      batch = next;
      show(codes[batch.kind].map(() => loss.toFixed(5)));
    },
  };
}

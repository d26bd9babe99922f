// *Gradient*: how the loss changes with each number of A and of B: two more products, step by step.

import { gradients, product, shapeOf, transposed } from "../../../shared/matmul/maths.js";
import { choice, node } from "../../../shared/ui/browser/player.js";
import { drawn, held, show } from "./matrices.js";
import { createWalk, showCode } from "./walk.js";

/** @typedef {import("../../../shared/matmul/maths.js").Matrix} Matrix */
/** @typedef {import("../../../shared/matmul/maths.js").Step} Step */

const NUDGE = 0.001;
/** @type {Record<string, {code: string, of: (c: Matrix) => number, slope: (c: Matrix) => Matrix}>} */
const LOSSES = {
  "sum of C": {
    code: "(a @ b).sum()",
    of: (c) => c.flat().reduce((sum, value) => sum + value, 0),
    slope: (c) => c.map((row) => row.map(() => 1)),
  },
  "mean of C squared": {
    code: "((a @ b) ** 2).mean()",
    of: (c) => c.flat().reduce((sum, value) => sum + value * value, 0) / c.flat().length,
    slope: (c) => c.map((row) => row.map((value) => (2 * value) / c.flat().length)),
  },
};

/** @param {HTMLElement} element @param {{props: {value: import("./matrices.js").Sizes}}} api */
export default function gradient(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  let loss = LOSSES["sum of C"];
  let wanted = "A";
  const verdict = node("p", "", { class: "mm-verdict", role: "status" });
  const choices = node("div", "", { class: "mm-choices" });
  const stage = node("div");
  const nudge = node("output", "", { class: "mm-nudge", "aria-live": "off" });
  const slopeSaid = node("b", "", { class: "look-noted" });
  const code = node("div", "", { class: "mm-code" });
  room.replaceChildren(choices, verdict, stage, nudge, code);
  const walk = createWalk(stage, { moved });
  choices.append(
    choice("Loss", Object.keys(LOSSES), (text) => {
      loss = LOSSES[text];
      draw();
    }),
    choice("Gradient of", ["A", "B"], (name) => {
      wanted = name;
      draw();
    }),
  );

  const pair = () => held.get() ?? drawn(api.props.value);

  function draw() {
    const { a, b } = pair();
    const fits = a[0].length === b.length;
    for (const part of [stage, nudge, code]) part.hidden = !fits;
    verdict.classList.toggle("mm-wrong", !fits);
    if (!fits) {
      verdict.textContent = "A and B do not fit, so there is no product and nothing comes back. Mend the sizes in Multiply.";
      return;
    }
    const g = loss.slope(product(a, b));
    const [left, upper, words] =
      wanted === "A"
        ? [g, transposed(b), { left: "G", upper: "B.T", result: "dA" }]
        : [transposed(a), g, { left: "A.T", upper: "G", result: "dB" }];
    const own = shapeOf(wanted === "A" ? a : b).join(" × ");
    verdict.textContent = `${words.result} = ${words.left} @ ${words.upper}: ${shapeOf(left).join(" × ")} times ${shapeOf(upper).join(" × ")} is ${own}, the shape of ${wanted}.`;
    walk.set(left, upper, words);
  }

  /** @param {Step | null} step */
  function moved(step) {
    const { a, b } = pair();
    if (a[0].length !== b.length) return;
    const { row, column } = step ?? { row: 0, column: 0 };
    const raised = (wanted === "A" ? a : b).map((line) => [...line]);
    raised[row][column] += NUDGE;
    const before = loss.of(product(a, b));
    const after = loss.of(wanted === "A" ? product(raised, b) : product(a, raised));
    const slope = gradients(a, b, loss.slope(product(a, b)))[wanted === "A" ? 0 : 1][row][column];
    slopeSaid.textContent = show(slope);
    nudge.replaceChildren(
      `Try it: raise ${wanted}[${row}, ${column}] by ${NUDGE}. The loss goes from ${show(before)} by ${show(after - before)}: ${show((after - before) / NUDGE)} for each 1. The gradient says `,
      slopeSaid,
      ".",
    );
    showCode(code, [
      ["numpy", wanted === "A" ? `d_a[${row}, ${column}] = g[${row}, :] @ b[${column}, :]` : `d_b[${row}, ${column}] = a[:, ${row}] @ g[:, ${column}]`, wanted === "A" ? "d_a = g @ b.T" : "d_b = a.T @ g"],
      ["torch", `loss = ${loss.code}; loss.backward()`, wanted === "A" ? "a.grad" : "b.grad"],
    ]);
  }

  held.follow(draw);
  draw();
}

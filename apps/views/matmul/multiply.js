// *Multiply*: two matrices with the visitor's own sizes and numbers, and their product step by step.

import { explainMisfit, shapeOf } from "../../../shared/matmul/maths.js";
import { keep, read } from "../../../shared/ui/browser/address.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { copyLink, saveNotebook } from "../../../shared/ui/browser/take.js";
import { tasks } from "../../../shared/ui/browser/tasks.js";
import { drawn, held, parsed, written } from "./matrices.js";
import { createWalk, showCode } from "./walk.js";

/** @typedef {import("./matrices.js").Sizes} Sizes */
/** @typedef {import("../../../shared/matmul/maths.js").Step} Step */
/** @typedef {{props: {value: Sizes}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

const ALL_DONE = "Rows meet columns, and the inner sizes agree. *Gradient* shows what comes back.";
const TASKS = [
  { id: "step", text: "Press *Step* until the first number of the product is there." },
  { id: "own", text: "Type a number of your own into A or B. Which numbers of the product change?" },
  { id: "break", text: "Break it: give B one row more. Which two sizes no longer agree?" },
  { id: "mend", text: "Mend it again, with A's columns this time." },
];

/** @param {HTMLElement} element @param {Api} api */
export default function multiply(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const { element: hint, did } = tasks(TASKS, "matmul-tried", ALL_DONE);
  const verdict = node("p", "", { class: "mm-verdict", role: "status" });
  const stage = node("div");
  const code = node("div", "", { class: "mm-code" });
  const more = node("details", "", { class: "mm-more" });
  more.append(node("summary", "The same in Python"), code);
  more.open = innerWidth > 700; // on a phone the sizes must stay near the picture
  const notice = node("p", "", { class: "mm-note", role: "status" });
  const foot = node("div", "", { class: "mm-foot" });
  foot.append(button("Copy the link", copy), button("Take a notebook", take), notice);
  room.replaceChildren(hint, verdict, stage, more, foot);
  let pair = drawn(api.props.value);
  let drawnFor = "";
  let wasMisfit = false;
  const walk = createWalk(stage, { edit, moved });

  function draw(at = 0) {
    const [a, b] = [shapeOf(pair.a), shapeOf(pair.b)];
    const misfit = explainMisfit(a, b);
    verdict.textContent = misfit || `A is ${a.join(" × ")}, B is ${b.join(" × ")}. The inner sizes agree, so A @ B is ${a[0]} × ${b[1]}.`;
    verdict.classList.toggle("mm-wrong", Boolean(misfit));
    if (misfit) did("break");
    else if (wasMisfit) did("mend");
    wasMisfit = Boolean(misfit);
    held.set(pair);
    walk.set(pair.a, pair.b, { left: "A", upper: "B", result: "A @ B" }, at);
  }

  /** @param {"left" | "upper"} side @param {number} row @param {number} column @param {number} value */
  function edit(side, row, column, value) {
    pair[side === "left" ? "a" : "b"][row][column] = value;
    keep("multiply", { a: written(pair.a), b: written(pair.b), of: drawnFor });
    did("own");
    draw(walk.at());
  }

  /** @param {Step | null} step @param {number} at */
  function moved(step, at) {
    const { row, column, k } = step ?? { row: 0, column: 0, k: 0 };
    const n = pair.b.length;
    if (at >= n) did("step");
    showCode(code, [
      ["Python loop", `for k in range(${n}): c[${row}][${column}] += a[${row}][k] * b[k][${column}]`, step ? `k = ${k}` : "k goes from 0"],
      ["numpy", `c[${row}, ${column}] = a[${row}, :] @ b[:, ${column}]`, "c = a @ b"],
      ["einsum", `c[${row}, ${column}] = np.einsum("k,k->", a[${row}], b[:, ${column}])`, 'c = np.einsum("ik,kj->ij", a, b)'],
      ["torch", `c[${row}, ${column}] = (a[${row}] * b[:, ${column}]).sum()`, "c = torch.matmul(a, b)"],
    ]);
  }

  function renew() {
    const sizes = api.props.value;
    const { state } = read();
    drawnFor = Object.values(sizes).join(",");
    const own = state.get("of") === drawnFor;
    const a = own && parsed(state.get("a"), sizes.a_rows, sizes.a_columns);
    const b = own && parsed(state.get("b"), sizes.b_rows, sizes.b_columns);
    pair = a && b ? { a, b } : drawn(sizes);
    draw();
  }

  async function copy() {
    keep("multiply", { ...api.props.value, a: written(pair.a), b: written(pair.b), of: drawnFor });
    notice.textContent = await copyLink();
  }

  async function take() {
    notice.textContent = saveNotebook(await api.server.take_notebook(pair), "matrix-multiplication.ipynb");
  }

  api.watch("value", renew);
  renew();
}

// *Multiply*: two matrices with the visitor's own sizes and numbers, and their product step by step.

import { explainMisfit, shapeOf } from "../../../shared/matmul/maths.js";
import { keep, read } from "../../../shared/ui/browser/address.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { drawn, parsed, set, written } from "./matrices.js";
import { createWalk, showCode } from "./walk.js";

/** @typedef {import("./matrices.js").Sizes} Sizes */
/** @typedef {import("../../../shared/matmul/maths.js").Step} Step */
/** @typedef {{props: {value: Sizes}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

const TAB = "multiply";
const TRIED_KEY = "matmul-tried";
const TASKS = [
  { id: "step", text: "Press *Step* until the first number of the product is there." },
  { id: "own", text: "Type a number of your own into A or B. Which numbers of the product change?" },
  { id: "break", text: "Break it: give B one row more. Which two sizes no longer agree?" },
  { id: "mend", text: "Mend it again, with A's columns this time." },
];

/** @param {HTMLElement} element @param {Api} api */
export default function multiply(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const hint = node("p", "", { class: "look-try" });
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
  const tried = new Set(JSON.parse(sessionStorage.getItem(TRIED_KEY) ?? "[]"));
  let pair = drawn(api.props.value);
  let drawnFor = "";
  let wasMisfit = false;
  const walk = createWalk(stage, { edit, moved });

  /** @param {string} [id] was done */
  function teach(id) {
    if (id) tried.add(id);
    sessionStorage.setItem(TRIED_KEY, JSON.stringify([...tried]));
    const next = TASKS.find((task) => !tried.has(task.id));
    hint.classList.toggle("look-done", !next);
    const [before, word = "", after = ""] = (next?.text ?? "Rows meet columns, and the inner sizes agree. *Gradient* shows what comes back.").split("*");
    hint.replaceChildren(node("strong", next ? "Try this." : "Done."), ` ${before}`, node("em", word), after);
  }

  function draw(at = 0) {
    const [a, b] = [shapeOf(pair.a), shapeOf(pair.b)];
    const misfit = explainMisfit(a, b);
    verdict.textContent = misfit || `A is ${a.join(" × ")}, B is ${b.join(" × ")}. The inner sizes agree, so A @ B is ${a[0]} × ${b[1]}.`;
    verdict.classList.toggle("mm-wrong", Boolean(misfit));
    if (misfit) teach("break");
    else if (wasMisfit) teach("mend");
    wasMisfit = Boolean(misfit);
    set(pair);
    walk.set(pair.a, pair.b, { left: "A", upper: "B", result: "A @ B" }, at);
  }

  /** @param {"left" | "upper"} side @param {number} row @param {number} column @param {number} value */
  function edit(side, row, column, value) {
    pair[side === "left" ? "a" : "b"][row][column] = value;
    keep(TAB, { a: written(pair.a), b: written(pair.b), of: drawnFor });
    teach("own");
    draw(walk.at());
  }

  /** @param {Step | null} step @param {number} at */
  function moved(step, at) {
    const { row, column, k } = step ?? { row: 0, column: 0, k: 0 };
    const n = pair.b.length;
    if (at >= n) teach("step");
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
    keep(TAB, { ...api.props.value, a: written(pair.a), b: written(pair.b), of: drawnFor });
    try {
      await navigator.clipboard.writeText(location.href);
      notice.textContent = "Copied. The link holds your sizes and numbers.";
    } catch {
      notice.textContent = "Your browser does not let a page copy. The address of this page is the link.";
    }
  }

  async function take() {
    const answer = await api.server.take_notebook(pair);
    notice.textContent = answer.error ?? "The notebook is in your downloads.";
    if (answer.error) return;
    const file = new Blob([JSON.stringify(answer, null, 1)], { type: "application/x-ipynb+json" });
    const link = node("a", "", { href: URL.createObjectURL(file), download: "matrix-multiplication.ipynb" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  api.watch("value", renew);
  teach();
  renew();
  element.dataset.ready = "true";
}

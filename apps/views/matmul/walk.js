// Two matrices and their product in the shape of an L: rows of the left one lead to it, columns of the upper one
// come down to it. A bar walks through the multiplications, and the running sum stands above.

import { countSteps, product, shapeOf, stepAt } from "../../../shared/matmul/maths.js";
import { button, node, player } from "../../../shared/ui/browser/player.js";
import { show, typed } from "./matrices.js";

/** @typedef {import("../../../shared/matmul/maths.js").Matrix} Matrix */
/** @typedef {import("../../../shared/matmul/maths.js").Step} Step */
/**
 * @typedef {object} Words
 * @property {string} left
 * @property {string} upper
 * @property {string} result
 */
/**
 * @typedef {object} Settings
 * @property {(side: "left" | "upper", row: number, column: number, value: number) => void} [edit] a number was typed
 * @property {(step: Step | null, at: number) => void} [moved] after each step; null before the first
 */

/** @param {HTMLElement} room @param {Settings} settings */
export function createWalk(room, { edit, moved }) {
  /** @type {Matrix} */
  let left = [];
  /** @type {Matrix} */
  let upper = [];
  /** @type {Words} */
  let words = { left: "A", upper: "B", result: "A @ B" };
  /** @type {Record<string, HTMLTableCellElement[][]>} */
  const cells = {};
  /** @type {Matrix | null} */
  let result = null;
  const sum = node("output", "", { class: "mm-sum look-answer" });
  const grids = node("div", "", { class: "mm-grids", tabindex: "0", role: "region", "aria-label": "The matrices" });
  const bar = player(draw, { label: "Multiplications made" });
  room.append(bar.element, sum, grids);

  /** @param {number} at */
  function draw(at) {
    if (!result) return;
    const step = at ? stepAt(left, upper, at - 1) : null;
    const [inner, columns] = shapeOf(upper);
    mark(cells.left, (row, column) => (step?.row === row ? (step.k === column ? "mm-now" : "mm-on") : ""));
    mark(cells.upper, (row, column) => (step?.column === column ? (step.k === row ? "mm-now" : "mm-on") : ""));
    mark(cells.result, (row, column) => (step?.row === row && step.column === column ? "mm-now" : ""));
    cells.result.forEach((line, row) => {
      line.forEach((cell, column) => {
        const begun = Math.max(0, Math.min(inner, at - (row * columns + column) * inner));
        const value = begun ? stepAt(left, upper, (row * columns + column) * inner + begun - 1).total : null;
        const face = /** @type {HTMLElement} */ (cell.firstElementChild);
        face.textContent = value === null ? "·" : show(value);
        face.setAttribute("aria-label", `${words.result}, row ${row}, column ${column}: ${value === null ? "not yet" : show(value)}`);
        cell.classList.toggle("mm-part", begun > 0 && begun < inner);
      });
    });
    sum.replaceChildren(...said(step));
    moved?.(step, at);
  }

  /** @param {Step | null} step @returns {Node[]} */
  function said(step) {
    if (!step) return [node("span", `Row 0 of ${words.left} meets column 0 of ${words.upper}. Press Step.`)];
    const terms = step.products.map((_, k) => `${show(left[step.row][k])} × ${inBrackets(upper[k][step.column])}`);
    return [
      node("span", `Row ${step.row} meets column ${step.column}: `),
      node("span", `${terms.join(" + ")} =`, { class: "mm-terms" }),
      node("b", show(step.total)),
    ];
  }

  /** @param {Matrix} matrix @param {string} name @param {"left" | "upper" | "result"} side */
  function grid(matrix, name, side) {
    const table = node("table", "", { class: `mm-grid mm-${side}` });
    const caption = table.createCaption();
    caption.append(node("b", name), ` ${matrix.length} × ${matrix[0].length}`);
    cells[side] = matrix.map((row, r) => {
      const line = table.insertRow();
      return row.map((value, c) => {
        const cell = line.insertCell();
        if (side === "result") {
          cell.append(button("·", () => bar.go((r * row.length + c + 1) * upper.length), { class: "mm-cell" }));
        } else if (edit) cell.append(input(side, name, r, c, value));
        else cell.append(node("span", show(value), { class: "mm-cell" }));
        return cell;
      });
    });
    return table;
  }

  /** @param {"left" | "upper"} side @param {string} name @param {number} row @param {number} column @param {number} value */
  function input(side, name, row, column, value) {
    const label = `${name}, row ${row}, column ${column}`;
    const field = node("input", "", { class: "mm-cell", inputmode: "text", autocomplete: "off", "aria-label": label });
    field.value = show(value);
    field.addEventListener("change", () => {
      const number = typed(field.value);
      field.setAttribute("aria-invalid", String(number === null));
      if (number !== null) edit?.(side, row, column, number);
    });
    return field;
  }

  return {
    /**
     * Show two matrices; the walk begins anew unless it is told where to be.
     * @param {Matrix} nextLeft
     * @param {Matrix} nextUpper
     * @param {Words} nextWords
     * @param {number} [at]
     */
    set(nextLeft, nextUpper, nextWords, at = 0) {
      [left, upper, words] = [nextLeft, nextUpper, nextWords];
      const fits = left[0].length === upper.length;
      result = fits ? product(left, upper) : null;
      const corner = node("span", "@", { class: "mm-corner", "aria-hidden": "true" });
      const last = result ? grid(result, words.result, "result") : node("p", "No product", { class: "mm-none" });
      grids.replaceChildren(corner, grid(upper, words.upper, "upper"), grid(left, words.left, "left"), last);
      grids.classList.toggle("mm-misfit", !fits);
      if (!fits) sum.replaceChildren();
      bar.reset(fits ? countSteps(left, upper) : 0, at);
      if (!fits) moved?.(null, 0);
    },
    at: bar.at,
  };
}

/** @param {HTMLTableCellElement[][]} grid @param {(row: number, column: number) => string} name */
function mark(grid, name) {
  grid.forEach((line, row) => {
    line.forEach((cell, column) => {
      cell.className = name(row, column);
    });
  });
}

/** @param {number} value */
const inBrackets = (value) => (value < 0 ? `(${show(value)})` : show(value));

/** The lines of code that do the same, for one cell and for all. @param {HTMLElement} room @param {[string, string, string][]} lines */
export function showCode(room, lines) {
  room.replaceChildren(
    ...lines.map(([name, cell, all]) => {
      const line = node("div", "", { class: "mm-line" });
      line.append(node("span", name), node("code", cell), node("code", all));
      return line;
    }),
  );
}

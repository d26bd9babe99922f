// The two matrices of the page: *Multiply* sets them, *Gradient* follows.

import { drawNumbers } from "../../../shared/matmul/maths.js";
import { store } from "../../../shared/ui/browser/state.js";

/** @typedef {import("../../../shared/matmul/maths.js").Matrix} Matrix */
/** @typedef {{a_rows: number, a_columns: number, b_rows: number, b_columns: number, numbers: string, seed: number}} Sizes */

const OTHER_SEED = 1000; // B is drawn with another seed than A
const MAX_NUMBER = 1e6;

export const held = store(/** @type {{a: Matrix, b: Matrix} | null} */ (null));

/** @param {Sizes} sizes @returns {{a: Matrix, b: Matrix}} */
export const drawn = ({ a_rows, a_columns, b_rows, b_columns, numbers, seed }) => ({
  a: drawNumbers(seed, a_rows, a_columns, numbers),
  b: drawNumbers(seed + OTHER_SEED, b_rows, b_columns, numbers),
});

/** Numbers as people read them: six digits are enough. @param {number} value */
export const show = (value) => String(Number(value.toPrecision(6)));

/** @param {Matrix} matrix */
export const written = (matrix) => matrix.map((row) => row.join(",")).join(";");

/** What `written` wrote, or null where it is no matrix of this size. @param {string | null} text @param {number} rows @param {number} columns */
export function parsed(text, rows, columns) {
  const matrix = (text ?? "").split(";").map((row) => row.split(",").map((cell) => (cell.trim() ? Number(cell) : Number.NaN)));
  const fits = matrix.length === rows && matrix.every((row) => row.length === columns);
  return fits && matrix.flat().every((value) => Math.abs(value) <= MAX_NUMBER) ? matrix : null;
}

/** A typed number, or null. @param {string} text */
export function typed(text) {
  const value = text.trim() ? Number(text.trim().replace(",", ".").replace("−", "-")) : Number.NaN;
  return Math.abs(value) <= MAX_NUMBER ? value : null;
}

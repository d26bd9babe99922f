// The formulas of products.py, for the page: one cell at a time. Nothing here knows the page.

/** @typedef {number[][]} Matrix */
/**
 * Where a product is after a number of multiplications.
 * @typedef {{row: number, column: number, k: number, products: number[], total: number}} Step
 */

const WORD = 2 ** 32;

/** @param {Matrix} matrix @returns {[number, number]} */
export const shapeOf = (matrix) => [matrix.length, matrix[0].length];

/** @param {Matrix} a @param {Matrix} b */
export const countSteps = (a, b) => a.length * b[0].length * b.length;

/**
 * The multiplication of this number, from 0: row by row, and in each cell along the inner size.
 * @param {Matrix} a
 * @param {Matrix} b
 * @param {number} index
 * @returns {Step}
 */
export function stepAt(a, b, index) {
  const [inner, columns] = shapeOf(b);
  const cell = Math.floor(index / inner);
  const row = Math.floor(cell / columns);
  const column = cell % columns;
  const k = index % inner;
  const products = a[row].slice(0, k + 1).map((value, at) => value * b[at][column]);
  return { row, column, k, products, total: products.reduce((sum, value) => sum + value, 0) };
}

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export function product(a, b) {
  const [inner, columns] = shapeOf(b);
  return a.map((_, row) =>
    Array.from({ length: columns }, (_, column) => stepAt(a, b, (row * columns + column + 1) * inner - 1).total),
  );
}

/** @param {Matrix} matrix @returns {Matrix} */
export const transposed = (matrix) => matrix[0].map((_, column) => matrix.map((row) => row[column]));

/**
 * dA = G B^T and dB = A^T G.
 * @param {Matrix} a
 * @param {Matrix} b
 * @param {Matrix} g
 * @returns {[Matrix, Matrix]}
 */
export const gradients = (a, b, g) => [product(g, transposed(b)), product(transposed(a), g)];

/**
 * Which two sizes should agree; "" where they do.
 * @param {[number, number]} a
 * @param {[number, number]} b
 */
export function explainMisfit(a, b) {
  if (a[1] === b[0]) return "";
  let fix = "";
  if (a[1] === b[1]) fix = ` Turning B over helps: B.T is ${b[1]} × ${b[0]}.`;
  else if (a[0] === b[0]) fix = ` Turning A over helps: A.T is ${a[1]} × ${a[0]}.`;
  return (
    `A is ${a[0]} × ${a[1]} and B is ${b[0]} × ${b[1]}: ${countOf(a[1], "column")} of A cannot meet ` +
    `${countOf(b[0], "row")} of B. These two sizes must agree.${fix}`
  );
}

/** @param {number} count @param {string} noun */
export const countOf = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/**
 * Draw a matrix as `draw_numbers` does: Mulberry32.
 * @param {number} seed
 * @param {number} rows
 * @param {number} columns
 * @param {string} numbers "whole" or "decimal"
 * @returns {Matrix}
 */
export function drawNumbers(seed, rows, columns, numbers) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const share = ((t ^ (t >>> 14)) >>> 0) / WORD;
    return numbers === "whole" ? Math.floor(share * 19) - 9 : (Math.floor(share * 401) - 200) / 100;
  };
  return Array.from({ length: rows }, () => Array.from({ length: columns }, next));
}

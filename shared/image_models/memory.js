// The sum of memory.py, for the page.

/** @typedef {{architecture: string, size: number, parameters: number, activations: number}} Row millions, and MB of a photo */

const BYTES = 4;
/** @type {Record<string, number>} numbers that each keeps of a weight */
const KEPT = { SGD: 0, "SGD with momentum": 1, Adam: 2 };

/** Weights, gradients and what the optimiser keeps, in MB. @param {Row} row @param {string} optimiser */
export const fixedMb = (row, optimiser) => BYTES * row.parameters * (2 + KEPT[optimiser]);

/** @param {Row} row @param {number} microBatch @param {string} optimiser */
export const estimateMb = (row, microBatch, optimiser) => fixedMb(row, optimiser) + microBatch * row.activations;

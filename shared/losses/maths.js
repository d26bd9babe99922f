// The formulas of entropy.py for one row of logits, for the page. Nothing here knows the page.

/** @typedef {{kind: string, temperature: number, smoothing: number}} Settings */
/**
 * What each class has on its way; a loss is the sum of its parts.
 * @typedef {object} Found
 * @property {number[]} exps of the logits, after the temperature
 * @property {number[]} probabilities
 * @property {number[]} truth after smoothing
 * @property {number[]} logs minus the logarithm of what the truth got: of p, with a sigmoid of 1 - p where it is not there
 * @property {number[]} parts
 * @property {number} loss
 * @property {number[]} gradient
 */

export const LN_10 = Math.log(10);

/** @param {number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** log(1 + exp(x)), which stays finite. @param {number} x */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** @param {number[]} z @returns {number[]} */
export function logSoftmax(z) {
  const top = Math.max(...z);
  const log = top + Math.log(sum(z.map((value) => Math.exp(value - top))));
  return z.map((value) => value - log);
}

/** @param {number[]} logits @param {number[]} truth 1 for what is true @param {Settings} settings @returns {Found} */
export function crossEntropy(logits, truth, { kind, temperature, smoothing }) {
  const z = logits.map((value) => value / temperature);
  const n = z.length;
  const isSoftmax = kind === "softmax";
  const shares = isSoftmax ? truth.map((q) => (1 - smoothing) * q + smoothing / n) : truth;
  const logs = isSoftmax ? logSoftmax(z).map((value) => -value) : z.map((value, i) => softplus(shares[i] ? -value : value));
  const probabilities = isSoftmax ? logs.map((log) => Math.exp(-log)) : z.map((value) => 1 / (1 + Math.exp(-value)));
  const parts = isSoftmax ? logs.map((log, i) => shares[i] * log) : logs.map((log) => log / n);
  const gradient = probabilities.map((p, i) => (p - shares[i]) / temperature / (isSoftmax ? 1 : n));
  return { exps: z.map(Math.exp), probabilities, truth: shares, logs, parts, loss: sum(parts), gradient };
}

/** The mean that PyTorch takes over rows with class weights. @param {number[]} losses of each row @param {number[]} weights of its true class */
export const weightedMean = (losses, weights) => sum(losses.map((loss, i) => loss * weights[i])) / sum(weights);

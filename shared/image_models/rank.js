// The formulas of rank.py, for the page. Nothing here knows the page.

/**
 * One pretrained model at one image size; null is what nobody published.
 * @typedef {object} Row
 * @property {string} name
 * @property {number} size pixels
 * @property {string} family
 * @property {number} parameters millions
 * @property {Record<string, number | null>} accuracy per cent, by test set; "top1" is there in each row
 * @property {Record<string, number | null>} ms of one photo, by hardware
 * @property {number | null} train photos a second
 */
/** @typedef {{hardware: string, max_ms: number, max_mb: number, max_size: number, family: string, name: string}} Filters */

const MEGABYTES = 4;

/** @param {Row} row */
export const megabytes = (row) => row.parameters * MEGABYTES;

/** @param {Row} row */
export const topOf = (row) => row.accuracy.top1 ?? 0;

/** @param {Row[]} rows @param {Filters} wanted @returns {Row[]} */
export function search(rows, wanted) {
  const words = wanted.name.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const ms = row.ms[wanted.hardware] ?? null;
    return (
      ms !== null &&
      (!wanted.max_ms || ms <= wanted.max_ms) &&
      (!wanted.max_mb || megabytes(row) <= wanted.max_mb) &&
      row.size <= wanted.max_size &&
      (wanted.family === "all" || wanted.family === row.family) &&
      words.every((word) => row.name.includes(word))
    );
  });
}

/** The places of the pairs that no other beats in both: a smaller first, a larger second number. @param {[number, number][]} pairs */
export function front(pairs) {
  const order = pairs.map((_, i) => i).sort((a, b) => pairs[a][0] - pairs[b][0] || pairs[b][1] - pairs[a][1]);
  let best = -Infinity;
  return order.filter((i) => {
    if (pairs[i][1] <= best) return false;
    best = pairs[i][1];
    return true;
  });
}

/** @param {number} error @param {number} seconds @param {number} weight */
export const score = (error, seconds, weight) => error * (seconds + weight);

/** From which constant on which run wins: the lower envelope of the straight lines error × seconds + error × constant. @param {[number, number][]} runs error and seconds of each @param {number} last @returns {[number, number][]} */
export function winners(runs, last) {
  if (!runs.length) return [];
  const cost = (/** @type {number} */ i) => runs[i][0] * runs[i][1];
  let now = runs.reduce((best, run, i) => (cost(i) - cost(best) || run[0] - runs[best][0]) < 0 ? i : best, 0);
  /** @type {[number, number][]} */
  const found = [[0, now]];
  for (;;) {
    const [error] = runs[now];
    const crossings = runs.flatMap(([other], i) => (other < error ? [{ at: (cost(i) - cost(now)) / (error - other), other, i }] : []));
    const next = crossings.sort((a, b) => a.at - b.at || a.other - b.other)[0];
    if (!next || next.at > last) return found;
    now = next.i;
    found.push([next.at, now]);
  }
}

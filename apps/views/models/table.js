// What all tabs know: the table, asked for once, and what was measured on this machine, which stays in this browser.

import { node } from "../../../shared/ui/browser/player.js";

/** @typedef {import("../../../shared/image_models/rank.js").Row} Row */
/** @typedef {{architecture: string, size: number, parameters: number, mean: number, low: number, high: number, repeats: number, machine: string}} Measured */
/** @typedef {{props: {value: any}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

export const HERE = "here";
export const MEASURED = "models-measured"; // the event, and the place in the browser
const ACCURACIES = ["top1", "real", "v2", "sketch", "r", "a"];
const SPEEDS = ["rtx3090", "rtx4090", "rtx5090", "i7", "i9"];
/** @type {Promise<Row[]> | null} */
let asked = null;

/** @param {Api} api @returns {Promise<Row[]>} */
export async function load(api) {
  asked ??= api.server.send_table(null).then(rowsOf);
  const rows = await asked;
  join(rows);
  return rows;
}

/** @param {Record<string, any[]>} columns @returns {Row[]} */
export const rowsOf = (columns) =>
  columns.name.map((name, i) => ({
    name,
    size: columns.size[i],
    family: columns.family[i],
    parameters: columns.parameters[i],
    accuracy: Object.fromEntries(ACCURACIES.map((key) => [key, columns[key][i]])),
    ms: Object.fromEntries(SPEEDS.map((key) => [key, columns[key][i] && 1000 / columns[key][i]])),
    train: columns.train[i],
  }));

/** @returns {Measured[]} */
export function measured() {
  try {
    return JSON.parse(localStorage.getItem(MEASURED) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {Measured[]} all */
export function keepMeasured(all) {
  localStorage.setItem(MEASURED, JSON.stringify(all));
  dispatchEvent(new Event(MEASURED));
}

/** @param {Row} row @returns {Measured | undefined} */
export const measuredOf = (row) =>
  measured().find((one) => one.architecture === architectureOf(row.name) && one.size === row.size);

/** @param {Row[]} rows */
function join(rows) {
  const times = new Map(measured().map((one) => [`${one.architecture} ${one.size}`, one.mean]));
  for (const row of rows) row.ms[HERE] = times.get(`${architectureOf(row.name)} ${row.size}`) ?? null;
}

/** @param {string} name */
export const architectureOf = (name) => name.split(".")[0];

/** @param {number} n @param {string} one @param {string} many */
export const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** A time as people read it: three digits are enough. @param {number} ms */
export const showMs = (ms) => `${ms >= 100 ? Math.round(ms).toLocaleString("en") : Number(ms.toPrecision(3))} ms`;

/** @param {number} megabytes */
export const showMb = (megabytes) => `${Math.round(megabytes).toLocaleString("en")} MB`;

/** @param {number | null} percent */
export const showPercent = (percent) => (percent === null ? "–" : `${percent.toFixed(1)} %`);

/** What to do with a model: links to other tabs of this page. @param {string} name */
export const ways = (name) => [
  node("a", "Use it", { href: `#use?name=${encodeURIComponent(name)}` }),
  " · ",
  node("a", "Measure it here", { href: `#measure?architecture=${encodeURIComponent(architectureOf(name))}` }),
];

/** A table with a caption; cells are texts or nodes, all but the first column are numbers. @param {string} caption @param {string[]} head @param {(string | Node)[][]} rows */
export function tableOf(caption, head, rows) {
  const table = node("table", "", { class: "im-table" });
  table.createCaption().textContent = caption;
  const line = table.createTHead().insertRow();
  line.append(...head.map((text) => node("th", text, { scope: "col" })));
  const body = table.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const cell of cells) row.insertCell().append(cell);
  }
  return table;
}

// *Speed* and *Robust*: all models that the filters let through, drawn and listed.

import { front, megabytes, search, topOf } from "../../../shared/image_models/rank.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { saveNotebook } from "../../../shared/ui/browser/take.js";
import { createScatter } from "./scatter.js";
import { architectureOf, count, HERE, load, MEASURED, measuredOf, showMb, showMs, showPercent, tableOf, ways } from "./table.js";

/** @typedef {import("../../../shared/image_models/rank.js").Row} Row */
/** @typedef {import("../../../shared/image_models/rank.js").Filters & {dataset?: string}} Wanted */
/** @typedef {import("./scatter.js").Point} Point */

const MOST_LISTED = 60;
const NEAR_POINTS = 0.5; // of accuracy
const [LOWEST, HIGHEST] = [60, 92]; // per cent that are drawn
/** @type {Record<string, string>} */
const SETS = { "ImageNet-A": "a", "ImageNet-R": "r", "ImageNet-Sketch": "sketch", "ImageNet-V2": "v2", "Cleaned labels": "real" };
/** @param {HTMLElement} element @param {import("./table.js").Api} api */
export default async function plot(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const verdict = node("p", "Loading the table …", { class: "im-verdict look-answer", role: "status" });
  const stage = node("div");
  const ends = node("p", "", { class: "im-ends" });
  const marked = node("p", "Press a point or a name to mark it.", { class: "im-marked-line", role: "status" });
  const list = node("div", "", { class: "im-scroll", tabindex: "0", role: "region", "aria-label": "Models as a table" });
  const table = node("details", "", { class: "im-more" });
  const more = button("List all that fit", listAll, { "aria-pressed": "false" });
  const notice = node("span", "", { class: "im-note", role: "status" });
  const foot = node("div", "", { class: "im-foot" });
  foot.append(more, button("Take a notebook", take), notice);
  table.append(node("summary", "As a table"), list);
  table.open = innerWidth > 700; // on a phone the controls must stay near the picture
  room.replaceChildren(verdict, stage);
  const scatter = createScatter(stage, mark);
  /** @type {Row | null} */
  let chosen = null;
  let all = false;
  let rows = await load(api);
  /** @returns {Wanted} */
  const wanted = () => api.props.value;
  const below = `#${wanted().dataset ? "robust" : "speed"}-list .html-container > *`;
  while (!document.querySelector(below)) await new Promise(requestAnimationFrame); // the page is a moment behind its pieces
  document.querySelector(below)?.replaceChildren(ends, marked, table, foot);

  function draw() {
    const { dataset, hardware } = wanted();
    const found = search(rows, wanted());
    const picture = dataset ? robust(found, dataset, chosen) : speed(found, hardware, rows);
    scatter.draw({ ...picture, marked: chosen }, picture.said);
    verdict.textContent = picture.said;
    ends.replaceChildren(...picture.more);
    const listed = all ? picture.points.toSorted((a, b) => b.y - a.y) : picture.listed;
    const body = listed.slice(0, MOST_LISTED).map((point) => [button(point.row.name, () => mark(point.row), { class: "im-pick" }), ...picture.cells(point)]);
    const rest = listed.length > MOST_LISTED ? `; the first ${MOST_LISTED} of them, narrow them by a name` : "";
    list.replaceChildren(tableOf(all ? `${count(listed.length, "model", "models")} that fit, the best first${rest}` : picture.caption, ["Model", ...picture.head], body));
    table.hidden = more.hidden = !listed.length;
  }

  /** @param {Row} row */
  function mark(row) {
    chosen = row;
    draw();
    const ms = row.ms[wanted().hardware];
    const figures = [`${row.size} px`, ms ? showMs(ms) : "not timed on this hardware", `${showPercent(topOf(row))} on ImageNet`, `${row.parameters} million parameters`];
    marked.replaceChildren(node("b", row.name), `: ${figures.join(", ")}. `, ...ways(row.name));
  }

  function listAll() {
    all = !all;
    more.setAttribute("aria-pressed", String(all));
    table.open = true;
    draw();
  }

  async function take() {
    notice.textContent = saveNotebook(await api.server.take_notebook(wanted()), "which-image-model.ipynb");
  }

  api.watch("value", draw);
  addEventListener(MEASURED, async () => {
    rows = await load(api);
    draw();
  });
  draw();
  element.dataset.ready = "true";
}

/** @param {Row[]} found @param {string} hardware @param {Row[]} rows all of them, for axes that stay */
function speed(found, hardware, rows) {
  const points = found.map((row) => {
    const { low, high } = (hardware === HERE && measuredOf(row)) || {};
    return { x: row.ms[hardware] ?? 0, y: topOf(row), row, low, high };
  });
  const line = front(points.map(({ x, y }) => [x, y])).map((i) => points[i]);
  const times = rows.map((row) => row.ms[hardware] ?? 0).filter(Boolean);
  const [low, high] = times.length ? [Math.min(...times) / 1.3, Math.max(...times) * 1.3] : [1, 1000];
  const empty = hardware === HERE ? "Nothing was measured on this machine yet. Time a model in Measure." : "No model fits. Allow more time, a larger file or photo, or another name.";
  const [first, last] = [line[0], line.at(-1)];
  return {
    points,
    line,
    listed: line,
    x: { title: "time of one photo: shorter is better", low, high, log: true, show: showMs },
    y: { title: "right on ImageNet, %", low: LOWEST, high: HIGHEST, show: showPercent },
    said: first ? `${count(points.length, "model fits", "models fit")}; ${line.length} on the line, beaten by none.` : empty,
    more: first && last ? [`No other model is both faster and more accurate than one on the line. The fastest, ${architectureOf(first.row.name)}, takes ${showMs(first.x)} and is right for `, node("span", showPercent(first.y), { class: "look-noted" }), `; the most accurate, ${architectureOf(last.row.name)}, takes ${showMs(last.x)} for ${showPercent(last.y)}.`] : [],
    caption: `The ${line.length} on the line, from the fastest to the most accurate`,
    head: ["Photo", "Time", "Right", "File"],
    cells: (/** @type {Point} */ { row, x, y }) => [`${row.size} px`, showMs(x), showPercent(y), showMb(megabytes(row))],
  };
}

/** @param {Row[]} found @param {string} dataset @param {Row | null} chosen */
function robust(found, dataset, chosen) {
  const all = found.map((row) => ({ x: topOf(row), y: row.accuracy[SETS[dataset]] ?? -1, row }));
  const points = all.filter(({ x, y }) => x >= LOWEST && y >= 0);
  const best = points.toSorted((a, b) => b.y - a.y);
  const middle = chosen ? topOf(chosen) : 83;
  const near = best.filter(({ x }) => Math.abs(x - middle) <= NEAR_POINTS);
  const [top, low] = [near[0], near.at(-1)];
  const range = top && low && `on ${dataset} for ${showPercent(low.y)} to ${showPercent(top.y)}`;
  return {
    points,
    line: /** @type {Point[]} */ ([]),
    listed: best.slice(0, 20),
    x: { title: "right on ImageNet, %", low: LOWEST, high: HIGHEST, show: String },
    y: { title: `right on ${dataset}, %`, low: 0, high: 95, show: showPercent },
    said: range ? `${count(near.length, "model is", "models are")} right for about ${middle.toFixed(0)} % on ImageNet, but ${range}.` : `${count(points.length, "model fits", "models fit")}.`,
    more: top && low ? [`The lowest of them is ${low.row.name}, the highest ${top.row.name}.`] : [],
    diagonal: true,
    caption: `The best on ${dataset}`,
    head: ["ImageNet", "V2", "Sketch", "R", "A"],
    cells: (/** @type {Point} */ { row }) => ["top1", "v2", "sketch", "r", "a"].map((key) => showPercent(row.accuracy[key])),
  };
}

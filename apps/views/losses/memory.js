// *Why bother*: a bar for each micro-batch, what does not change below and the activations above, and the GPU's limit.

import { estimateMb, fixedMb } from "../../../shared/image_models/memory.js";
import { node } from "../../../shared/ui/browser/player.js";

/** @typedef {import("../../../shared/image_models/memory.js").Row} Row */
/** @typedef {{micro_batch: number, measured_mb: number}} Step */
/** @typedef {{row: Row, steps: Step[], optimiser: string}} Measured */
/** @typedef {{architecture: string, optimiser: string, micro_batch: number, gpu: number, measured?: Measured}} Value */
/** @typedef {{props: {value: Value}, watch: (name: string, then: () => void) => void, server: Record<string, (value: unknown) => Promise<any>>}} Api */

const SVG = "http://www.w3.org/2000/svg";
const BATCH = 64;
const MICRO = [1, 2, 4, 8, 16, 32, 64];
const GB = 1000;
const MARGIN = { left: 52, right: 12, top: 14, bottom: 46 };
const LEGEND = { "weights, gradients, optimiser": "#94a3b8", activations: "var(--look-data)", "your GPU": "var(--look-warm)", "measured here": "var(--look-strong)" };

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** Round numbers from 0 on. @param {number} top */
function ticks(top) {
  const power = 10 ** Math.floor(Math.log10(top / 3));
  const step = power * ([1, 2, 5].find((times) => top / (times * power) <= 5) ?? 10);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

/** @param {number} mb */
const written = (mb) => (mb < GB ? `${Math.round(mb)} MB` : `${(mb / GB).toFixed(mb < 10 * GB ? 1 : 0)} GB`);

/** @param {HTMLElement} element @param {Api} api */
export default async function memory(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const verdict = node("p", "", { class: "lo-verdict look-answer", role: "status" });
  const legend = node("div", "", { class: "lo-legend", "aria-hidden": "true" });
  legend.append(...Object.entries(LEGEND).map(([text, colour]) => node("span", text, { style: `--sign: ${colour}` })));
  const measuredSign = /** @type {HTMLElement} */ (legend.lastElementChild);
  const frame = node("div", "", { class: "lo-plot" });
  const svg = shape("svg", { role: "img" });
  const caution = node("p", "", { class: "lo-note" });
  frame.append(svg);
  room.replaceChildren(verdict, legend, frame, caution);
  /** @type {Map<string, Row>} */
  const rows = new Map((await api.server.give_rows(null)).map((/** @type {Row} */ row) => [row.architecture, row]));
  /** @type {Measured | undefined} */
  let measured;

  function draw() {
    const { value } = api.props;
    if (value.measured) {
      measured = value.measured;
      rows.set(measured.row.architecture, measured.row);
    }
    const row = rows.get(value.architecture.trim().split(".")[0]);
    legend.hidden = frame.hidden = !row;
    if (!row) {
      verdict.textContent = "Nobody has counted this network yet. Press the button: it counts first, then it measures.";
      caution.textContent = "";
      return;
    }
    const limit = value.gpu * GB;
    const own = estimateMb(row, value.micro_batch, value.optimiser);
    const fits = MICRO.filter((n) => estimateMb(row, n, value.optimiser) <= limit).at(-1);
    const how = !fits ? `Not even one photo fits into ${value.gpu} GB.` : fits === BATCH ? `A whole batch of ${BATCH} fits into ${value.gpu} GB.` : `Into ${value.gpu} GB fit ${fits} at a time, so ${BATCH} are ${BATCH / fits} × ${fits}, accumulated.`;
    verdict.replaceChildren(node("b", written(own)), ` for ${value.micro_batch} ${value.micro_batch === 1 ? "photo" : "photos"} at a time. ${how}`);
    caution.textContent = `Estimated for ${row.architecture} at ${row.size} px in 32-bit numbers: ${written(fixedMb(row, value.optimiser))}, and ${written(row.activations)} for each photo. What comes and goes within a layer is not in it.`;
    drawBars(row, value, limit);
    measuredSign.hidden = !svg.querySelector(".lo-point");
  }

  /** @param {Row} row @param {Value} value @param {number} limit */
  function drawBars(row, value, limit) {
    const [width, height] = [frame.clientWidth || 640, frame.clientHeight || 400];
    const batches = [...new Set([...MICRO, value.micro_batch])].sort((a, b) => a - b);
    const top = 1.08 * Math.max(estimateMb(row, BATCH, "Adam"), limit < 1.5 * estimateMb(row, BATCH, "Adam") ? limit : 0);
    const each = (width - MARGIN.left - MARGIN.right) / batches.length;
    const y = (/** @type {number} */ mb) => height - MARGIN.bottom - ((height - MARGIN.top - MARGIN.bottom) * mb) / top;
    const parts = ticks(top).flatMap((mb) => [shape("path", { class: "lo-grid", d: `M${MARGIN.left} ${y(mb)}H${width - MARGIN.right}` }), shape("text", { x: MARGIN.left - 6, y: y(mb) + 4, "text-anchor": "end" }, mb ? written(mb) : "0")]);
    const fixed = fixedMb(row, value.optimiser);
    batches.forEach((n, i) => {
      const total = estimateMb(row, n, value.optimiser);
      const bar = { x: MARGIN.left + each * (i + 0.18), width: each * 0.64 };
      const isOver = total > limit;
      parts.push(shape("rect", { ...bar, y: y(fixed), height: y(0) - y(fixed), class: "lo-fixed" }));
      parts.push(shape("rect", { ...bar, y: y(total), height: y(fixed) - y(total), class: isOver ? "lo-over" : "lo-acts" }));
      const middle = MARGIN.left + each * (i + 0.5);
      parts.push(shape("text", { x: middle, y: height - MARGIN.bottom + 16, "text-anchor": "middle", "font-weight": n === value.micro_batch ? 700 : 400 }, String(n)));
      const step = measured?.row.architecture === row.architecture && measured.optimiser === value.optimiser ? measured.steps.find((one) => one.micro_batch === n) : undefined;
      if (step) parts.push(shape("circle", { cx: middle, cy: y(step.measured_mb), r: 5, class: "lo-point" }));
    });
    if (limit < top) parts.push(shape("path", { class: "lo-limit", d: `M${MARGIN.left} ${y(limit)}H${width - MARGIN.right}` }));
    parts.push(shape("text", { x: MARGIN.left + (width - MARGIN.left) / 2, y: height - 8, "text-anchor": "middle" }, "Photos at a time; pale does not fit"));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-label", `Memory of a step of ${row.architecture}: ${MICRO.map((n) => `${n} photos ${written(estimateMb(row, n, value.optimiser))}`).join(", ")}`);
    svg.replaceChildren(...parts);
  }

  api.watch("value", draw);
  new ResizeObserver(draw).observe(frame);
  draw();
  element.dataset.ready = "true";
}

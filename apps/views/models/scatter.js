// A picture of points: one SVG path for each family, axes that stay, the Pareto front, and a point that is marked.

import { node } from "../../../shared/ui/browser/player.js";

/** @typedef {import("../../../shared/image_models/rank.js").Row} Row */
/** @typedef {{x: number, y: number, row: Row, low?: number, high?: number}} Point */
/** @typedef {{title: string, low: number, high: number, log?: boolean, show: (value: number) => string}} Axis */
/** @typedef {{points: Point[], x: Axis, y: Axis, line: Point[], marked: Row | null, diagonal?: boolean}} Picture */

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 46, right: 28, top: 10, bottom: 42 };
const NEAR_PX = 26;
const LETTER_PX = 6.2;
/** @type {Record<string, (x: number, y: number) => string>} A mark of its own for each family, never colour alone. */
export const MARKS = {
  ConvNeXt: (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z`,
  ViT: (x, y) => `M${x} ${y - 5}l5 5l-5 5l-5-5z`,
  ResNet: (x, y) => `M${x - 3.5} ${y - 3.5}h7v7h-7z`,
  EfficientNet: (x, y) => `M${x} ${y - 5}l5 8.5h-10z`,
  MobileNet: (x, y) => `M${x - 1.4} ${y - 4.5}h2.8v3.1h3.1v2.8h-3.1v3.1h-2.8v-3.1h-3.1v-2.8h3.1z`,
  LeViT: (x, y) => `M${x} ${y + 5}l5-8.5h-10z`,
  Other: (x, y) => `M${x - 2} ${y}a2 2 0 1 0 4 0a2 2 0 1 0-4 0z`,
};

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text) made.textContent = text;
  return made;
}

/** @param {string} name of its class @param {string} d */
const line = (name, d) => shape("path", { d, class: name });

/** @param {Axis} axis */
const scaled = (axis) => (axis.log ? Math.log10 : (/** @type {number} */ value) => value);

/** @param {Axis} axis @param {number} most */
export function ticks({ low, high, log }, most) {
  const found = [];
  if (log) {
    const decades = Math.log10(high / low);
    const steps = decades > most / 1.5 ? [1] : decades > most / 3 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      for (const step of steps) found.push(step * 10 ** power);
  } else {
    const step = [1, 2, 5, 10, 20, 50].find((size) => (high - low) / size <= most) ?? 100;
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) found.push(value);
  }
  return found.filter((value) => value >= low * 0.9999 && value <= high * 1.0001);
}

/** @param {HTMLElement} room @param {(row: Row) => void} mark is called with the model that was pressed */
export function createScatter(room, mark) {
  const legend = node("div", "", { class: "im-legend", "aria-hidden": "true" });
  const frame = node("div", "", { class: "im-plot" });
  const svg = shape("svg", { role: "img" });
  const tip = node("div", "", { class: "im-tip", "aria-hidden": "true" });
  tip.hidden = true;
  frame.append(svg, tip);
  room.append(legend, frame);
  for (const [name, path] of Object.entries(MARKS)) {
    const [one, sign] = [node("span"), shape("svg", { viewBox: "0 0 14 14", width: 14, height: 14 })];
    sign.append(line(`im-${name}`, path(7, 7)));
    one.append(sign, name);
    legend.append(one);
  }
  /** @type {{px: number, py: number, point: Point}[]} */
  let placed = [];
  /** @type {Picture | null} */
  let last = null;

  /** @param {Picture} picture @param {string} [label] what it shows, for those who do not see it */
  function draw(picture, label = svg.getAttribute("aria-label") ?? "") {
    last = picture;
    const width = frame.clientWidth || 640;
    const height = frame.clientHeight || 420;
    const [toX, toY] = [scaled(picture.x), scaled(picture.y)];
    const across = (width - MARGIN.left - MARGIN.right) / (toX(picture.x.high) - toX(picture.x.low));
    const down = (height - MARGIN.top - MARGIN.bottom) / (toY(picture.y.high) - toY(picture.y.low));
    const px = (/** @type {number} */ value) => round(MARGIN.left + (toX(value) - toX(picture.x.low)) * across);
    const py = (/** @type {number} */ value) => round(height - MARGIN.bottom - (toY(value) - toY(picture.y.low)) * down);
    placed = picture.points
      .filter(({ y }) => y >= picture.y.low)
      .map((point) => ({ px: px(point.x), py: py(point.y), point }));
    const parts = [...axes(picture, px, py, width, height)];
    const [low, high] = [Math.max(picture.x.low, picture.y.low), Math.min(picture.x.high, picture.y.high)];
    if (picture.diagonal) parts.push(line("im-diagonal", `M${px(low)} ${py(low)}L${px(high)} ${py(high)}`));
    /** @type {Map<string, string[]>} */
    const paths = new Map(Object.keys(MARKS).toReversed().map((name) => [name, []])); // others lie below
    for (const one of placed) paths.get(one.point.row.family)?.push(MARKS[one.point.row.family](one.px, one.py));
    for (const [name, path] of paths) parts.push(line(`im-${name}`, path.join("")));
    for (const { py: y, point } of placed) if (point.low && point.high) parts.push(line("im-whisker", `M${px(Math.max(point.low, picture.x.low))} ${y}H${px(point.high)}`));
    parts.push(line("im-front", picture.line.map((point, i) => (i ? `H${px(point.x)}V${py(point.y)}` : `M${px(point.x)} ${py(point.y)}`)).join("")));
    parts.push(...labels(picture, px, py, width));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("aria-label", label);
    svg.replaceChildren(...parts);
  }

  /** @param {PointerEvent | MouseEvent} event */
  function nearest(event) {
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    let distance = NEAR_PX;
    for (const one of placed) {
      const away = Math.hypot(one.px - x, one.py - y);
      if (away < distance) [best, distance] = [one, away];
    }
    return best;
  }

  svg.addEventListener("pointermove", (event) => {
    const found = nearest(/** @type {PointerEvent} */ (event));
    tip.hidden = !found;
    if (!found || !last) return;
    tip.textContent = `${found.point.row.name}: ${last.x.show(found.point.x)}, ${last.y.show(found.point.y)}`;
    const right = found.px > frame.clientWidth / 2;
    tip.style.setProperty("left", right ? "auto" : `${found.px + 10}px`);
    tip.style.setProperty("right", right ? `${frame.clientWidth - found.px + 10}px` : "auto");
    tip.style.setProperty("top", `${Math.max(0, found.py - 34)}px`);
  });
  svg.addEventListener("pointerleave", () => (tip.hidden = true));
  svg.addEventListener("click", (event) => {
    const found = nearest(/** @type {MouseEvent} */ (event));
    if (found) mark(found.point.row);
  });
  new ResizeObserver(() => last && frame.clientWidth && draw(last)).observe(frame);
  return { draw };
}

/** @param {Picture} picture @param {(value: number) => number} px @param {(value: number) => number} py @param {number} width @param {number} height */
function* axes({ x, y }, px, py, width, height) {
  for (const value of ticks(x, width / 90)) {
    yield line("im-grid", `M${px(value)} ${MARGIN.top}V${height - MARGIN.bottom}`);
    yield shape("text", { x: px(value), y: height - MARGIN.bottom + 16, "text-anchor": "middle" }, x.show(value));
  }
  for (const value of ticks(y, height / 45)) {
    yield line("im-grid", `M${MARGIN.left} ${py(value)}H${width - MARGIN.right}`);
    yield shape("text", { x: MARGIN.left - 6, y: py(value) + 4, "text-anchor": "end" }, String(value));
  }
  yield shape("text", { x: (MARGIN.left + width) / 2, y: height - 6, "text-anchor": "middle" }, x.title);
  yield shape("text", { x: 12, y: (height - MARGIN.bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(height - MARGIN.bottom) / 2})` }, y.title);
}

/** The marked point by name, and as many of the front as have room. @param {Picture} picture @param {(value: number) => number} px @param {(value: number) => number} py @param {number} width */
function* labels({ points, line: ahead, marked }, px, py, width) {
  const own = points.find(({ row }) => row === marked);
  /** @type {{left: number, top: number, wide: number}[]} */
  const taken = [];
  for (const point of [...(own ? [own] : []), ...ahead.filter((one) => one !== own).reverse()]) {
    const name = point.row.name.split(".")[0];
    const [x, y, wide, isOwn] = [px(point.x), py(point.y), name.length * LETTER_PX, point === own];
    const left = isOwn ? Math.min(Math.max(x, wide / 2), width - wide / 2) : x - wide / 2 - 8;
    const top = isOwn ? y - 14 : y - 4;
    const free = left > MARGIN.left + wide / 2 && taken.every((one) => Math.abs(one.top - top) >= 15 || Math.abs(one.left - left) >= (one.wide + wide) / 2);
    if (!isOwn && !free) continue;
    taken.push({ left, top, wide });
    if (isOwn) yield line("im-marked", `M${x - 8} ${y}a8 8 0 1 0 16 0a8 8 0 1 0-16 0z`);
    yield shape("text", { x: left, y: top, "text-anchor": "middle", class: isOwn ? "im-name im-own" : "im-name" }, name);
  }
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

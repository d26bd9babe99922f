// The hunt for one split. split_maths.js stands above. Gradio gives: element, props, watch.
//
// The value is one column: {name, kind, levels, target, classes, measure, x, y}, rows in the order of x. The
// slider counts thresholds, so each step moves at least one row. Nothing is asked of the server.

const NAMES = { std: "Standard deviation (the lesson's score)", gini: "Gini", entropy: "Entropy (bits)" };
const SHORT_LEVELS = 3;
const FEW_VALUES = 15; // of a column whose dots are spread a little, so that they do not hide each other

const find = (selector) => element.querySelector(selector);
const range = find("input");
const hunt = { data: null };

// Texts -----------------------------------------------------------------------------------------------------

const tag = (name, text = "", attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const cut = (text, most = 28) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
const digits = (value) => (Math.abs(value) < 10 ? value.toFixed(4) : Number(value.toPrecision(6)).toLocaleString("en"));
const plain = (value) => String(Number(value.toPrecision(6))).replace("-", "−");
const countOf = (n) => `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;

function sideWords(threshold, isAbove) {
  const { kind, levels } = hunt.data;
  const name = cut(hunt.data.name);
  if (kind === "missing") return isAbove ? name : `not (${name})`;
  if (kind !== "category") return `${name} ${isAbove ? ">" : "≤"} ${plain(threshold)}`;
  const here = levels.filter((_, code) => code > threshold === isAbove);
  const more = here.length - SHORT_LEVELS;
  const named = here.slice(0, SHORT_LEVELS).map((level) => cut(level)).join(", ") || "missing";
  return `${name}: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

function answerWords({ n, mean, counts }) {
  const { classes, target } = hunt.data;
  if (!n) return "–";
  if (classes.length === 2) return `${(100 * mean).toFixed(1)} % ${cut(classes[1], 14)}`;
  if (!classes.length) return `mean ${digits(mean)}`;
  const most = counts.indexOf(Math.max(...counts));
  return `${((100 * counts[most]) / n).toFixed(1)} % ${cut(classes[most], 14)}`;
}

const groupsNow = () => hunt.groups(hunt.ends[hunt.at] + 1);
const thresholdNow = () => hunt.data.x[hunt.ends[hunt.at]];
const bestSeen = () => Math.min(...[...hunt.seen].map((at) => hunt.scores[at]));

// The picture -----------------------------------------------------------------------------------------------

const svg = (name, attributes, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};
const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);
const spread = (i) => ((i * 0.6180339887) % 1) - 0.5; // evenly over -0.5 to 0.5, always the same

// About `most` round numbers between two values.
function ticks(low, high, most) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

function frame() {
  const picture = document.querySelector("#split-picture .split-drawing");
  const width = picture?.clientWidth;
  if (!width || !hunt.data) return null;
  const { x, y, classes, levels, kind } = hunt.data;
  const height = picture.clientHeight;
  const box = { left: 52, right: width - 12, top: 24, middle: Math.round(height * 0.6), low: Math.round(height * 0.6) + 28, bottom: height - 44 };
  const values = [...new Set(x)];
  const gap = values.length > 1 ? Math.min(...values.slice(1).map((value, i) => value - values[i])) : 1;
  const few = values.length <= FEW_VALUES || kind === "category";
  const room = few ? 0.5 * gap : (x.at(-1) - x[0]) * 0.03 || 1;
  const atX = scale(x[0] - room, x.at(-1) + room, box.left, box.right);
  const [low, high] = classes.length ? [-0.45, classes.length - 0.55] : [Math.min(...y), Math.max(...y)];
  const pad = classes.length ? 0 : (high - low) * 0.05 || 1;
  const atY = scale(low - pad, high + pad, box.middle, box.top);
  const floor = Math.min(...hunt.scores, hunt.whole);
  const ceiling = Math.max(...hunt.scores, hunt.whole);
  const extra = (ceiling - floor) * 0.12 || 0.05;
  const atScore = scale(floor - extra, ceiling + extra, box.bottom, box.low);
  const middles = hunt.ends.map((end) => atX((x[end] + x[end + 1]) / 2));
  const dots = x.map((value, i) => [
    atX(value + (few ? spread(i) * 0.6 * gap : 0)).toFixed(1),
    atY(y[i] + (classes.length ? spread(i * 7 + 3) * 0.6 : 0)).toFixed(1),
  ]);
  return {
    picture, width, height, box, atX, atY, atScore, middles, scoreTicks: ticks(floor - extra, ceiling + extra, 3),
    round: dots.map(([left, top]) => `M${left} ${top}m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0`),
    square: dots.map(([left, top]) => `M${left} ${top}m-3.2 0l3.2-3.2l3.2 3.2l-3.2 3.2z`),
    xTicks: few && kind === "category"
      ? values.map((code) => [atX(code), levels[code] ?? "missing"])
      : few && values.length <= 8
        ? values.map((value) => [atX(value), plain(value)])
        : ticks(x[0], x.at(-1), width < 500 ? 4 : 8).map((value) => [atX(value), value.toLocaleString("en")]),
    yTicks: classes.length
      ? (classes.length <= 8 ? classes.map((name, k) => [atY(k), name]) : [])
      : ticks(low, high, 5).map((value) => [atY(value), plain(value)]),
  };
}

// The parts that stay while the slider moves; those that move are kept in hunt.parts.
function draw() {
  const made = frame();
  hunt.frame = made;
  if (!made) return;
  const { picture, width, height, box } = made;
  const { name, target, classes } = hunt.data;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  const add = (...parts) => root.append(...parts);
  const line = (x1, y1, x2, y2, css) => svg("line", { x1, y1, x2, y2, class: css });
  const words = (x, y, text, css, anchor = "middle") => svg("text", { x, y, class: css, "text-anchor": anchor }, text);
  hunt.parts = {
    ground: svg("rect", { x: box.left, y: box.top, width: 0, height: box.bottom - box.top, class: "split-ground" }),
    below: svg("path", { class: "split-below" }),
    above: svg("path", { class: "split-above" }),
    meanBelow: line(0, 0, 0, 0, "split-mean split-mean-below"),
    meanAbove: line(0, 0, 0, 0, "split-mean split-mean-above"),
    cut: line(0, box.top - 4, 0, box.bottom, "split-cut"),
    curve: svg("polyline", { class: "split-curve" }),
    seen: svg("path", { class: "split-seen" }),
    now: svg("path", { class: "split-now" }),
  };
  add(hunt.parts.ground);
  for (const [at, text] of made.yTicks) add(line(box.left, at, box.right, at, "split-grid"), words(box.left - 6, at + 4, cut(text, 6), "split-tick", "end"));
  let last = -Infinity;
  for (const [at, text] of made.xTicks) {
    const shown = cut(text, 12);
    const half = shown.length * 3.4;
    if (at - half < Math.max(last + 6, 0) || at + half > width) continue; // no two labels over each other
    add(words(at, height - 26, shown, "split-tick"));
    last = at + half;
  }
  for (const value of made.scoreTicks) add(line(box.left, made.atScore(value), box.right, made.atScore(value), "split-grid"), words(box.left - 6, made.atScore(value) + 4, plain(value), "split-tick", "end"));
  add(words(0, 12, classes.length === 2 ? `${cut(target)}; lines: share of ${cut(classes[1], 12)}` : cut(target), "split-title", "start"));
  add(words(0, box.low - 10, "Score of the thresholds you tried (lower is better)", "split-title", "start"));
  add(words((box.left + box.right) / 2, height - 6, cut(name, 40), "split-title"));
  const none = made.atScore(hunt.whole);
  add(line(box.left, none, box.right, none, "split-whole"), words(box.right, none - 4, "no split", "split-tick", "end"));
  add(...Object.values(hunt.parts).slice(1));
  hunt.root = root;
  picture.replaceChildren(root);
  move();
}

function move() {
  if (!hunt.frame) return;
  const { box, atY, atScore, middles, round, square } = hunt.frame;
  const { parts, at, scores, ends, seen } = hunt;
  const set = (part, attributes) => {
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  };
  const k = ends.length ? ends[at] + 1 : round.length;
  parts.below.setAttribute("d", round.slice(0, k).join(""));
  parts.above.setAttribute("d", square.slice(k).join(""));
  if (!ends.length) return;
  const place = middles[at];
  const { below, above } = hunt.groups(k);
  set(parts.ground, { width: Math.max(place - box.left, 0) });
  set(parts.cut, { x1: place, x2: place });
  if (below.mean !== null) {
    set(parts.meanBelow, { x1: box.left, x2: place, y1: atY(below.mean), y2: atY(below.mean) });
    set(parts.meanAbove, { x1: place, x2: box.right, y1: atY(above.mean), y2: atY(above.mean) });
  }
  const lowest = bestSeen();
  parts.seen.setAttribute("d", [...seen].map((one) => `M${middles[one].toFixed(1)} ${atScore(scores[one]).toFixed(1)}h0`).join(""));
  const top = atScore(scores[at]);
  set(parts.now, { d: `M${place} ${top - 7}l7 7l-7 7l-7-7z`, "data-best": String(scores[at] <= lowest + 1e-12) });
  parts.curve.setAttribute("points", hunt.showAll ? middles.map((one, i) => `${one.toFixed(1)},${atScore(scores[i]).toFixed(1)}`).join(" ") : "");
  hunt.root.setAttribute("aria-label", `${sideWords(thresholdNow(), false)}: ${countOf(below.n)}, ${answerWords(below)}. The other side: ${countOf(above.n)}, ${answerWords(above)}. Score ${digits(scores[at])}.`);
}

// The words beside it ---------------------------------------------------------------------------------------

function write() {
  const { data, scores, at } = hunt;
  const can = hunt.ends.length > 0;
  for (const part of element.querySelectorAll("input, button")) part.disabled = !can;
  const legend = document.querySelector("#split-picture .split-legend");
  const table = document.getElementById("split-measures");
  find(".split-name").textContent = data.measure === "std" ? "Score: weighted standard deviation" : "Score: weighted Gini";
  if (!can) {
    find(".split-side").textContent = "One value only";
    find("b").textContent = "–";
    find(".look-hint").textContent = "All rows have the same value, so no threshold parts them. Choose another column.";
    legend?.replaceChildren();
    table?.replaceChildren();
    return;
  }
  const groups = groupsNow();
  const words = [sideWords(thresholdNow(), false), sideWords(thresholdNow(), true)];
  find(".split-side").textContent = words[0];
  find("b").textContent = digits(scores[at]);
  find(".look-hint").textContent = `Best you tried: ${digits(bestSeen())}. No split: ${digits(hunt.whole)}.`;
  range.setAttribute("aria-valuetext", `${words[0]}, score ${digits(scores[at])}`);
  legend?.replaceChildren(
    ...["below", "above"].map((side, i) => {
      const made = tag("p", "", { class: `split-key-${side}`, title: words[i] });
      made.append(tag("span", i ? "◆" : "●", { "aria-hidden": "true" }), tag("b", words[i]), tag("small", `${countOf(groups[side].n)}, ${answerWords(groups[side])}`));
      return made;
    }),
  );
  table?.replaceChildren(measureTable(groups), ...giniLines(groups, words));
}

function measureTable(groups) {
  const made = tag("table", "", { class: "look-table" });
  made.append(tag("caption", "How mixed is each side? Three measures, lower is better."));
  const heads = ["Measure", `All ${countOf(groups.whole.n)}`, `● ${countOf(groups.below.n)}`, `◆ ${countOf(groups.above.n)}`, "Both sides, weighted"];
  const cell = (name, text, i, attributes = {}) => tag(name, text, { ...attributes, ...(i ? { class: "look-right" } : {}) });
  const head = made.createTHead().insertRow();
  head.append(...heads.map((text, i) => cell("th", text, i, { scope: "col" })));
  const body = made.createTBody();
  for (const [measure, name] of Object.entries(NAMES)) {
    if (groups.whole[measure] === null) continue;
    const numbers = [groups.whole, groups.below, groups.above].map((group) => group[measure]);
    const texts = [name, ...[...numbers, Splits.score(groups, measure)].map(digits)];
    body.insertRow().append(...texts.map((text, i) => cell("td", text, i, { "data-label": heads[i] })));
  }
  return made;
}

function giniLines({ whole, below, above }, words) {
  if (whole.gini === null) return [tag("p", "Gini and entropy count classes. This target is a number, so only the lesson's score applies.", { class: "split-note" })];
  return [below, above].map(({ counts }, i) => tag("p", Splits.giniWords(counts, `${i ? "◆" : "●"} ${words[i]}`), { class: "split-note" }));
}

function nextStep() {
  const { seen, ends, scores } = hunt;
  if (!ends.length) return ["Choose a column with more than one value."];
  const best = scores[Splits.best(scores)];
  const found = bestSeen() <= best * (1 + 1e-9);
  if (found && ends.length > 1 && seen.size === 1) return ["Is this the lowest score already? Try the other thresholds."];
  if (found) return ["No threshold of this column scores lower. Which column scores lowest? See the table below.", true];
  if (hunt.showAll) return ["Put the slider where the curve is lowest."];
  return [seen.size < 4 ? "Move the threshold. Where is the score lowest?" : `Your best is ${digits(bestSeen())}. There is a better one: press Show every score.`];
}

function say() {
  const [text, done] = nextStep();
  const line = document.querySelector("#split-try .look-try");
  if (!line) return;
  line.className = done ? "look-try look-done" : "look-try";
  line.replaceChildren(tag("strong", done ? "Done." : "Try this."), ` ${text}`);
}

// What the visitor does -------------------------------------------------------------------------------------

function go(at) {
  hunt.at = Math.min(Math.max(at, 0), hunt.ends.length - 1);
  if (hunt.ends.length) hunt.seen.add(hunt.at);
  range.value = hunt.at;
  move();
  write();
  say();
}

function take(data) {
  if (!data?.x) return;
  const groups = Splits.prepare(data.y, data.classes.length);
  const ends = Splits.ends(data.x);
  const scores = ends.map((end) => Splits.score(groups(end + 1), data.measure));
  Object.assign(hunt, { data, groups, ends, scores, seen: new Set(), showAll: false, frame: null });
  hunt.whole = groups(0).whole[data.measure];
  range.max = Math.max(ends.length - 1, 0);
  find("[data-do=all]").setAttribute("aria-pressed", "false");
  hunt.at = Math.floor(ends.length / 2);
  draw();
  go(hunt.at);
}

range.addEventListener("input", () => go(Number(range.value)));
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !hunt.data) return;
  const { step, do: action } = button.dataset;
  if (step) return go(hunt.at + Number(step));
  if (action === "best") return go(Splits.best(hunt.scores));
  hunt.showAll = !hunt.showAll;
  button.setAttribute("aria-pressed", String(hunt.showAll));
  go(hunt.at);
});

watch("value", () => take(props.value));
take(props.value);
// The picture comes, or is seen, or changes its width after the data has come.
let drawn = 0;
const look = () => {
  const width = document.querySelector("#split-picture .split-drawing")?.clientWidth ?? 0;
  if (!width || !hunt.data || (width === drawn && hunt.frame?.picture.isConnected && hunt.frame.picture.firstChild)) return;
  drawn = width;
  draw();
  write();
};
const sizes = new ResizeObserver(look);
sizes.observe(element);
const appear = () => {
  const picture = document.querySelector("#split-picture .split-drawing");
  if (!picture) return requestAnimationFrame(appear);
  sizes.observe(picture);
  return look();
};
appear();

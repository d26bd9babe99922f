// The picture of one split: the rows as dots on both sides of the threshold, and under them the scores.
// It draws what split.js, below it, keeps in `hunt`; `draw` makes the picture, `move` follows the slider.

const FEW_VALUES = 15; // of a column whose dots are spread a little, so that they do not hide each other

const svg = (name, attributes, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};
const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);
// A number from -0.5 to 0.5 for each dot, always the same, without a pattern that the eye could see.
const spread = (i) => {
  const wild = Math.sin(i * 12.9898 + 1) * 43758.5453;
  return wild - Math.floor(wild) - 0.5;
};

// About `most` round numbers between two values.
function ticks(low, high, most) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

// The same for the target: of a logarithm, round numbers of what is behind it.
function targetTicks(low, high, most) {
  if (!hunt.data.is_log) return ticks(low, high, most);
  const [least, largest] = [Math.exp(low), Math.exp(high)];
  const powers = Math.ceil(Math.log10(largest / least)) + 2;
  const first = Math.floor(Math.log10(least));
  const round = Array.from({ length: powers }, (_, i) => [1, 2, 5].map((one) => one * 10 ** (first + i))).flat();
  const inside = round.filter((value) => value >= least && value <= largest);
  const every = Math.max(1, Math.ceil(inside.length / (most + 2)));
  const kept = largest < 5 * least ? ticks(least, largest, most) : inside.filter((_, i) => i % every === 0);
  return kept.map(Math.log);
}

function frame() {
  const picture = document.querySelector("#split-picture .split-drawing");
  const width = picture?.clientWidth;
  if (!width || !hunt.data) return null;
  const { x, y, classes, levels, kind } = hunt.data;
  const height = picture.clientHeight;
  // Room for the names of the classes, six letters at the least.
  const names = classes.length ? classes : [targetWords(Math.max(...y))];
  const letters = Math.min(Math.max(6, ...names.map((one) => one.length)), width < 500 ? 11 : 18);
  const middle = Math.round(height * (width < 500 ? 0.5 : 0.6)); // on a phone the scores need the room more
  const box = { left: 10 + 7.8 * letters, right: width - 12, top: 24, middle, low: middle + 28, bottom: height - 44 };
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
    atY(y[i] + (classes.length ? spread(i + 0.5) * 0.6 : 0)).toFixed(1),
  ]);
  return {
    picture, width, height, box, letters, atX, atY, atScore, middles, scoreTicks: ticks(floor - extra, ceiling + extra, width < 500 ? 2 : 3),
    round: dots.map(([left, top]) => `M${left} ${top}m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0`),
    square: dots.map(([left, top]) => `M${left} ${top}m-3.2 0l3.2-3.2l3.2 3.2l-3.2 3.2z`),
    xTicks: few && kind === "category"
      ? values.map((code) => [atX(code), levels[code] ?? "missing"])
      : few && values.length <= 8
        ? values.map((value) => [atX(value), valueWords(value)])
        : ticks(x[0], x.at(-1), width < 500 ? 4 : 8).map((value) => [atX(value), valueWords(value)]),
    yTicks: classes.length
      ? (classes.length <= 8 ? classes.map((name, k) => [atY(k), name]) : [])
      : targetTicks(low, high, 5).map((value) => [atY(value), targetWords(value)]),
  };
}

// The parts that stay while the slider moves; those that move are kept in hunt.parts.
function draw() {
  const made = frame();
  hunt.frame = made;
  if (!made) return;
  const { picture, width, height, box } = made;
  const { name, target, classes, share } = hunt.data;
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
  for (const [at, text] of made.yTicks) add(line(box.left, at, box.right, at, "split-grid"), words(box.left - 6, at + 4, cut(text, made.letters), "split-tick", "end"));
  let last = -Infinity;
  for (const [at, text] of made.xTicks) {
    const shown = cut(text, 12);
    const half = shown.length * 3.4;
    if (at - half < Math.max(last + 6, 0) || at + half > width) continue; // no two labels over each other
    add(words(at, height - 26, shown, "split-tick"));
    last = at + half;
  }
  for (const value of made.scoreTicks) add(line(box.left, made.atScore(value), box.right, made.atScore(value), "split-grid"), words(box.left - 6, made.atScore(value) + 4, plain(value), "split-tick", "end"));
  add(words(0, 12, classes.length === 2 ? `${cut(target)}; lines: ${cut(share, 34)}` : cut(target), "split-title", "start"));
  const scored = width < 500 ? "Score (lower is better)" : "Score of the thresholds you tried (lower is better)";
  add(words(0, box.low - 10, scored, "split-title", "start"));
  add(words((box.left + box.right) / 2, height - 6, cut(name, width < 500 ? 26 : 40), "split-title"));
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

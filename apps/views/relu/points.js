// *Points*: the points that every tab fits, a preset or the visitor's own, with the best quadratics through them.
//
// points_move.js moves them, points_table.js reads a table of them, share.js takes the screen away.

const ownPoints = {
  chosen: 0, // the point that the fields and the keys move
  isCleared: false, // nothing is on the plot; the other tabs keep the points from before
  past: [], // what Undo goes back to, the latest last
  tried: new Set(), // what the visitor has done, for the line "Try this"
  ranges: null, // of the plot's axes
  best: { mae: null, mse: null }, // parameters of the best quadratic for each loss
};
lab.ownPoints = ownPoints;
// Of a table of the visitor's own: see own_units.js.
const NO_TABLE = { scale: null, names: null, dates: false };
lab.state.points = { lines: ["best"], ...NO_TABLE };
ownPoints.setTable = ({ scale, names, dates }) => Object.assign(lab.state.points, { scale, names, dates });

const MOST_UNDOS = 100;
const LEAST_HEIGHT = 3; // of the plot, in units of y: points on a level line can be lifted
const NOTHING = { x: [], y: [] };

// What is on the plot.
ownPoints.shown = () => (ownPoints.isCleared ? NOTHING : lab.points);
ownPoints.list = () => (ownPoints.isCleared ? [] : lab.listPoints());

// Changing them ---------------------------------------------------------------------------------------------

ownPoints.remember = () => {
  const { data, points } = lab.state;
  const { isCleared, chosen } = ownPoints;
  ownPoints.past.push({ data: { ...data }, table: { ...points }, isCleared, chosen });
  if (ownPoints.past.length > MOST_UNDOS) ownPoints.past.shift();
};

ownPoints.undo = () => {
  const before = ownPoints.past.pop();
  if (!before) return;
  ownPoints.chosen = before.chosen;
  ownPoints.setTable(before.table);
  lab.setData(before.data);
  ownPoints.isCleared = before.isCleared;
  ownPoints.redraw();
  ownPoints.say(`Undone. ${countOf(ownPoints.shown().x.length)}.`);
};

// Put a list in the place of the points. Numbers get as many digits as a link carries, so that it brings back the
// same points.
ownPoints.use = (list) => {
  if (list.length) {
    const points = list.map((pair) => pair.map((value) => Number(value.toPrecision(5))));
    if (ownPoints.isCleared) ownPoints.setTable(NO_TABLE);
    return lab.setData(ownPoints.isCleared ? { points, curve: null } : { points });
  }
  ownPoints.isCleared = true; // no tab can fit nothing: the others keep what they have
  ownPoints.redraw();
};

ownPoints.clear = () => {
  ownPoints.remember();
  ownPoints.tried.add("cleared");
  ownPoints.use([]);
  ownPoints.say("No points. Click the plot to set the first one; the other tabs keep the earlier points until then.");
};

// Go back to a preset, or change its noise, its number of points or its draw.
ownPoints.preset = (changes) => {
  const isChoice = "curve" in changes;
  if (!Object.values(changes).every((value) => typeof value === "string" || Number.isFinite(value))) return;
  if (lab.state.data.points && !isChoice) return; // the visitor's own points have no noise to change
  if (isChoice) {
    ownPoints.remember();
    ownPoints.tried.add("preset");
    ownPoints.ranges = null;
  }
  ownPoints.setTable(NO_TABLE);
  lab.setData({ ...changes, points: null });
};
ownPoints.drawAgain = () => ownPoints.preset({ seed: (lab.state.data.seed + 1) % 1_000_000 });

ownPoints.setLines = (lines) => {
  lab.state.points.lines = lines;
  lab.refresh("points-plot");
  lab.save();
};

// The axes stay as they are, because nothing may move under the finger that drags. Only where a point comes close
// to their end they grow.
lab.onData(() => {
  ownPoints.isCleared = false;
  ownPoints.chosen = Math.min(ownPoints.chosen, lab.points.x.length - 1);
  const { x, y } = lab.ranges;
  const height = y[1] - y[0];
  const room = Math.max(height * 0.2, (LEAST_HEIGHT - height) / 2); // to drag a point out
  const wished = { x, y: [y[0] - room, y[1] + room] };
  ownPoints.ranges ??= wished;
  for (const axis of ["x", "y"]) {
    const [low, high] = ownPoints.ranges[axis];
    const edge = (high - low) * 0.03;
    const values = lab.points[axis];
    ownPoints.ranges[axis] = [
      Math.min(...values) < low + edge ? Math.min(low, wished[axis][0]) : low,
      Math.max(...values) > high - edge ? Math.max(high, wished[axis][1]) : high,
    ];
  }
  ownPoints.findBest();
  lab.tryThis("points-try", ownPoints.next());
});

ownPoints.redraw = () => {
  ownPoints.findBest();
  lab.refresh("points-plot", "points-count", "points-form", "points-best", "points-scale", "share-words");
  lab.tryThis("points-try", ownPoints.next());
};

// The picture -----------------------------------------------------------------------------------------------

// Points that lie exactly on one curve are moved apart by less than can be seen: among them the search for the
// smallest absolute errors would have to try every pair.
const apart = (y) => {
  const size = 1e-6 * Math.max(1, ...y.map(Math.abs));
  return y.map((value, i) => value + size * Math.sin(12.9898 * (i + 1)));
};

ownPoints.findBest = () => {
  const { x, y } = ownPoints.shown();
  const mse = x.length ? Curves.leastSquares(x, y) : null;
  ownPoints.best = { mse, mae: mse && leastAbsolute(x, apart(y)) };
};

const tabCurves = (x) => {
  const { hand, units } = lab.state;
  const line = (name, y, dash) => lab.lineTrace(name, x, y, COLOURS.accent, { line: { width: 1.5, dash } });
  return [
    line("By hand", Curves.quadratic(hand, x), "solid"),
    ...(units?.units ? [line("ReLUs", Curves.network(units.units, x, units.activation), "dot")] : []),
  ];
};

lab.figure("points-plot", () => {
  ownPoints.listen();
  const { x, y } = ownPoints.shown();
  const { ranges, best, chosen } = ownPoints;
  const { lines } = lab.state.points;
  const grid = Curves.spread(...ranges.x, 121);
  const bestLine = (name, params, colour, dash) =>
    lab.lineTrace(name, params ? grid : [], params ? Curves.quadratic(params, grid) : [], colour, { line: { width: 2.5, dash } });
  const truth = lines.includes("true") ? lab.trueCurve() : null;
  return {
    data: [
      ...(truth ? [lab.lineTrace("True curve", truth.x, truth.y, COLOURS.teal, { line: { width: 2, dash: "dash" } })] : []),
      ...(lines.includes("tabs") ? tabCurves(grid) : []),
      ...(lines.includes("best") ? [bestLine("Best MAE", best.mae, COLOURS.teal, "solid"), bestLine("Best MSE", best.mse, COLOURS.purple, "dashdot")] : []),
      { ...lab.dataTrace({ x, y }), marker: { color: COLOURS.data, size: 11, line: { color: "#fff", width: 1 } } },
      {
        x: x.slice(chosen, chosen + 1), y: y.slice(chosen, chosen + 1), type: "scatter", mode: "markers", name: "Chosen",
        hoverinfo: "skip", showlegend: false, marker: { color: COLOURS.data, size: 21, symbol: "circle-open", line: { width: 2 } },
      },
    ],
    layout: { xaxis: lab.own.axis("x", ranges.x), yaxis: lab.own.axis("y", ranges.y) },
  };
});

// Words and numbers -----------------------------------------------------------------------------------------

const countOf = (n) => (n === 1 ? "1 point" : `${n.toLocaleString("en")} points`);

ownPoints.origin = () => {
  const { curve, points, noise } = lab.state.data;
  if (ownPoints.isCleared) return "The other tabs keep the earlier ones";
  if (!points) return `${SETTINGS.TITLES[curve]}, noise ${noise.toFixed(2)}`;
  return curve ? `${SETTINGS.TITLES[curve]}, changed by you` : "Your own: nobody knows the true curve";
};

lab.part("points-count", (part) => {
  part.querySelector("b").textContent = ownPoints.shown().x.length.toLocaleString("en");
  part.querySelector(".look-hint").textContent = ownPoints.origin();
});

const BEST_COLUMNS = ["a", "b", "c", "MAE", "MSE"];
lab.part("points-best", (part) => {
  if (!part.firstChild) part.append(bestTable());
  const { x, y } = ownPoints.shown();
  for (const kind of ["mae", "mse"]) {
    const params = ownPoints.best[kind];
    const curve = params && Curves.quadratic(params, x);
    const losses = params ? ["mae", "mse"].map((each) => lab.own.lossText(Curves.loss(curve, y, each), 3, each)) : [];
    const values = params ? [...params.map((value) => lab.shown(value)), ...losses] : [];
    part.querySelectorAll(`[data-kind=${kind}] td:not(:first-child)`).forEach((cell, i) => {
      cell.textContent = values[i] ?? "–"; // it takes three different x
    });
  }
});

function bestTable() {
  const table = lab.node("table", "", { class: "look-table" });
  const head = lab.node("tr");
  head.append(...["Best quadratic", ...BEST_COLUMNS].map((name, i) => lab.node("th", name, { scope: "col", ...(i ? { class: "look-right" } : {}) })));
  const rows = [["mae", "By MAE"], ["mse", "By MSE"]].map(([kind, name]) => {
    const row = lab.node("tr", "", { "data-kind": kind });
    row.append(lab.node("td", name, { "data-label": "Best quadratic" }), ...BEST_COLUMNS.map((label) => lab.node("td", "", { class: "look-right", "data-label": label })));
    return row;
  });
  const [thead, tbody] = [lab.node("thead"), lab.node("tbody")];
  thead.append(head);
  tbody.append(...rows);
  table.append(thead, tbody);
  return table;
}

ownPoints.next = () => {
  const { tried, isCleared } = ownPoints;
  if (isCleared) return "Click the plot to set points. Draw a letter, perhaps: how many ReLUs will it take?";
  if (!tried.has("moved")) return "Drag one point far up. Which best curve follows it, the one by MAE or the one by MSE?";
  if (!tried.has("added")) return "The MSE squares the error of that point, so its curve follows. Now click an empty place: a new point.";
  if (!tried.has("preset")) return "Choose “Only noise”, then open ReLUs and fit 50 units: what do they find?";
  if (!tried.has("table")) return "Now points of your own: paste a table or upload a CSV below.";
  return tried.has("shared") ? "Every tab fits these points now. Where do MAE and MSE agree on your data?" : "Copy the link: whoever opens it sees your points.";
};

// Gradio's controls -------------------------------------------------------------------------------------------

// What they show, in the order in which build_points() wires them; the last is the button "New noise".
ownPoints.values = () => {
  const { curve, noise, n, points } = lab.state.data;
  const isPreset = !points && !ownPoints.isCleared;
  return [{ value: isPreset ? curve : null }, { value: noise, interactive: isPreset }, { value: n, interactive: isPreset },
    { value: lab.state.points.lines }, { interactive: isPreset }].map((update) => ({ ...update, __type__: "update" }));
};

// What has changed elsewhere, the noise in *ReLUs* for example, goes to the controls by a click on a hidden button.
const pointsTold = [];
ownPoints.hear = (i, value) => {
  if (pointsTold[i]) pointsTold[i] = JSON.stringify({ ...JSON.parse(pointsTold[i]), value });
};
ownPoints.tell = () =>
  ownPoints.values().map((update, i) => {
    const text = JSON.stringify(update);
    if (pointsTold[i] === text) return { __type__: "update" };
    pointsTold[i] = text;
    return update;
  });
ownPoints.sync = () => {
  if (ownPoints.values().some((update, i) => pointsTold[i] !== JSON.stringify(update))) document.getElementById("points-sync")?.click();
};
lab.controls(() => ownPoints.values().slice(0, -1).map(({ value }) => value));

// The link ----------------------------------------------------------------------------------------------------

const LINES = ["best", "true", "tabs"];
lab.linked(
  (link) => {
    const { lines, scale, names, dates } = lab.state.points;
    if (lines.join() !== "best") link.set("lines", lines.join(",") || "none");
    if (scale) link.set("scale", scale.map((value) => Number(value.toPrecision(8))).join(","));
    if (names) link.set("names", names.join("|"));
    if (dates) link.set("dates", "1");
  },
  (link) => {
    const lines = (link.get("lines") ?? "best").split(",");
    lab.state.points.lines = LINES.filter((line) => lines.includes(line));
    if (!lab.state.data.points) return;
    const scale = lab.readNumbers(link.get("scale"), { most: 4, largest: 1e15 });
    const isScale = scale?.length === 4 && scale[1] > 0 && scale[3] > 0;
    const names = lab.own.readNames(link.get("names")?.split("|"));
    ownPoints.setTable({ scale: isScale ? scale : null, names, dates: isScale && link.get("dates") === "1" });
  },
);

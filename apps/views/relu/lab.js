// What all tabs of the page share: the points, the state that a link carries, the figures and the texts.
//
// Each tab's script registers what it draws: `lab.figure(id, draw)` for a gr.Plot, `lab.part(id, show)` for a
// piece of the page. Gradio makes a tab's parts when it is first opened; they are drawn as soon as they are
// there, and again by `lab.refresh(...ids)`. Before this file: SETTINGS, Curves. Gradio gives: server.

const { COLOURS, LESSON_DRAWS, LIMITS } = SETTINGS;

const lab = {
  // What a link carries, one object for each tab. Scripts change it and then call `lab.save()`.
  state: { tab: "hand", data: { curve: "quadratic", noise: 1, n: LESSON_DRAWS[0].length, seed: 42, points: null }, kind: "mae" },
  points: { x: [], y: [] }, // what every tab fits
  server, // Python functions of the page: await lab.server.name(value)
};

// Parts of the page -----------------------------------------------------------------------------------------

const shows = new Map(); // id -> function that fills the element

lab.part = (id, show) => {
  shows.set(id, show);
  lab.refresh(id);
};

lab.refresh = (...ids) => {
  for (const id of ids) {
    const part = document.getElementById(id);
    if (!part) continue;
    try {
      shows.get(id)?.(part);
    } catch (error) {
      console.error(id, error); // the other parts are shown all the same
    }
  }
};

// A figure: `draw()` gives {data, layout}, layout holding only what differs from the one Python made. It is
// drawn when it can be seen: Plotly measures the space it has.
const draws = new Map();
lab.figure = (id, draw) => {
  draws.set(id, draw);
  lab.part(id, () => {
    const plot = lab.plot(id);
    if (!plot?.offsetParent) return;
    const { data, layout } = draw();
    if (!plot.ownLayout) {
      plot.ownLayout = plot.layout;
      // Gradio may draw its own empty figure once more.
      plot.on("plotly_afterplot", () => plot.data.length || !data.length || lab.refresh(id));
    }
    window.Plotly.react(plot, data, merged(plot.ownLayout, fixed(layout ?? {})));
  });
};

// Move what is drawn already, in the same frame: three times as fast as drawing the figure again. Axes, colours
// and the number of traces stay.
const AT_ONCE = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } };
lab.move = (...ids) => {
  for (const id of ids) {
    const plot = lab.plot(id);
    if (!plot?.offsetParent) continue;
    const { data } = draws.get(id)();
    if (data.length !== plot.data.length) lab.refresh(id);
    else {
      const moved = data.map(({ x, y, text }) => (text ? { x, y, text } : { x, y }));
      window.Plotly.animate(plot, { data: moved, traces: moved.map((_, i) => i) }, AT_ONCE).catch(() => {});
    }
  }
};

// The plot inside a figure, once it is drawn.
lab.plot = (id) => document.getElementById(id)?.querySelector(".js-plotly-plot") ?? null;

// A range that is given is kept; Plotly would go on choosing one where it chose the first.
const fixed = (layout) =>
  Object.fromEntries(Object.entries(layout).map(([key, value]) => [key, value?.range ? { autorange: false, ...value } : value]));

const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const merged = (base, changes) => {
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    result[key] = isPlain(value) && isPlain(base[key]) ? merged(base[key], value) : value;
  }
  return result;
};

// Parts that appear later, and figures that are seen later.
new MutationObserver((changes) => {
  const fresh = new Set();
  for (const { target, addedNodes, type } of changes) {
    for (const node of type === "attributes" ? [target] : addedNodes) {
      if (!(node instanceof Element)) continue;
      for (const id of shows.keys()) {
        const part = document.getElementById(id);
        if (part && (node.contains(part) || (node.matches(".js-plotly-plot") && part.contains(node)))) fresh.add(id);
      }
    }
  }
  if (fresh.size) lab.refresh(...fresh);
}).observe(document.querySelector(".gradio-container"), { childList: true, subtree: true });

// Texts -----------------------------------------------------------------------------------------------------

// The line "Try this." of a tab.
lab.tryThis = (id, text, done = false) => {
  lab.part(id, (part) => {
    const line = part.firstElementChild;
    line.className = done ? "look-try look-done" : "look-try";
    line.replaceChildren(node("strong", done ? "Done." : "Try this."), ` ${text}`);
  });
};

// The large number of a tab: its figures, and the line under it.
lab.number = (id, value, hint = null) => {
  lab.part(id, (part) => {
    part.querySelector("b").textContent = value;
    if (hint !== null) part.querySelector(".look-hint").textContent = hint;
  });
};

const node = (tag, text = "", attributes = {}) => {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
lab.node = node;

// A number for people: as many digits as fit, "huge" when it has left all bounds.
lab.shown = (value, digits = 3) => {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e6) return "huge";
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(digits);
};

lab.lossName = () => (lab.state.kind === "mse" ? "mean squared error (MSE)" : "mean absolute error (MAE)");

// The points ------------------------------------------------------------------------------------------------

const listeners = [];
lab.onData = (listener) => listeners.push(listener);

// Draws of the noise: the lesson's own for its seed, and numbers of the same kind for any other.
const noiseDraws = ({ n, seed }) =>
  n === LESSON_DRAWS[0].length && seed === 42 ? LESSON_DRAWS : [Curves.normals(n, seed), Curves.normals(n, seed + 1_000_003)];

// Change the data, in part: lab.setData({ noise: 0.5 }). `points` is a list of [x, y], or null for a preset.
lab.setData = (changes) => {
  const data = Object.assign(lab.state.data, changes);
  lab.points = data.points
    ? { x: data.points.map(([x]) => x), y: data.points.map(([, y]) => y) }
    : Curves.makePoints(data.curve, data.noise, noiseDraws(data));
  lab.ranges = findRanges();
  for (const listener of listeners) listener();
  lab.refresh(...shows.keys());
  lab.save();
};

lab.setKind = (kind) => {
  lab.state.kind = kind;
  for (const listener of listeners) listener();
  lab.refresh(...shows.keys());
  lab.save();
};

// The true curve behind the points as [x list, y list]; null where nobody knows it.
lab.trueCurve = (n = 121) => {
  const { curve } = lab.state.data;
  if (!curve) return null;
  const x = Curves.spread(Curves.X_LOW, Curves.X_HIGH, n);
  return { x, y: x.map(Curves.CURVES[curve].at) };
};

// The part of the plane that every picture shows. It depends on the data only: axes must not move with a slider.
function findRanges() {
  const { x, y } = lab.points;
  const heights = [...y, ...(lab.trueCurve()?.y ?? [])];
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const room = Math.max((high - low) * 0.18, 0.5); // points at one height leave room for a curve
  return {
    x: [Math.min(Curves.X_LOW, ...x) - 0.2, Math.max(Curves.X_HIGH, ...x) + 0.2],
    y: [low - room, high + room],
  };
}

lab.listPoints = () => lab.points.x.map((x, i) => [x, lab.points.y[i]]);
lab.grid = (n = 121) => Curves.spread(lab.ranges.x[0], lab.ranges.x[1], n);
lab.axes = () => ({ xaxis: lab.own.axis("x", lab.ranges.x), yaxis: lab.own.axis("y", lab.ranges.y) });

// Traces that several tabs draw.
lab.dataTrace = ({ x, y } = lab.points) => ({
  x, y, type: "scatter", mode: "markers", name: "Data",
  marker: { color: COLOURS.data, size: 9 }, hovertemplate: "x %{x:.2f}, y %{y:.2f}<extra></extra>",
  ...(lab.own.isScaled() ? { text: x.map((_, i) => lab.own.place(x[i], y[i])), hovertemplate: "%{text}<extra></extra>" } : {}),
});
lab.lineTrace = (name, x, y, colour, more = {}) => ({
  x, y, type: "scatter", mode: "lines", name, hoverinfo: "skip", ...more,
  line: { color: colour, width: 3, ...more.line },
});

// Playing ---------------------------------------------------------------------------------------------------

// Call `frame(share)` in every frame of the screen for `seconds`, until it returns false or is stopped.
let playing = 0;
lab.stop = () => playing++;
lab.play = (seconds, frame, done = () => {}) => {
  const mine = ++playing;
  const started = performance.now();
  const tick = (now) => {
    if (mine !== playing) return done();
    const share = Math.min(Math.max(now - started, 0) / (seconds * 1000), 1);
    if (frame(share) === false || share >= 1) {
      playing++;
      return done();
    }
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
};

// Asking the server -----------------------------------------------------------------------------------------

// Call a Python function of the page. It answers {error: "one sentence"} to what it cannot use.
lab.ask = async (name, value) => {
  try {
    const answer = await lab.server[name](value);
    if (answer) return answer;
  } catch {
    // said below
  }
  return { error: "The server did not answer. Check the connection and try again." };
};

// Say what went wrong, or nothing, in a notice of the page.
lab.notice = (id, text = "") => {
  lab.part(id, (part) => {
    part.replaceChildren(...(text ? [node("div", text, { class: "look-notice", role: "alert" })] : []));
  });
};

// The link --------------------------------------------------------------------------------------------------

// Each tab adds how its state is written into the address and read from it.
const packers = [];
lab.linked = (pack, unpack) => packers.push({ pack, unpack });

const short = (value) => String(Number(value.toPrecision(5)));
lab.packNumbers = (values) => values.map(short).join(",");
lab.readNumber = (text, low, high) => {
  const value = text === null || text === undefined || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(value, low), high) : null;
};
lab.readNumbers = (text, { most, largest = 1e6 }) => {
  const values = (text ?? "").split(",").map(Number);
  return text && values.length <= most && values.every((v) => Number.isFinite(v) && Math.abs(v) <= largest) ? values : null;
};

lab.linked(
  (link) => {
    const { tab, kind, data } = lab.state;
    if (tab !== "hand") link.set("tab", tab);
    if (kind !== "mae") link.set("loss", kind);
    if (data.curve !== "quadratic") link.set("curve", data.curve ?? "none");
    if (data.points) link.set("points", data.points.map(([x, y]) => `${short(x)},${short(y)}`).join(";"));
    if (!data.points && data.noise !== 1) link.set("noise", short(data.noise));
    if (!data.points && data.seed !== 42) link.set("draw", data.seed);
    if (!data.points && data.n !== 20) link.set("n", data.n);
  },
  (link) => {
    const { data } = lab.state;
    if (SETTINGS.TABS.includes(link.get("tab"))) lab.state.tab = link.get("tab");
    if (link.get("loss") === "mse") lab.state.kind = "mse";
    const curve = link.get("curve");
    if (Object.hasOwn(Curves.CURVES, curve ?? "")) data.curve = curve;
    data.noise = lab.readNumber(link.get("noise"), 0, LIMITS.noise) ?? data.noise;
    data.seed = Math.round(lab.readNumber(link.get("draw"), 0, 999_999) ?? data.seed);
    data.n = Math.round(lab.readNumber(link.get("n"), 2, LIMITS.presetPoints) ?? data.n);
    const pairs = (link.get("points") ?? "").split(";").map((pair) => lab.readNumbers(pair, { most: 2 }));
    if (link.get("points") && pairs.length <= LIMITS.points && pairs.every((pair) => pair?.length === 2)) {
      data.points = pairs;
      if (curve === "none") data.curve = null;
    }
  },
);

lab.link = () => {
  const link = new URLSearchParams();
  for (const { pack } of packers) pack(link);
  return link.toString().replaceAll("%2C", ",").replaceAll("%3B", ";"); // as people would write it
};

// The address follows the state a moment later; nothing is sent, the part behind # stays in the browser.
let saving = null;
lab.save = () => {
  clearTimeout(saving);
  if (!isStarted) return; // the address still holds what is to be read
  saving = setTimeout(() => {
    const hash = lab.link();
    // The whole address: the page has a <base>, from which a bare # would start.
    history.replaceState(history.state, "", location.pathname + location.search + (hash && `#${hash}`));
    // On a Space the page stands in a frame; this is how the address above it follows.
    if (window.parent !== window) window.parent.postMessage({ hash }, "https://huggingface.co");
  }, 250);
};

// Called once at the end of the script: the state that the address carries, before it is written anew.
lab.restore = () => {
  const link = new URLSearchParams(location.hash.slice(1));
  for (const { unpack } of packers) unpack(link);
  lab.setData({});
};

// Called once when the page is ready, for the values of all controls in the order in which Python lists them.
const controls = [];
lab.controls = (values) => controls.push(values);
let isStarted = false;
lab.start = () => {
  isStarted = true;
  if (lab.state.tab !== "hand") lab.openTab(lab.state.tab);
  return controls.flatMap((values) => values());
};

lab.openTab = (tab) => {
  const buttons = document.querySelectorAll("#curve-tabs > .tab-wrapper [role=tab]");
  [...buttons].find((button) => button.dataset.tabId === tab)?.click();
};
lab.opened = (tab) => {
  if (!isStarted) return; // Gradio opens the first tab by itself, before the link's is asked for
  lab.state.tab = tab;
  lab.stop();
  lab.refresh(...shows.keys());
  lab.save();
};

document.head.append(node("style", SETTINGS.CSS));
window.curveLab = lab;

// *By hand*: the visitor's own quadratic, its loss, and the race against the machine.

const FIRST_PARAMS = [1.1, 1.1, 1.1]; // the lesson's
const SLIDER_END = 5; // the sliders go from -5 to 5
const hand = {
  params: FIRST_PARAMS,
  best: null, // {loss, params}: the smallest loss the visitor has reached with these points
  racers: null, // what the server answered to a race on these points
};
lab.hand = hand;
lab.state.hand = hand.params;

// The exact optimum of the loss that is chosen, or null where many quadratics are equally good.
let optimum = null; // {points, kind, params} that it was worked out for
lab.optimum = () => {
  const { points, state: { kind } } = lab;
  if (optimum?.points !== points || optimum.kind !== kind) {
    const fit = kind === "mse" ? Curves.leastSquares : leastAbsolute;
    optimum = { points, kind, params: fit(points.x, points.y) };
  }
  return optimum.params;
};

const lossOf = (params) => Curves.loss(Curves.quadratic(params, lab.points.x), lab.points.y, lab.state.kind);
const racer = (name) => hand.racers?.find((one) => one.name === name);

lab.figure("hand-plot", () => {
  const { x, y } = lab.points;
  const curve = Curves.quadratic(hand.params, x);
  const grid = lab.grid();
  const optimum = racer("Exact optimum");
  return {
    data: [
      lab.lineTrace(
        "Errors",
        x.flatMap((value) => [value, value, null]),
        y.flatMap((value, i) => [value, curve[i], null]),
        COLOURS.muted,
        { line: { width: 1.5, dash: "dot" } },
      ),
      ...(optimum
        ? [lab.lineTrace("Optimum", grid, Curves.quadratic(optimum.params, grid), COLOURS.teal, { line: { width: 2, dash: "dash" } })]
        : []),
      lab.lineTrace("Yours", grid, Curves.quadratic(hand.params, grid), COLOURS.accent),
      lab.dataTrace(),
    ],
    layout: lab.axes(),
  };
});

// The smallest loss there is. With fewer than three different x a quadratic can have any height at each of them.
function leastLoss() {
  const { points: { x, y }, state: { kind } } = lab;
  const best = lab.optimum();
  if (best) return lossOf(best);
  const middle = (values) => {
    const sorted = [...values].sort((p, q) => p - q);
    return kind === "mse" ? values.reduce((sum, value) => sum + value, 0) / values.length : sorted[sorted.length >> 1];
  };
  return Curves.loss(x.map((at) => middle(y.filter((_, i) => x[i] === at))), y, kind);
}

// The loss as number, word and colour: how far above the optimum it is.
const GRADES = [
  { upTo: 1.01, word: "as good as it gets", grade: "best" },
  { upTo: 1.25, word: "close", grade: "close" },
  { upTo: 2, word: "getting there", grade: "middle" },
  { upTo: Infinity, word: "far off", grade: "far" },
];
const gradeOf = (loss) => {
  const least = leastLoss();
  return GRADES.find(({ upTo }) => loss <= upTo * least + 1e-9) ?? GRADES.at(-1); // the least may be 0
};

lab.part("hand-loss", (part) => {
  const loss = lossOf(hand.params);
  const { word, grade } = gradeOf(loss);
  part.dataset.grade = grade;
  part.querySelector(".look-label").textContent = `Loss: ${lab.lossName()}`;
  part.querySelector("b").textContent = lab.own.lossText(loss);
  part.querySelector(".look-unit").textContent = word;
  part.querySelector(".look-hint").textContent = hand.best
    ? `Your best so far: ${lab.own.lossText(hand.best.loss)}`
    : `In the units of ${lab.own.name("y")}`;
});

function nextStep() {
  if (lab.optimum()?.some((value) => Math.abs(value) > SLIDER_END)) {
    return "The best curve for these points lies beyond the sliders. How close do they let you come?";
  }
  if (hand.racers) {
    return gradeOf(lossOf(hand.params)).grade !== "best"
      ? "The dashed curve is the exact optimum. How close can you get with the sliders?"
      : "You are at the optimum. Choose the other loss and race again: does the best curve change?";
  }
  if (!hand.best) return "Move a until the curve is as steep as the points. Does the loss go down?";
  return ["far", "middle"].includes(gradeOf(hand.best.loss).grade)
    ? "One at a time: keep the a with the smallest loss, then the best b, then c. Then a again."
    : "Well done. Now press Race the machine: who is closer?";
}

const sayNext = () => lab.tryThis("hand-try", nextStep());

// Called with every movement of a slider.
hand.move = (...params) => {
  if (!params.every(Number.isFinite)) return; // an emptied number box
  hand.params = lab.state.hand = params;
  const loss = lossOf(params);
  if (!hand.best || loss < hand.best.loss) hand.best = { loss, params };
  lab.move("hand-plot");
  lab.refresh("hand-loss");
  requestAnimationFrame(() => {
    sayNext();
    lab.move("race-plot");
  });
  lab.save();
};

hand.again = () => {
  hand.best = null;
  hand.move(...FIRST_PARAMS);
  hand.best = null;
  lab.refresh("hand-loss");
  return FIRST_PARAMS;
};

lab.onData(() => {
  hand.best = null;
  hand.racers = null;
  lab.notice("race-notice");
  sayNext();
});

// The race --------------------------------------------------------------------------------------------------

const RACERS = {
  You: { label: "You", colour: COLOURS.accent, symbol: "star" },
  "Coordinate descent": { tellsHow: true, label: "Coordinate<br>descent", colour: COLOURS.purple, symbol: "square" },
  "Gradient descent": { tellsHow: true, label: "Gradient<br>descent", colour: COLOURS.data, symbol: "circle" },
  "Gradients never zeroed": { tellsHow: true, label: "Gradients<br>never zeroed", colour: COLOURS.pink, symbol: "x" },
  "Exact optimum": { label: "Exact<br>optimum", colour: COLOURS.teal, symbol: "diamond" },
};

hand.race = async () => {
  lab.notice("race-notice");
  const answer = await lab.ask("race", {
    points: lab.listPoints(),
    kind: lab.state.kind,
    visitor: hand.params,
    loss_unit: lab.own.lossUnit(),
  });
  if (answer.error) return lab.notice("race-notice", answer.error);
  hand.racers = answer.racers;
  lab.refresh("hand-plot", "race-plot", "race-words");
  sayNext();
};

lab.figure("race-plot", () => {
  const start = lossOf(FIRST_PARAMS);
  const losses = Object.keys(RACERS).map((name) => (name === "You" ? lossOf(hand.params) : racer(name)?.loss));
  const most = Math.max(start, ...losses.slice(1).filter(Number.isFinite)) * 1.3;
  return {
    // One trace each, there from the beginning: the picture keeps its shape when the race is run.
    data: Object.entries(RACERS).map(([name, { colour, symbol }], i) => ({
      x: losses[i] === undefined ? [] : [lab.own.loss(Math.min(losses[i] ?? most, most))],
      y: losses[i] === undefined ? [] : [name],
      text: losses[i] === undefined ? [] : [`  ${lab.own.lossText(losses[i] ?? NaN)}`],
      type: "scatter", mode: "markers+text", textposition: "middle right", cliponaxis: false,
      marker: { size: 14, color: colour, symbol }, hoverinfo: "skip", showlegend: false,
    })),
    layout: {
      xaxis: { range: [0, lab.own.loss(most)], title: { text: lab.state.kind === "mse" ? "MSE, less is better" : "MAE, less is better" } },
      yaxis: {
        type: "category", categoryorder: "array", categoryarray: Object.keys(RACERS).reverse(),
        range: [-0.6, Object.keys(RACERS).length - 0.4], tickvals: Object.keys(RACERS), ticktext: Object.values(RACERS).map(({ label }) => label),
      },
    },
  };
});

lab.part("race-words", (part) => {
  const words = hand.racers
    ? hand.racers.filter(({ name }) => RACERS[name].tellsHow).map(({ name, note }) => `${name}: ${note}`)
    : ["Press the button: three methods start at 1.1, 1.1, 1.1, as you did, and the exact optimum shows what is possible."];
  part.replaceChildren(...words.map((text) => lab.node("p", text)));
});

// The link --------------------------------------------------------------------------------------------------

lab.controls(() => [...hand.params, lab.state.kind]);

lab.linked(
  (link) => {
    if (hand.params.some((value) => value !== 1.1)) link.set("abc", lab.packNumbers(hand.params));
  },
  (link) => {
    const params = lab.readNumbers(link.get("abc"), { most: 3, largest: LIMITS.slider });
    if (params?.length === 3) hand.params = lab.state.hand = params;
  },
);

// The loss over two parameters, seen from above, with the way each run has taken.
{
  const { NAMES, RUNS, settings } = machine;

  const GRID = 41; // values of each parameter
  const PAIRS = { ab: [0, 1, 2], ac: [0, 2, 1], bc: [1, 2, 0] }; // shown across, shown upwards, held still
  const ZOOMS = [1, 2, 4, 8];

  // What part of the surface to show, for each parameter [low, high]: the start and the optimum, and when a path
  // goes further, twice as much, and again. A path that diverges leaves it.
  function surfaceWindow() {
    const ends = [settings.start, machine.optimum() ?? settings.start];
    const boxes = NAMES.map((_, i) => {
      const [p, q] = ends.map((end) => end[i]);
      return { middle: (p + q) / 2, half: Math.max(1.2, 1.1 * Math.abs(p - q)) };
    });
    const zoom = ZOOMS.find((times) => machine.shown().every((name) =>
      machine.path(name).every((params) => params.every((value, i) => Math.abs(value - boxes[i].middle) <= boxes[i].half * times * 0.95)))) ?? ZOOMS.at(-1);
    return boxes.map(({ middle, half }) => [middle - half * zoom, middle + half * zoom]);
  }

  // Where the third parameter stands. While steps are played it moves in small jumps, so that the surface is not
  // computed in every frame.
  function heldAt() {
    const third = PAIRS[settings.pair][2];
    const [low, high] = surfaceWindow()[third];
    const value = Math.min(Math.max(machine.now(machine.main()).params[third], low), high);
    if (!machine.playing) return value;
    const jump = (high - low) / 12;
    return low + Math.round((value - low) / jump) * jump;
  }

  function surface() {
    const [across, up, third] = PAIRS[settings.pair];
    const box = surfaceWindow();
    const [u, v] = [across, up].map((i) => Curves.spread(...box[i], GRID));
    const held = heldAt();
    const { x, y } = lab.points;
    const isSquared = lab.state.kind === "mse";
    const powers = [x.map((value) => value * value), x, x.map(() => 1)];
    const losses = v.map((upward) => {
      const rest = y.map((value, k) => value - upward * powers[up][k] - held * powers[third][k]);
      return u.map((sideways) => {
        let sum = 0;
        for (let k = 0; k < x.length; k++) {
          const error = rest[k] - sideways * powers[across][k];
          sum += isSquared ? error * error : Math.abs(error);
        }
        return sum / x.length;
      });
    });
    return { u, v, losses };
  }

  machine.figure("machine-surface", () => {
    const [across, up] = PAIRS[settings.pair];
    const box = surfaceWindow();
    const { u, v, losses } = surface();
    const optimum = machine.optimum();
    const dot = (name, params, colour, symbol, size) => ({
      x: [params[across]], y: [params[up]], type: "scatter", mode: "markers", name, hoverinfo: "skip",
      marker: { color: colour, symbol, size, line: { color: "#ffffff", width: 1.5 } },
    });
    return {
      data: [
        {
          // The root brings the lines of a squared error as far apart as those of an absolute one.
          type: "contour", x: u, y: v, z: lab.state.kind === "mse" ? losses.map((row) => row.map(Math.sqrt)) : losses, customdata: losses.map((row) => row.map((loss) => lab.own.loss(loss))),
          coloraxis: "coloraxis", ncontours: 16, line: { width: 0.7, color: "rgba(255, 255, 255, 0.55)" }, showlegend: false,
          hovertemplate: `${NAMES[across]} %{x:.2f}, ${NAMES[up]} %{y:.2f}: loss %{customdata:,.${lab.own.isScaled() ? "4~r" : "3f"}}<extra></extra>`,
        },
        ...machine.shown().map((name) => {
          const path = machine.path(name);
          return lab.lineTrace(RUNS[name].name, path.map((params) => params[across]), path.map((params) => params[up]), RUNS[name].colour, { line: { width: 2.5, dash: RUNS[name].dash } });
        }),
        dot("Start", settings.start, "#1E293B", "square", 10),
        ...(optimum ? [dot("Exact optimum", optimum, COLOURS.teal, "diamond", 13)] : []),
        ...machine.shown().map((name) => ({ ...dot("Now", machine.now(name).params, RUNS[name].colour, "circle", 12), showlegend: name === machine.main() })),
      ],
      layout: {
        xaxis: { range: box[across], title: { text: NAMES[across] } },
        yaxis: { range: box[up], title: { text: NAMES[up] } },
      },
    };
  }, () => [settings.zero, settings.pair, lab.state.kind, heldAt(), ...surfaceWindow().flat()].join());

  lab.part("machine-surface-said", (part) => {
    const third = PAIRS[settings.pair][2];
    const run = settings.zero === "both" ? ", where the zeroed run has it" : "";
    part.textContent = `Darker is a larger loss. ${NAMES[third]} is held still at ${machine.number(heldAt(), 2)}${run}. The optimum is that of all three parameters.`;
  });
}

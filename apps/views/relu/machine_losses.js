// The loss after each step, drawn and in figures: those that the lesson prints.
{
  const { MOST_STEPS, RUNS, settings } = machine;

  // Axes grow in windows, not with every step.
  const windowOf = (value, stops) => stops.find((stop) => value <= stop) ?? stops.at(-1);
  const STEP_WINDOWS = [10, 20, 50, 100, 200, 500, 1000, 2000, MOST_STEPS];

  const lossesOf = (name) => machine.run(name).losses.slice(0, settings.steps + 1).map((loss) => lab.own.loss(loss));
  const allLosses = () => machine.shown().flatMap(lossesOf);
  const firstLoss = (name) => lab.own.loss(machine.run(name).losses[0]);

  // A run that leaves all bounds is drawn on a logarithmic scale, where it is a line that goes up.
  function lossFrame() {
    const first = firstLoss("zeroed");
    const most = allLosses().reduce((largest, loss) => Math.max(largest, loss), first);
    const isLog = most > 8 * first;
    const top = isLog ? 10 ** (3 * Math.ceil(Math.log10(most) / 3)) : windowOf(most / first, [1.15, 1.5, 2, 3, 5, 10]) * first;
    return { isLog, top, last: windowOf(Math.max(...machine.shown().map((name) => machine.now(name).at)), STEP_WINDOWS) };
  }

  machine.figure("machine-losses", () => {
    const { isLog, top, last } = lossFrame();
    const optimum = machine.optimum();
    const best = optimum && lab.own.loss(Curves.loss(Curves.quadratic(optimum, lab.points.x), lab.points.y, lab.state.kind));
    const least = Math.min(...machine.shown().map(firstLoss), best ?? Infinity);
    return {
      data: [
        ...(optimum ? [lab.lineTrace("Exact optimum", [0, last], [best, best], COLOURS.teal, { line: { width: 2, dash: "dot" } })] : []),
        ...machine.shown().flatMap((name) => {
          const { colour, dash, symbol, name: title } = RUNS[name];
          const { at, loss } = machine.now(name);
          const losses = lossesOf(name);
          return [
            lab.lineTrace(title, losses.map((_, k) => k), losses, colour, {
              line: { width: 2, dash }, hoverinfo: undefined, hovertemplate: `after %{x} steps: %{y:,.${lab.own.isScaled() ? "4~r" : "3f"}}<extra></extra>`,
            }),
            { x: [at], y: [lab.own.loss(loss)], type: "scatter", mode: "markers", showlegend: false, cliponaxis: false, hoverinfo: "skip", marker: { color: colour, symbol, size: 10 } },
          ];
        }),
      ],
      layout: {
        xaxis: { range: [0, last] },
        yaxis: isLog
          ? { type: "log", range: [Math.log10(Math.max(least, 1e-6) / 2), Math.log10(top)], title: { text: `${lab.lossName()}, logarithmic` }, dtick: Math.max(1, Math.round(Math.log10(top) / 6)), exponentformat: "power" }
          : { type: "linear", range: [0, top], title: { text: lab.lossName() }, dtick: null },
      },
    };
  }, () => Object.values({ ...lossFrame(), zero: settings.zero, kind: lab.state.kind, unit: lab.own.lossUnit() }).join());

  // "Zeroed: 2.42, then 2.40 2.38 2.36 ..." as the lesson prints them, and a few later ones.
  const MILESTONES = [50, 100, 200, 500, 1000, 2000, MOST_STEPS];
  machine.figuresOf = (name) => {
    const { at, loss } = machine.now(name);
    const losses = machine.run(name).losses.slice(0, at + 1).map((value) => lab.own.lossText(value, 2));
    const parts = [losses[0]];
    if (at > 0) parts.push(`after each step ${losses.slice(1, 11).join(" ")}`);
    parts.push(...MILESTONES.filter((step) => step < at).map((step) => `after ${step.toLocaleString("en")} ${losses[step]}`));
    if (at > 10) parts.push(`now, after ${at.toLocaleString("en")}, ${lab.own.lossText(loss, 2)}`);
    return parts.join("; ");
  };

  lab.part("machine-figures-said", (part) => {
    part.replaceChildren(...machine.shown().map((name) => {
      const line = lab.node("p", ` ${machine.figuresOf(name)}`);
      line.prepend(lab.node("strong", `${RUNS[name].name}:`));
      return line;
    }));
  });
}

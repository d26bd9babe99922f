// *ReLUs*: how many units? Fits of 1 to 100 units, row by row, and where overfitting starts.

{
  units.SWEEP_COUNTS = [1, 2, 3, 5, 10, 20, 50, 100];
  units.rows = []; // of the sweep on these points
  let sweeping = null; // the sweep that goes on

  lab.onData(() => {
    sweeping = null;
    units.rows = [];
    units.status("sweep-status", null);
    lab.notice("sweep-notice");
  });

  units.sweep = async () => {
    if (sweeping) return;
    const mine = (sweeping = {});
    const stop = () => {
      sweeping = null;
      units.status("sweep-status", null);
      lab.refresh("sweep-words");
    };
    units.rows = [];
    lab.notice("sweep-notice");
    lab.refresh("sweep-plot");
    const { activation } = units.state;
    const { curve } = lab.state.data;
    for (const [done, count] of units.SWEEP_COUNTS.entries()) {
      const what = `Fitting ${units.named(count)}, with many seeds`;
      units.status("sweep-status", what, { share: done / units.SWEEP_COUNTS.length, stop });
      const row = await lab.ask("sweep_row", {
        points: lab.listPoints(), curve, kind: lab.state.kind, activation, units: count,
      });
      if (mine !== sweeping) return;
      if (row.error) {
        stop();
        return lab.notice("sweep-notice", row.error);
      }
      units.rows.push(row);
      lab.refresh("sweep-plot", "sweep-words");
    }
    stop();
    lab.tryThis("units-try", units.next());
  };

  // The picture -----------------------------------------------------------------------------------------------

  const TRUTH_NAMES = { "true curve": "Error to the true curve", "held out": "Error on points held out" };

  lab.figure("sweep-plot", () => {
    const own = (part) => Object.fromEntries(Object.entries(part).map(([name, value]) => [name, value === null ? null : lab.own.loss(value)]));
    const rows = units.rows.map((row) => ({ ...row, train: own(row.train), truth: own(row.truth) }));
    const x = rows.map(({ count }) => count);
    // The worst of few units would press the lines down to the axis: the bands may leave the picture.
    const most = Math.max(...rows.flatMap(({ train, truth }) => [train.best, truth.best]).filter(Number.isFinite), 0);
    const truth = TRUTH_NAMES[rows[0]?.truth_is ?? "true curve"];
    const lines = [
      { part: "train", name: "Training error", colour: COLOURS.data, symbol: "circle", dash: "solid" },
      { part: "truth", name: truth, colour: COLOURS.pink, symbol: "square", dash: "dash" },
    ];
    const band = ({ part, colour }) => ({
      x: [...x, ...[...x].reverse()],
      y: [...rows.map((row) => row[part].high), ...rows.map((row) => row[part].low).reverse()],
      type: "scatter", mode: "lines", line: { width: 0 }, fill: "toself", fillcolor: `${colour}2e`,
      hoverinfo: "skip", showlegend: false,
    });
    const luck = (color) => ({
      type: "data", symmetric: false, color, thickness: 1.5, width: 5,
      array: rows.map(({ truth }) => (truth.most ?? truth.best) - truth.best),
      arrayminus: rows.map(({ truth }) => truth.best - (truth.least ?? truth.best)),
    });
    const line = ({ part, name, colour, symbol, dash }) => ({
      x, y: rows.map((row) => row[part].best), type: "scatter", mode: "lines+markers", name,
      ...(part === "truth" ? { error_y: luck(colour) } : {}),
      line: { color: colour, width: 2.5, dash }, marker: { color: colour, symbol, size: 10 },
      hovertemplate: `%{x} units: %{y:,.${lab.own.isScaled() ? "4~r" : "3f"}}<extra></extra>`,
    });
    return {
      data: [...lines.map(band), ...lines.map(line)],
      layout: {
        xaxis: { type: "log", range: [-0.08, 2.08], tickvals: units.SWEEP_COUNTS, ticktext: units.SWEEP_COUNTS.map(String) },
        yaxis: { range: [0, (most || lab.own.loss(2)) * 1.25] },
        annotations: rows.length ? [] : [units.hint("Two lines will grow here.")],
      },
    };
  });

  // Where overfitting starts: the first number of units after the one that comes closest to the truth from which on
  // the training error is smaller and the error to the truth larger, beyond the luck of the seeds: the intervals
  // of the two do not touch.
  units.overfitsFrom = (rows) => {
    const good = rows.filter(({ train, truth }) => train.best !== null && truth.best !== null);
    if (!good.length) return {};
    const closest = good.reduce((best, row) => (row.truth.best < best.truth.best ? row : best));
    const isWorse = ({ train, truth }) => train.best < closest.train.best && truth.least > (closest.truth.most ?? Infinity);
    const larger = good.filter(({ count }) => count > closest.count);
    return { closest, from: larger.find((_, i) => larger.slice(i).every(isWorse)) };
  };

  lab.part("sweep-words", (part) => {
    const { rows } = units;
    const { closest, from } = units.overfitsFrom(rows);
    if (!closest || rows.length < 2) return units.setText(part, "");
    const error = rows[0].truth_is === "held out" ? "error on points held out" : "error to the true curve";
    const best = `The ${error} is smallest with ${units.named(closest.count)}: ${lab.own.lossText(closest.truth.best)}.`;
    const isDone = rows.length === units.SWEEP_COUNTS.length;
    const none = isDone ? " With more units it is not larger than the luck of the start explains: no overfitting is seen here." : "";
    const where = from?.count === rows.at(-1).count ? `With ${from?.count} units` : `From ${from?.count} units on`;
    const over = ` ${where} the training error is smaller but the ${error} is larger, and the whiskers do not touch: that is overfitting.`;
    const seeds = ` Each line is the best seed, the one with the smallest training error; each band is all ${rows[0].n_seeds} seeds. A whisker is the 95 % interval of the best of so many.`;
    units.setText(part, best + (from ? over : none) + seeds);
  });
}

// How far each learning rate comes in 50 steps, for both runs.
{
  const { RUNS, settings } = machine;

  const SWEEP_STEPS = 50;
  const SWEEP_RATES = Curves.spread(-4, 1, 41).map((power) => 10 ** power);

  const sweep = machine.kept(() =>
    Object.fromEntries(Object.entries(RUNS).map(([name, { zero }]) => [
      name, SWEEP_RATES.map((rate) => machine.descend(zero, rate, SWEEP_STEPS)).map((run) => run.losses.at(-1)),
    ])));

  // Plotly writes 0.0001 as 100µ, and 20 as a small 2.
  const ticks = (values) => ({ tickvals: values, ticktext: values.map((value) => (value < 1000 ? String(value) : value.toLocaleString("en"))) });
  const ROUND = Curves.spread(-6, 14, 21).flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)));

  lab.figure("machine-sweep", () => {
    const losses = sweep();
    const start = machine.descend(true, 0, 0).losses[0];
    const least = Math.min(...losses.zeroed, ...losses.held);
    const top = 20 * start;
    const fits = (loss) => Math.min(loss, top); // what lies above stands at the upper edge
    const isChosen = settings.lr >= SWEEP_RATES[0] && settings.lr <= SWEEP_RATES.at(-1);
    return {
      data: [
        ...Object.entries(RUNS).map(([name, { name: title, colour, dash, symbol }]) => ({
          ...lab.lineTrace(title, SWEEP_RATES, losses[name].map(fits).map((loss) => lab.own.loss(loss)), colour, { line: { width: 2, dash } }),
          mode: "lines+markers", customdata: losses[name].map((loss) => lab.own.lossText(loss)),
          marker: { color: colour, size: 7, symbol: losses[name].map((loss) => (loss > top ? "triangle-up" : symbol)) },
          hoverinfo: undefined, hovertemplate: `learning rate %{x:.2g}: loss %{customdata}<extra>${title}</extra>`,
        })),
        lab.lineTrace("Your rate", isChosen ? [settings.lr, settings.lr] : [null, null], [least / 1.3, top * 1.3].map((loss) => lab.own.loss(loss)), COLOURS.purple, { line: { width: 2, dash: "dashdot" } }),
      ],
      layout: {
        xaxis: { type: "log", range: [-4.1, 1.1], ...ticks([0.0001, 0.001, 0.01, 0.1, 1, 10]) },
        yaxis: { type: "log", range: [Math.max(least, 1e-6) / 1.3, top * 1.3].map((loss) => Math.log10(lab.own.loss(loss))), title: { text: `${lab.state.kind.toUpperCase()} after ${SWEEP_STEPS} steps` }, ...ticks(ROUND) },
      },
    };
  });

  lab.part("machine-sweep-said", (part) => {
    if (!part.offsetParent) return; // nobody sees it: 82 runs saved
    const best = Object.fromEntries(Object.entries(sweep()).map(([name, losses]) => {
      const least = Math.min(...losses);
      return [name, `${machine.rateText(Number(SWEEP_RATES[losses.indexOf(least)].toPrecision(1)))} (loss ${lab.own.lossText(least, 2)})`];
    }));
    const why = lab.state.kind === "mse"
      ? "The gradient of the mean squared error shrinks near the minimum, so the steps do too, and the run settles. Above a certain rate each step lands higher than the one before."
      : "The mean absolute error counts only which points lie above the curve and which below. So its gradient has the same size near the minimum as far away, and with a fixed rate the loss dances around. The larger the rate, the wider.";
    part.textContent = `Best here: about ${best.zeroed} zeroed, about ${best.held} never zeroed. ${why}`;
  });
}

// The learning rate of *Machine*: a slider on a logarithmic scale, a field to type into, and what the runs show
// about the rate, in words.
{
  const { RUNS, settings } = machine;

  machine.LEAST_RATE = 1e-6;
  machine.MOST_RATE = 1e9;
  const MANTISSAS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  // From 0.0001 to 100 in steps that read well, and one more that is far too large.
  const RATES = [
    ...[-4, -3, -2, -1, 0, 1].flatMap((power) => MANTISSAS.map((mantissa) => Number(`${mantissa}e${power}`))),
    100, machine.MOST_RATE,
  ];

  machine.rateText = (rate) => (rate >= 1e9 ? "1 billion" : rate >= 1000 ? rate.toLocaleString("en") : String(Number(rate.toPrecision(4))));
  const readRate = (text) => (/^\s*1 billion\s*$/i.test(text) ? machine.MOST_RATE : Number(text.trim().replace(/^(\d*),(\d+)$/, "$1.$2") || NaN));

  // The stop of the slider that is nearest to a rate, in proportion.
  const stopOf = (rate) =>
    RATES.reduce((best, value, i) => (Math.abs(Math.log(value / rate)) < Math.abs(Math.log(RATES[best] / rate)) ? i : best), 0);

  lab.part("machine-rate", (part) => {
    const [range, typed] = [part.querySelector("[type=range]"), part.querySelector("[type=text]")];
    range.max = RATES.length - 1;
    range.value = stopOf(settings.lr);
    range.style.setProperty("--range_progress", `${(100 * range.value) / range.max}%`);
    range.setAttribute("aria-valuetext", machine.rateText(settings.lr));
    if (document.activeElement !== typed) typed.value = machine.rateText(settings.lr);
    range.oninput = () => machine.setRate(RATES[range.value]);
    typed.onchange = () => machine.typeRate(typed);
  });

  machine.setRate = (lr) => {
    lab.stop();
    machine.set({ lr });
  };

  machine.typeRate = (typed) => {
    const rate = readRate(typed.value);
    const fits = rate >= machine.LEAST_RATE && rate <= machine.MOST_RATE;
    typed.setAttribute("aria-invalid", !fits);
    typed.parentElement.querySelector("p").textContent = fits
      ? "How long the steps are. The steps so far are taken again with the new rate."
      : "Type a learning rate from 0.000001 to 1,000,000,000, for example 0.01.";
    if (!fits) return;
    typed.value = machine.rateText(rate);
    machine.setRate(rate);
  };

  // What the runs show ----------------------------------------------------------------------------------------

  // The round rate, smaller than now, with the smallest loss after 50 steps.
  const ROUND_RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
  function betterRate(name) {
    const tries = ROUND_RATES.filter((rate) => rate < settings.lr)
      .map((rate) => ({ rate, loss: machine.descend(RUNS[name].zero, rate, 50).losses.at(-1) }));
    if (!tries.length) return "a smaller one";
    return machine.rateText(tries.reduce((best, next) => (next.loss < best.loss ? next : best)).rate);
  }

  // What is wrong with a run, in one sentence, else "".
  const LOOK_BACK = 20; // steps
  machine.trouble = (name) => {
    const { losses } = machine.run(name);
    const { at, loss, diverged } = machine.now(name);
    const tooLarge = () => `the learning rate is too large; try ${betterRate(name)}.`;
    if (diverged) return `diverged at step ${at}: ${tooLarge()}`;
    const times = loss / losses[0];
    if (times > 2) return `the loss is ${times < 1e6 ? lab.shown(times, 0) : "over a million"} times the loss at the start: ${tooLarge()}`;
    if (at < LOOK_BACK) return "";
    const last = losses.slice(at - LOOK_BACK, at + 1);
    const rises = last.filter((value, i) => i > 0 && value > last[i - 1]).length;
    const [low, high] = [Math.min(...last), Math.max(...last)];
    if (rises < LOOK_BACK / 4 || high - low < 0.02 * losses[0]) return "";
    const why = RUNS[name].zero ? "each step jumps over the minimum. A smaller rate comes closer." : "the held gradients carry it past the minimum each time.";
    return `in the last ${LOOK_BACK} steps the loss went up and down between ${lab.own.lossText(low, 2)} and ${lab.own.lossText(high, 2)}: ${why}`;
  };

  lab.part("machine-said", (part) => {
    part.setAttribute("role", "status");
    if (machine.playing) return; // a screen reader would read out every frame
    const lines = machine.shown().flatMap((name) => {
      const trouble = machine.trouble(name);
      return trouble ? [`${RUNS[name].name}: ${trouble}`] : [];
    });
    if (settings.steps >= machine.MOST_STEPS) lines.push(`These are ${machine.MOST_STEPS.toLocaleString("en")} steps, the most this page takes. Press Start again.`);
    if ([...part.children].map((line) => line.textContent).join() === lines.join()) return;
    part.replaceChildren(...lines.map((line) => lab.node("p", line, { class: "look-notice" })));
  });
}

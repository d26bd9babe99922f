// *Machine*: two runs of gradient descent from the same start, one zeroed and one that never is.
//
// A run depends on the points, the loss, the start and the learning rate alone. So the state holds only how many
// steps were taken; they are taken again when one of the four changes, and when a link is opened. The sections of
// the tab are in machine_rate.js, machine_moves.js, machine_losses.js, machine_surface.js and machine_sweep.js.

const machine = {
  fromSliders: false, // start at the visitor's own quadratic of *By hand*
  playing: null, // how many steps the button plays that was pressed
  tried: new Set(), // what the visitor has done, for the line "Try this"
  MOST_STEPS: 5000,
  NAMES: ["a", "b", "c"],
  RUNS: {
    zeroed: { name: "Zeroed", zero: true, colour: COLOURS.accent, dash: "solid", symbol: "circle" },
    held: { name: "Never zeroed", zero: false, colour: COLOURS.pink, dash: "dash", symbol: "square" },
  },
};
lab.machine = machine;

{
  const LESSON_START = [1.1, 1.1, 1.1];
  const SHOWN = { yes: ["zeroed"], no: ["held"], both: ["zeroed", "held"] };
  const { MOST_STEPS, RUNS } = machine;

  lab.state.machine = {
    lr: 0.01, zero: "yes", steps: 0, pair: "ab",
    get start() {
      return machine.fromSliders ? [...hand.params] : LESSON_START;
    },
  };
  machine.settings = lab.state.machine;
  const { settings } = machine;

  // The runs --------------------------------------------------------------------------------------------------

  // Entry k of each list is after k steps: the parameters, their loss, its slope, and `used`, what the next step
  // follows: the slope, or the sum of all so far. A run that diverges ends there.
  machine.descend = (zero, lr, steps, run = null) => {
    const { x, y } = lab.points;
    const { kind } = lab.state;
    run ??= { params: [], losses: [], slopes: [], used: [], next: settings.start, held: null, divergedAt: null };
    while (run.params.length <= steps && run.divergedAt === null) {
      const params = run.next;
      const { params: next, held, slope } = Curves.step({ params, held: run.held }, x, y, { kind, lr, zero });
      run.params.push(params);
      run.losses.push(Curves.loss(Curves.quadratic(params, x), y, kind));
      run.slopes.push(slope);
      run.used.push(held);
      Object.assign(run, { next, held });
      if (Curves.hasDiverged(params)) run.divergedAt = run.params.length - 1;
    }
    return run;
  };

  // Keep what a function makes until the points, the loss, the start or one of `more` changes.
  machine.kept = (make, more = () => []) => {
    let made = null;
    return () => {
      const key = [lab.points, lab.state.kind, ...settings.start, ...more()];
      if (!made || key.some((part, i) => part !== made.key[i])) made = { key, value: make() };
      return made.value;
    };
  };

  const keptRuns = machine.kept(() => ({}), () => [settings.lr]);
  machine.run = (name) => {
    const runs = keptRuns();
    runs[name] = machine.descend(RUNS[name].zero, settings.lr, settings.steps, runs[name]);
    return runs[name];
  };

  // Where a run is now: the last entry that there is.
  machine.now = (name) => {
    const run = machine.run(name);
    const at = Math.min(settings.steps, run.params.length - 1);
    return {
      at, params: run.params[at], loss: run.losses[at], slope: run.slopes[at], used: run.used[at],
      move: run.used[at].map((value) => -settings.lr * value),
      diverged: run.divergedAt !== null && run.divergedAt <= settings.steps,
    };
  };
  machine.path = (name) => machine.run(name).params.slice(0, settings.steps + 1);
  machine.shown = () => SHOWN[settings.zero];
  machine.main = () => machine.shown()[0]; // the one that the large number and the guesses are about

  machine.optimum = lab.optimum;

  // What the visitor does -------------------------------------------------------------------------------------

  machine.isOver = () => settings.steps >= MOST_STEPS || machine.shown().every((name) => machine.now(name).diverged);

  machine.step = () => {
    lab.stop();
    if (!machine.isOver()) settings.steps++;
    machine.show();
  };

  // Play so many steps, a few in each frame; the same button stops them.
  machine.play = (count) => {
    lab.stop();
    if (machine.playing === count) return;
    const from = settings.steps;
    const finished = () => {
      if (machine.playing === count) machine.playing = null;
      machine.show();
    };
    machine.playing = count;
    lab.play(count > 100 ? 10 : 5, (share) => {
      settings.steps = Math.min(from + Math.round(share * count), MOST_STEPS);
      machine.show();
      return !machine.isOver();
    }, finished);
  };

  machine.again = () => {
    lab.stop();
    settings.steps = 0;
    machine.show();
  };

  machine.set = (changes) => {
    Object.assign(settings, changes);
    if (settings.zero !== "yes") machine.tried.add("held");
    if (settings.lr >= 1) machine.tried.add("large");
    if (changes.pair) machine.tried.add("surface");
    machine.show();
    if (changes.lr) lab.move("machine-sweep");
    return Object.values(changes)[0];
  };

  machine.startFrom = (fromSliders) => {
    machine.fromSliders = fromSliders;
    machine.again();
    lab.refresh("machine-sweep", "machine-sweep-said");
    return fromSliders;
  };

  // Showing ---------------------------------------------------------------------------------------------------

  // A figure whose frame (axes, surface, number of lines) is named by `frame()`. While the name stays, only the
  // lines move, which is three times as fast.
  const figures = new Map();
  machine.figure = (id, draw, frame) => {
    figures.set(id, { frame, drawn: null });
    lab.figure(id, () => {
      figures.get(id).drawn = frame();
      return draw();
    });
  };

  const PARTS = ["machine-loss", "machine-rate", "machine-said", "machine-moves", "machine-guess", "machine-figures-said", "machine-surface-said"];

  const inView = (id) => {
    const box = document.getElementById(id)?.getBoundingClientRect();
    return box && box.bottom > 0 && box.top < window.innerHeight;
  };

  machine.show = () => {
    // While steps are played, a figure out of view waits. All are asked first: drawing makes the answer slow.
    const due = [...figures.keys()].filter((id) => !machine.playing || inView(id));
    for (const id of due) {
      const { frame, drawn } = figures.get(id);
      (frame() === drawn ? lab.move : lab.refresh)(id);
    }
    lab.refresh(...PARTS);
    machine.tryThis();
    lab.save();
  };

  machine.figure("machine-plot", () => {
    const grid = lab.grid();
    const optimum = machine.optimum();
    return {
      data: [
        ...(optimum ? [lab.lineTrace("Exact optimum", grid, Curves.quadratic(optimum, grid), COLOURS.teal, { line: { width: 2, dash: "dot" } })] : []),
        ...machine.shown().map((name) =>
          lab.lineTrace(RUNS[name].name, grid, Curves.quadratic(machine.now(name).params, grid), RUNS[name].colour, { line: { dash: RUNS[name].dash } })),
        lab.dataTrace(),
      ],
      layout: lab.axes(),
    };
  }, () => settings.zero);

  const steps = (count) => `${count.toLocaleString("en")} ${count === 1 ? "step" : "steps"}`;

  lab.part("machine-loss", (part) => {
    const [first, second] = machine.shown();
    const now = machine.now(first);
    part.querySelector(".look-label").textContent = `Loss after ${steps(now.at)}: ${lab.lossName()}`;
    part.querySelector("b").textContent = lab.own.lossText(now.loss);
    part.querySelector(".look-unit").textContent = RUNS[first].name.toLowerCase();
    part.querySelector(".look-hint").textContent = second
      ? `Never zeroed: ${lab.own.lossText(machine.now(second).loss)}`
      : `At the start: ${lab.own.lossText(machine.run(first).losses[0])}`;
    for (const [id, name] of [["machine-play-100", "Play 100 steps"], ["machine-play-1000", "Play 1,000 steps"]]) {
      setLabel(id, machine.playing !== null && name === `Play ${steps(machine.playing)}` ? "Stop" : name);
    }
  });

  // The words on one of Gradio's buttons. Its own text node stays, so that the focus stays too.
  function setLabel(id, words) {
    const button = document.getElementById(id);
    const text = [...(button?.childNodes ?? [])].find((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    if (text && text.data.trim() !== words) text.data = words;
  }
  machine.setLabel = setLabel;

  let said = "";
  machine.tryThis = () => {
    const next = machine.next();
    if (next !== said) lab.tryThis("machine-try", next);
    said = next;
  };
  machine.next = () => {
    const { steps: count, lr } = settings;
    if (machine.guessing) return "Look at the picture: should the curve be steeper, lean more, or lie higher? Then guess.";
    if (count === 0 && !machine.tried.has("played")) return "Press One gradient step. Which parameter moves most?";
    machine.tried.add("played");
    if (count < 10 && !machine.tried.has("far")) return "The longest arrow moves most. Take a few more steps, then play 100.";
    machine.tried.add("far");
    if (!machine.tried.has("large")) return "Move the learning rate up to 1, to 100, to 1 billion. When does the loss no longer fall?";
    if (!machine.tried.has("held")) return "Set the rate back to 0.01. Then choose Show both: which run is ahead after 20 steps, which after 100?";
    if (lr > 0.1) return "Set the learning rate back to 0.01 and compare the two runs.";
    if (!machine.tried.has("surface")) return "Follow both paths on the loss surface, then choose b and c. Who runs past the minimum?";
    return "Hide the arrows and guess the next moves. Or start from your own sliders: do you end in the same place?";
  };

  lab.onData(() => {
    lab.stop();
    machine.tryThis();
  });

  lab.controls(() => [settings.zero, machine.fromSliders, settings.pair]);

  // The link --------------------------------------------------------------------------------------------------

  lab.linked(
    (link) => {
      if (settings.lr !== 0.01) link.set("rate", lab.packNumbers([settings.lr]));
      if (settings.zero !== "yes") link.set("zero", settings.zero);
      if (settings.steps) link.set("steps", settings.steps);
      if (machine.fromSliders) link.set("start", "sliders");
      if (settings.pair !== "ab") link.set("surface", settings.pair);
    },
    (link) => {
      settings.lr = lab.readNumber(link.get("rate"), machine.LEAST_RATE, machine.MOST_RATE) ?? settings.lr;
      if (Object.hasOwn(SHOWN, link.get("zero") ?? "")) settings.zero = link.get("zero");
      settings.steps = Math.round(lab.readNumber(link.get("steps"), 0, MOST_STEPS) ?? 0);
      machine.fromSliders = link.get("start") === "sliders";
      if (["ab", "ac", "bc"].includes(link.get("surface"))) settings.pair = link.get("surface");
    },
  );
}

// *ReLUs*: its Gradio controls, its part of the link, and what to try next.

{
  const { UNIT_LIMITS } = SETTINGS;

  const setting = (name) => (value) => {
    units.state[name] = value;
    units.state.fitted = false; // not with these settings
    lab.save();
  };

  let noiseFrame = 0;

  // What each control does when the visitor moves it.
  const HEARD = {
    count: units.setCount, m: units.setParam("m"), b: units.setParam("b"), w: units.setParam("w"), c: units.setParam("c"),
    activation: (value) => {
      units.state.activation = value;
      units.changed();
    },
    // Several figures follow: once in a frame is enough.
    noise: (value) => {
      lab.state.data.noise = value;
      cancelAnimationFrame(noiseFrame);
      noiseFrame = requestAnimationFrame(() => lab.setData({ noise: value }));
    },
    showTrue: (value) => {
      units.showTrue = value;
      lab.refresh("units-plot");
    },
    ...Object.fromEntries(["lr", "optimizer", "seeds", "seed", "steps"].map((name) => [name, setting(name)])),
    own: (value) => {
      units.own = value;
    },
  };

  // What each control shows, in the order in which build_units() returns them.
  units.values = () => {
    const { state, chosen } = units;
    const { m, b, w, c } = state.units;
    return {
      count: state.count, m: rounded(m[chosen]), b: rounded(b[chosen]), w: rounded(w[chosen]), c: rounded(c),
      activation: state.activation, noise: lab.state.data.noise, showTrue: units.showTrue,
      lr: state.lr, optimizer: state.optimizer, seeds: state.seeds, seed: state.seed, steps: state.steps, own: units.own,
    };
  };
  const rounded = (value) => Number(value.toPrecision(4));

  // How far a slider goes: as Python made it, and beyond its value where gradient descent went further.
  const USUAL_ENDS = { m: 10, b: 10, w: 10, c: 20 };
  const roundAbove = (value) => {
    const ten = 10 ** Math.floor(Math.log10(value));
    return ten * [1, 2, 5, 10].find((step) => step * ten >= value);
  };
  const sliderEnd = (name, value) => {
    const usual = USUAL_ENDS[name];
    return usual && Math.abs(value) > usual ? roundAbove(Math.abs(value)) : usual;
  };

  // What the controls show as far as is known here: {value, end} of each.
  const told = {};
  const KEEP = { __type__: "update" };
  const wanted = () => Object.entries(units.values()).map(([name, value]) => [name, { value, end: sliderEnd(name, value) }]);
  const isTold = ([name, { value, end }]) => told[name]?.value === value && told[name].end === end;

  // What has changed goes to the controls; the others are left alone, one of them may be in the visitor's hand.
  units.tell = () =>
    wanted().map(([name, next]) => {
      if (isTold([name, next])) return KEEP;
      told[name] = next;
      const { value, end } = next;
      return end ? { ...KEEP, value, minimum: -end, maximum: end, step: end / 200 } : value;
    });
  units.sync = () => {
    if (!wanted().every(isTold)) document.getElementById("units-sync")?.click();
  };
  lab.controls(() => {
    for (const [name, { value }] of wanted()) told[name] = { value, end: USUAL_ENDS[name] };
    return Object.values(units.values());
  });

  // A control says what the visitor chose. Number boxes let anything through.
  const BOUNDS = {
    count: [1, UNIT_LIMITS.units], steps: [1, UNIT_LIMITS.steps], seed: [0, UNIT_LIMITS.seed], noise: [0, LIMITS.noise],
    ...Object.fromEntries(["m", "b", "w", "c"].map((name) => [name, [-UNIT_LIMITS.param, UNIT_LIMITS.param]])),
  };
  const WHOLE = ["count", "steps", "seed"];
  units.hear = (name, value) => {
    if (value === null || Number.isNaN(value)) return; // an emptied number box
    const [low, high] = BOUNDS[name] ?? [];
    let used = low === undefined ? value : Math.min(Math.max(value, low), high);
    if (WHOLE.includes(name)) used = Math.round(used);
    told[name] = { value, end: told[name]?.end };
    HEARD[name](used);
    if (used !== value) units.sync();
  };

  // The link --------------------------------------------------------------------------------------------------

  // Short keys: the settings that are not as at the start, and the network as m, b, w of each unit, then c.
  const FIRST = { count: 1, activation: "relu", seed: 42, seeds: 1, steps: 1000, lr: 0.01, optimizer: "adam" };
  const KEYS = { steps: "fitsteps", lr: "fitrate", seed: "seed", seeds: "seeds", optimizer: "optimizer" };
  const FIRST_NETWORK = lab.packNumbers([...units.LESSON_UNITS[0], 0]);

  lab.linked(
    (link) => {
      const { state } = units;
      const { m, b, w, c } = state.units;
      const network = lab.packNumbers([...m.flatMap((_, i) => [m[i], b[i], w[i]]), c]);
      if (network !== FIRST_NETWORK) link.set("units", network);
      if (state.activation !== FIRST.activation) link.set("wiggle", state.activation);
      for (const [name, key] of Object.entries(KEYS)) {
        if (state[name] !== FIRST[name]) link.set(key, state[name]);
      }
      if (state.fitted) link.set("fitted", 1);
    },
    (link) => {
      const { state } = units;
      const network = lab.readNumbers(link.get("units"), { most: 3 * UNIT_LIMITS.units + 1 });
      if (network && network.length > 3 && network.length % 3 === 1) {
        const nth = (place) => network.slice(0, -1).filter((_, i) => i % 3 === place);
        state.units = { m: nth(0), b: nth(1), w: nth(2), c: network.at(-1) };
        state.count = state.units.m.length;
        units.fittedInLink = link.get("fitted") === "1";
      }
      if (Object.hasOwn(Curves.ACTIVATIONS, link.get("wiggle") ?? "")) state.activation = link.get("wiggle");
      if (link.get("optimizer") === "sgd") state.optimizer = "sgd";
      const read = (name, low, high) => lab.readNumber(link.get(KEYS[name]), low, high) ?? state[name];
      state.steps = Math.round(read("steps", 1, UNIT_LIMITS.steps));
      state.seed = Math.round(read("seed", 0, UNIT_LIMITS.seed));
      const offered = (name, values) => values.find((value) => value === read(name, 0, 1e9)) ?? state[name];
      state.seeds = offered("seeds", UNIT_LIMITS.seeds);
      state.lr = offered("lr", UNIT_LIMITS.rates);
    },
  );

  // What to try next ------------------------------------------------------------------------------------------

  units.next = () => {
    const { count } = units.state;
    const isFitted = units.fit !== null || units.state.fitted;
    if (units.rows.length === units.SWEEP_COUNTS.length) {
      return lab.state.data.points
        ? "Choose Only noise in Points and try 1 to 100 units again: what do they learn there?"
        : "Move the noise to 0 and try 1 to 100 units again. Do many units still go wrong?";
    }
    const knowsTruth = Boolean(lab.state.data.curve);
    if (isFitted && (count >= 10 || !knowsTruth)) {
      const best = knowsTruth ? "comes closest to the true curve" : "predicts best";
      return `Scroll down and try 1 to 100 units: which number ${best}?`;
    }
    if (isFitted) return "Fit 20 units. The loss falls again. Does the error to the true curve fall too?";
    if (count > 2) return "Press Fit by gradient descent, and watch the units find their places.";
    if (count === 2) return "Make a V of the two units by hand. Then press Fit: does gradient descent find a better one?";
    if (units.touched) return "One unit cannot follow a valley. Press 2 units: the second opens to the other side.";
    return "Move m and b of this one unit. Where does it switch?";
  };
  lab.onData(() => lab.tryThis("units-try", units.next()));
}

// *ReLUs*: a network of one variable, unit by unit. What the visitor moves by hand, its picture, its numbers.

const units = {
  chosen: 0, // the unit that the sliders m, b and w move
  touched: false, // has the visitor moved a slider?
  showTrue: true,
  own: false, // does a fit start from the units on the screen?
  fittedInLink: false, // did the link say that its units are fitted?
};
lab.units = units;

{
  // What a link and the notebook know. `fitted`: these units are what the settings give, to the last step.
  units.state = lab.state.units = {
    count: 1, activation: "relu", seed: 42, seeds: 1, steps: 1000, lr: 0.01, optimizer: "adam", fitted: false,
    units: { m: [1.5], b: [1.5], w: [1], c: 0 },
  };
  // The first two units are those of the lesson's notebook: one that opens to each side.
  units.LESSON_UNITS = [[1.5, 1.5, 1], [-1.5, -1.5, 1]];

  const newUnit = (i) => {
    const [m, b, w] = Curves.normals(3, units.state.seed * 1000 + i);
    return units.LESSON_UNITS[i] ?? [1.5 * m, 1.5 * b, w];
  };
  units.copyUnits = ({ m, b, w, c }) => ({ m: [...m], b: [...b], w: [...w], c });

  units.named = (count) => (count === 1 ? "1 unit" : `${count} units`);

  units.at = (x) => Curves.network(units.state.units, x, units.state.activation);
  units.loss = () => Curves.loss(units.at(lab.points.x), lab.points.y, lab.state.kind);

  // The same loss, to the true curve instead of the points; null where nobody knows that curve.
  const N_TRUTH = 401; // as many places as shared/curves/sweep.py compares
  units.trueError = () => {
    const truth = lab.trueCurve(N_TRUTH);
    return truth && Curves.loss(units.at(truth.x), truth.y, lab.state.kind);
  };

  // The picture -----------------------------------------------------------------------------------------------

  // Where a unit bends, as values of m x + b. A soft unit is drawn through these; a straight one needs its knot.
  const SIGMOID_BENDS = [-7, -5, -4, -3.2, -2.5, -1.9, -1.3, -0.7, 0, 0.7, 1.3, 1.9, 2.5, 3.2, 4, 5, 7];
  const BENDS = {
    relu: [0], leaky_relu: [0], sigmoid: SIGMOID_BENDS, tanh: SIGMOID_BENDS.map((z) => z / 2),
  };
  const isStraight = () => BENDS[units.state.activation].length === 1;

  // Lines run a little beyond both edges of the picture.
  const ends = () => {
    const [low, high] = lab.ranges.x;
    return [low - (high - low) * 0.1, high + (high - low) * 0.1];
  };

  const unitLine = (i) => {
    const { units: network, activation } = units.state;
    const [low, high] = ends();
    const bends = BENDS[activation].map((z) => (z - network.b[i]) / network.m[i]).filter((x) => x > low && x < high);
    const x = [low, ...(network.m[i] < 0 ? bends.reverse() : bends), high];
    return { x, y: x.map((value) => Curves.unitAt(network, i, value, activation)) };
  }

  // All units but the chosen one as one line, there and back again: where one ends the next begins, beyond the
  // edge. A hundred lines would be a hundred elements of the page to move in each frame.
  const thinLines = () => {
    const line = { x: [], y: [] };
    let back = false;
    units.state.units.m.forEach((_, i) => {
      if (i === units.chosen) return;
      const { x, y } = unitLine(i);
      line.x.push(...(back ? x.reverse() : x));
      line.y.push(...(back ? y.reverse() : y));
      back = !back;
    });
    return line;
  }

  // Knots inside the picture. Soft units have none.
  const visibleKnots = (indices) =>
    isStraight()
      ? indices.map((i) => Curves.knots(units.state.units)[i]).filter((x) => x >= lab.ranges.x[0] && x <= lab.ranges.x[1])
      : [];

  units.allUnits = () => units.state.units.m.map((_, i) => i);

  lab.figure("units-plot", () => {
    const { chosen, state } = units;
    const knots = visibleKnots(units.allUnits().filter((i) => i !== chosen)).sort((p, q) => p - q);
    const chosenKnot = visibleKnots([chosen]);
    const x = isStraight()
      ? [...ends(), ...visibleKnots(units.allUnits())].sort((p, q) => p - q)
      : Curves.spread(...ends(), 161);
    const thin = thinLines();
    const line = unitLine(chosen);
    const truth = units.showTrue ? lab.trueCurve() : null;
    const dashed = { line: { width: 2, dash: "dash" } };
    const diamonds = (at, colour, size, more) => ({
      x: at, y: units.at(at), type: "scatter", mode: "markers", hoverinfo: "skip", ...more,
      marker: { symbol: "diamond", size, color: colour, line: { color: "#fff", width: 1.5 } },
    });
    return {
      data: [
        lab.lineTrace("Units", thin.x, thin.y, COLOURS.muted, { line: { width: 1 }, showlegend: state.count > 1 }),
        ...(truth ? [lab.lineTrace("True curve", truth.x, truth.y, COLOURS.teal, dashed)] : []),
        lab.lineTrace("Sum", x, units.at(x), COLOURS.accent, { line: { width: 4 } }),
        lab.dataTrace(),
        lab.lineTrace(`Unit ${chosen + 1}`, line.x, line.y, COLOURS.purple, { line: { width: 2.5, dash: "dot" } }),
        diamonds(knots, COLOURS.accent, 10, { name: "Knots", showlegend: isStraight() && state.count > 1 }),
        diamonds(chosenKnot, COLOURS.purple, 13, { name: "Knot", showlegend: isStraight() && state.count === 1 }),
      ],
      layout: lab.axes(),
    };
  });

  // Numbers and words -----------------------------------------------------------------------------------------

  units.setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text; // readers announce what changes
  };

  lab.part("units-loss", (part) => {
    units.setText(part.querySelector(".look-label"), `Loss: ${lab.lossName()}`);
    units.setText(part.querySelector("b"), lab.own.lossText(units.loss()));
  });

  lab.part("units-facts", (part) => {
    if (!part.firstChild) {
      for (const name of ["Error to the true curve", "Parameters"]) {
        const fact = lab.node("p");
        fact.append(lab.node("span", name), lab.node("b"));
        part.append(fact);
      }
    }
    const [truth, parameters] = part.querySelectorAll("b");
    const error = units.trueError();
    units.setText(truth, error === null ? "unknown" : lab.own.lossText(error));
    units.setText(parameters, String(3 * units.state.count + 1));
  });

  // "3", "3 and 7", "3, 7 and 9", "3, 7, 9, 12 and 5 more".
  const MOST_LISTED = 6;
  const listed = (numbers) => {
    const isLong = numbers.length > MOST_LISTED;
    const shown = numbers.slice(0, isLong ? MOST_LISTED - 1 : -1).join(", ");
    const rest = isLong ? `${numbers.length - MOST_LISTED + 1} more` : numbers.at(-1);
    return shown ? `${shown} and ${rest}` : String(rest);
  };

  lab.part("units-words", (part) => {
    const { units: network, activation } = units.state;
    const dead = Curves.deadUnits(network, lab.points.x, activation).map((i) => i + 1);
    if (!dead.length) return units.setText(part, "");
    const [one, are, their] = dead.length === 1 ? ["Unit", "is", "its"] : ["Units", "are", "their"];
    const why = `off at every point, so ${their} gradient is 0`;
    units.setText(part, `${one} ${listed(dead)} ${are} dead: ${why}. Try another seed or leaky ReLU.`);
  });

  lab.part("units-own-points", (part) => {
    const words = "These are your own points: there is no noise to change. Choose a preset in Points for that.";
    units.setText(part, lab.state.data.points ? words : "");
  });

  // The picker: which unit the sliders move.
  lab.part("units-picker", (part) => {
    if (!part.firstChild) {
      const turn = (text, name, by) => {
        const button = lab.node("button", text, { type: "button", "aria-label": name });
        button.addEventListener("click", () => units.choose(units.chosen + by));
        return button;
      };
      const label = lab.node("label", "Unit to move ");
      const select = lab.node("select");
      select.addEventListener("change", () => units.choose(Number(select.value)));
      label.append(select);
      part.append(turn("‹", "The unit before", -1), label, turn("›", "The next unit", 1));
    }
    const select = part.querySelector("select");
    if (select.length !== units.state.count) {
      const option = (i) => lab.node("option", `${i + 1} of ${units.state.count}`, { value: i });
      select.replaceChildren(...units.allUnits().map(option));
    }
    select.value = units.chosen;
    const [before, next] = part.querySelectorAll("button");
    before.disabled = units.chosen === 0;
    next.disabled = units.chosen === units.state.count - 1;
    units.sync();
  });

  // Moving ----------------------------------------------------------------------------------------------------

  // Draw what has changed, in this frame.
  units.show = () => {
    lab.move("units-plot");
    lab.refresh("units-loss", "units-facts", "units-words");
  };

  const draw = () => {
    units.show();
    requestAnimationFrame(() => lab.tryThis("units-try", units.next()));
    lab.save();
  };

  units.setParam = (name) => (value) => {
    const { units: network } = units.state;
    if (name === "c") network.c = value;
    else network[name][units.chosen] = value;
    units.touched = true;
    units.state.fitted = false;
    draw();
  };

  units.choose = (i) => {
    units.chosen = Math.min(Math.max(i, 0), units.state.count - 1);
    lab.refresh("units-plot", "units-picker");
  };

  // Another number of units, or another wiggle: the fit is of neither.
  units.changed = () => {
    units.forgetFit();
    lab.refresh("units-plot", "units-picker", "units-player", "units-losses", "units-spread");
    draw();
  };

  units.setCount = (count) => {
    const { state } = units;
    if (count === state.count) return;
    const { m, b, w, c } = state.units;
    const all = Array.from({ length: count }, (_, i) => (i < state.count ? [m[i], b[i], w[i]] : newUnit(i)));
    const nth = (place) => all.map((unit) => unit[place]);
    state.units = { m: nth(0), b: nth(1), w: nth(2), c };
    units.chosen = count > state.count ? count - 1 : Math.min(units.chosen, count - 1);
    state.count = count;
    units.changed();
  };

  units.drawAgain = () => {
    if (!lab.state.data.points) lab.setData({ seed: (lab.state.data.seed + 1) % 1_000_000 });
  };
}

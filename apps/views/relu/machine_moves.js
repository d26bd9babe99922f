// The next move of a, b and c as arithmetic and as an arrow, and the game of guessing it.
{
  const { NAMES, RUNS, settings } = machine;

  machine.guessing = null; // {parameter, right, asked, said} while the arrows are hidden

  const minus = (text) => String(text).replace("-", "−");
  machine.number = (value, digits = 3) => {
    const text = lab.shown(value, digits);
    return minus(/^-0\.0*$/.test(text) ? text.slice(1) : text);
  };
  const bracketed = (value) => {
    const text = machine.number(value);
    return text.startsWith("−") ? `(${text})` : text;
  };
  const direction = (move) => (move > 0 ? "up" : move < 0 ? "down" : "nowhere");
  // The size of a move with three figures that say something.
  const size = (value) => {
    const text = Math.abs(value) >= 1e6 ? "huge" : String(Number(Math.abs(value).toPrecision(3)));
    return Math.abs(value) < 1e-6 ? "under 0.000001" : text;
  };

  // The length that the longest arrow stands for: 1, 2 or 5 times a power of ten, so that it seldom changes.
  function arrowScale() {
    const longest = Math.max(...machine.shown().flatMap((name) => machine.now(name).move.map(Math.abs)));
    if (!(longest > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(longest));
    return power * [1, 2, 5, 10].find((step) => longest <= step * power * (1 + 1e-9));
  }

  // An arrow from the middle, to the right when the parameter grows. Even the shortest says which way.
  const HALF = 92;
  const HEAD = 9;
  function turnArrow(arrow, move, scale) {
    const head = HEAD * Math.sign(move);
    const end = 100 + (Math.abs(move / scale) * HALF > HEAD ? (HALF * move) / scale : head);
    arrow.querySelector(".machine-shaft").setAttribute("d", `M100 12H${end - head}`);
    arrow.querySelector(".machine-head").setAttribute("d", `M${end} 12L${end - head} 5.5V18.5Z`);
  }

  function newArrow() {
    const svg = (tag, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      return made;
    };
    const arrow = svg("svg", { viewBox: "0 0 200 24", "aria-hidden": "true", class: "machine-arrow" });
    arrow.append(
      svg("path", { d: "M4 12H196", class: "machine-track" }),
      svg("path", { d: "M100 3V21", class: "machine-middle" }),
      svg("path", { class: "machine-shaft" }),
      svg("path", { class: "machine-head" }),
    );
    return arrow;
  }

  // The card of a run: for each parameter the sum, the arrow, the gradient, and the move in words.
  function newCard(name) {
    const card = lab.node("section", "", { class: "machine-card", "data-run": name });
    const list = lab.node("ul");
    for (const _ of NAMES) {
      const row = lab.node("li");
      row.append(
        lab.node("p", "", { class: "machine-sum" }), newArrow(),
        lab.node("p", "", { class: "machine-gradient" }), lab.node("p", "", { class: "machine-way" }),
      );
      list.append(row);
    }
    card.append(lab.node("h2", `The next move: ${RUNS[name].name.toLowerCase()}`), list);
    return card;
  }

  function fillRow(row, i, zero, { params, slope, used, move, diverged }, scale) {
    const set = (css, text) => {
      row.querySelector(css).textContent = text;
    };
    const rate = minus(machine.rateText(settings.lr));
    const value = machine.number(params[i]);
    const isHidden = Boolean(machine.guessing || diverged);
    row.querySelector(".machine-arrow").classList.toggle("machine-hidden", isHidden);
    turnArrow(row, isHidden ? 0 : move[i], scale);
    if (isHidden) {
      set(".machine-sum", `${NAMES[i]}: ${value}`);
      set(".machine-gradient", diverged ? "No further step" : "Hidden while you guess");
      set(".machine-way", "");
      return;
    }
    set(".machine-sum", `${NAMES[i]}: ${value} − ${rate} × ${bracketed(used[i])} = ${machine.number(params[i] + move[i])}`);
    set(".machine-gradient", zero
      ? `gradient ${machine.number(slope[i])}`
      : `gradient ${machine.number(slope[i])} + held ${bracketed(used[i] - slope[i])} = ${machine.number(used[i])}`);
    set(".machine-way", move[i] === 0 ? "stays" : `${direction(move[i])} by ${size(move[i])}`);
  }

  lab.part("machine-moves", (part) => {
    const shown = machine.shown();
    const cards = [...part.querySelectorAll(".machine-card")];
    if (cards.map((card) => card.dataset.run).join() !== shown.join()) {
      part.replaceChildren(...shown.map(newCard), lab.node("p"));
      return lab.refresh("machine-moves");
    }
    const scale = arrowScale();
    cards.forEach((card, k) => {
      const now = machine.now(shown[k]);
      card.querySelectorAll("li").forEach((row, i) => fillRow(row, i, RUNS[shown[k]].zero, now, scale));
    });
    const arrows = !machine.guessing && shown.some((name) => !machine.now(name).diverged);
    part.lastElementChild.textContent = !arrows ? "" : `Parameter − learning rate × gradient. An arrow as long as half the line is a move of ${size(scale)}.`;
  });

  // Guessing --------------------------------------------------------------------------------------------------

  // Ask about the parameters in turn, but not about one that will stay where it is.
  function nextQuestion(after) {
    const { move, diverged } = machine.now(machine.main());
    if (diverged) return null;
    return [1, 2, 3].map((step) => (after + step) % 3).find((i) => move[i] !== 0) ?? null;
  }

  machine.toggleGuessing = () => {
    lab.stop();
    machine.guessing = machine.guessing ? null : { after: 2, right: 0, asked: 0, said: "" };
    machine.tried.add("guessed");
    machine.show();
  };

  machine.guess = (way) => {
    const { guessing } = machine;
    const i = guessing && nextQuestion(guessing.after);
    if (i === null || machine.isOver()) return;
    const { move, slope, used } = machine.now(machine.main());
    const isRight = Math.sign(move[i]) === way;
    const agrees = Math.sign(slope[i]) === Math.sign(used[i]);
    const why = agrees
      ? `its gradient was ${machine.number(slope[i])}, so the loss falls when ${NAMES[i]} goes ${direction(-slope[i])}`
      : `its gradient of now, ${machine.number(slope[i])}, says ${direction(-slope[i])}, but with the held ones the sum was ${machine.number(used[i])}`;
    guessing.right += isRight;
    guessing.asked += 1;
    guessing.after = i;
    guessing.said = `${isRight ? "Right." : "Not this time."} ${NAMES[i]} went ${direction(move[i])} by ${size(move[i])}: ${why}.`;
    machine.step();
  };

  lab.part("machine-guess", (part) => {
    const { guessing } = machine;
    part.toggleAttribute("data-on", Boolean(guessing));
    machine.setLabel("machine-guess-on", guessing ? "Show the arrows" : "Hide the arrows and guess");
    if (!part.firstElementChild) part.append(lab.node("h2", "Guess the next move"), lab.node("p", "", { role: "status" }), lab.node("p"), lab.node("p"));
    const [, said, score, question] = part.children;
    const asked = guessing ? nextQuestion(guessing.after) : null;
    const run = RUNS[machine.main()].name.toLowerCase();
    const lines = guessing
      ? [
          guessing.said,
          guessing.asked ? `${guessing.right} of ${guessing.asked} right` : "",
          asked === null || machine.isOver() ? "No parameter moves any more. Press Start again." : `Which way will ${NAMES[asked]} go on the next step (${run})?`,
        ]
      : ["", "", "Hide the arrows, and say from the picture which way a parameter goes. Each guess takes the step."];
    [said, score, question].forEach((line, k) => {
      if (line.textContent !== lines[k]) line.textContent = lines[k];
    });
  });
}

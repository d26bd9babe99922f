// *ReLUs*: a fit by gradient descent. The server sends the network at some of its steps; here they are played.

{
  // units.fit: null, or what fit_units() of units_server.py answered; `own`: it went on from the visitor's units.
  // units.frame: which of its frames is on the screen.
  units.fit = null;
  units.frame = 0;
  units.playing = false;
  const FRAMES_A_SECOND = 40;
  const PATIENCE_MS = 400; // a shorter wait needs no words

  const lessMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // A fit belongs to its points, its number of units and its wiggle.
  let version = 0; // of what is fitted
  units.forgetFit = () => {
    lab.stop();
    version++;
    units.fit = null;
    units.state.fitted = false;
    lab.notice("units-notice");
  };
  lab.onData(() => {
    units.forgetFit();
    units.state.fitted = units.fittedInLink; // these are the points of the link
    units.fittedInLink = false;
  });

  // A line of what is being done, with a button that ends it. Null takes it away.
  units.status = (id, text, { share = null, stop } = {}) => {
    lab.part(id, (part) => {
      if (!text) return part.replaceChildren();
      if (!part.firstChild) {
        const bar = lab.node("progress", "", { max: 1, "aria-label": "How far it is" });
        const button = lab.node("button", "Stop", { type: "button" });
        part.append(lab.node("span", "", { role: "status" }), bar, button);
      }
      const [words, bar, button] = part.children;
      units.setText(words, text);
      bar.hidden = share === null;
      bar.value = share ?? 0;
      button.onclick = stop;
    });
  };

  // Fitting ---------------------------------------------------------------------------------------------------

  let running = null; // the fit that is waited for
  units.fitNow = async () => {
    if (running) return;
    const { state } = units;
    const mine = (running = {});
    const stop = () => {
      running = null;
      units.status("units-status", null);
    };
    lab.stop();
    lab.notice("units-notice");
    const many = state.seeds > 1 ? `, ${state.seeds} seeds at once` : "";
    const told = `Fitting ${units.named(state.count)}, ${state.steps} steps${many}`;
    setTimeout(() => mine === running && units.status("units-status", told, { stop }), PATIENCE_MS);
    const asked = version;
    const answer = await lab.ask("fit_units", {
      points: lab.listPoints(), kind: lab.state.kind, units: state.count, activation: state.activation,
      steps: state.steps, lr: state.lr, seed: state.seed, seeds: state.seeds, optimizer: state.optimizer,
      start: units.own ? units.copyUnits(state.units) : null,
    });
    if (mine !== running) return; // the visitor did not want to wait
    stop();
    if (asked !== version) return; // the points are others now
    if (answer.error) return lab.notice("units-notice", answer.error);
    units.frame = 0;
    units.fit = { ...answer, own: units.own };
    lab.refresh("units-losses", "units-spread");
    if (answer.diverged_at !== null) {
      lab.notice("units-notice", `Diverged at step ${answer.diverged_at}: the learning rate is too large. Try 0.01.`);
    }
    if (lessMotion()) {
      units.showFrame(lastFrame());
      units.ended();
    } else units.play();
  };

  // Playing ---------------------------------------------------------------------------------------------------

  const lastFrame = () => units.fit.frames.length - 1;

  units.showFrame = (frame) => {
    const { fit, state } = units;
    units.frame = frame;
    state.units = units.copyUnits(fit.frames[frame]);
    state.fitted = frame === lastFrame() && !fit.own && fit.diverged_at === null;
    units.show();
    lab.refresh("units-player");
    moveDot();
  };

  // Whatever the screen shows when it stands still again reaches sliders, words and link.
  units.ended = () => {
    units.playing = false;
    lab.refresh("units-player", "units-picker");
    lab.tryThis("units-try", units.next());
    lab.save();
  };

  units.play = () => {
    const last = lastFrame();
    const first = units.frame >= last ? 0 : units.frame;
    units.showFrame(first);
    if (last === 0) return units.ended();
    units.playing = true;
    lab.play(
      (last - first) / FRAMES_A_SECOND,
      (share) => {
        const frame = Math.round(first + share * (last - first));
        if (frame !== units.frame) units.showFrame(frame);
      },
      units.ended,
    );
    lab.refresh("units-player");
  };

  lab.part("units-player", (part) => {
    if (!part.firstChild) {
      const button = lab.node("button", "Play", { type: "button" });
      button.addEventListener("click", () => (units.playing ? lab.stop() : units.play()));
      const label = lab.node("label");
      const slider = lab.node("input", "", { type: "range", min: 0, step: 1 });
      slider.addEventListener("input", () => {
        lab.stop();
        units.showFrame(Number(slider.value));
      });
      slider.addEventListener("change", () => units.ended());
      label.append(lab.node("span"), slider);
      part.append(button, label);
    }
    const [button, slider] = [part.querySelector("button"), part.querySelector("input")];
    const { fit, frame } = units;
    button.disabled = slider.disabled = !fit;
    units.setText(button, units.playing ? "Pause" : "Play");
    slider.max = fit ? lastFrame() : 1;
    slider.value = fit ? frame : 0;
    const restored = units.state.fitted ? "Fitted. Fit again to replay the steps" : "Fit first, then replay the steps here";
    const step = fit ? `Step ${fit.steps[frame]} of ${fit.steps.at(-1)}` : restored;
    units.setText(part.querySelector("span"), step);
    slider.setAttribute("aria-valuetext", step);
  });

  // How the loss went -----------------------------------------------------------------------------------------

  // What an empty figure says.
  units.hint = (text) => ({ text, x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false, font: { size: 14 } });

  // Only the dot moves while it plays: Plotly would also go through the lines behind it, which are many.
  const moveDot = () => {
    const plot = lab.plot("units-losses");
    const dot = plot?.querySelector(".trace:last-child .point");
    if (!dot) return;
    const { xaxis, yaxis } = plot._fullLayout;
    const { fit, frame } = units;
    dot.setAttribute("transform", `translate(${xaxis.d2p(fit.steps[frame])},${yaxis.d2p(lab.own.loss(fit.frame_losses[frame]))})`);
  }

  lab.figure("units-losses", () => {
    const { fit } = units;
    const title = { text: `loss (${lab.state.kind.toUpperCase()})` };
    if (!fit) {
      return {
        data: [],
        layout: {
          xaxis: { range: [0, units.state.steps] }, yaxis: { range: [0, 3], title },
          annotations: [units.hint("Fit, and see here<br>how the loss goes down.")],
        },
      };
    }
    const { loss_steps: lossSteps, best } = fit;
    const losses = fit.losses.map((line) => line.map((loss) => (loss === null ? null : lab.own.loss(loss))));
    const others = { x: [], y: [] };
    losses.forEach((line, i) => {
      if (i === best) return;
      others.x.push(...lossSteps, null);
      others.y.push(...line, null);
    });
    const all = losses.flat().filter((value) => Number.isFinite(value) && value > 0);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const isLog = all.length > 0 && high > 20 * low;
    const range = !all.length ? [0, 1] : isLog ? [Math.log10(low) - 0.1, Math.log10(high) + 0.1] : [0, high * 1.05];
    const isMany = losses.length > 1;
    const rest = `The other ${losses.length - 1} seeds`;
    const thin = { line: { width: 0.8 }, opacity: 0.6, showlegend: isMany };
    return {
      data: [
        lab.lineTrace(rest, others.x, others.y, COLOURS.muted, thin),
        lab.lineTrace(isMany ? `Seed ${fit.seeds[best]}, the best` : "Loss", lossSteps, losses[best], COLOURS.accent),
        {
          x: [fit.steps[units.frame]], y: [lab.own.loss(fit.frame_losses[units.frame])], type: "scatter", mode: "markers",
          hoverinfo: "skip", showlegend: false, cliponaxis: false,
          marker: { color: COLOURS.accent, size: 11, line: { color: "#fff", width: 1.5 } },
        },
      ],
      layout: {
        xaxis: { range: [0, lossSteps.at(-1)] },
        yaxis: { type: isLog ? "log" : "linear", range, title, ...(isLog ? { dtick: high > 300 * low ? 1 : "D2" } : {}) },
      },
    };
  });

  // The spread between seeds in words.
  lab.part("units-spread", (part) => {
    const { fit } = units;
    if (!fit) return units.setText(part, "");
    const finals = fit.finals.map((value) => value ?? Infinity).sort((p, q) => p - q);
    const diverged = finals.filter((value) => value === Infinity).length;
    const middle = finals[Math.floor((finals.length - 1) / 2)];
    const [best, median, worst] = [finals[0], middle, finals.at(-1)].map((value) => lab.own.lossText(value));
    const spread = `Final loss of ${finals.length} seeds: best ${best}, median ${median}, worst ${worst}.`;
    units.setText(part, finals.length === 1 ? "" : diverged ? `${spread} ${diverged} of them diverged.` : spread);
  });
}

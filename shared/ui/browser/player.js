// A picture that goes forward step by step: buttons, a slider, and a clock.

/**
 * @typedef {{element: HTMLElement, reset: (total: number, at?: number) => void, go: (at: number) => void, at: () => number}} Player
 */

const PLAY_MS = 600;

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function node(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {string} text @param {() => void} press @param {Record<string, string>} [attributes] */
export function button(text, press, attributes = {}) {
  const made = node("button", text, { type: "button", class: "look-button", ...attributes });
  made.addEventListener("click", press);
  return made;
}

/**
 * A row of buttons of which one is pressed, at first the first.
 * @param {string} label
 * @param {string[]} texts of the buttons
 * @param {(text: string) => void} choose is called with the text of the one that was pressed
 */
export function choice(label, texts, choose) {
  const element = node("div", "", { role: "group", "aria-label": label, class: "look-choice" });
  const buttons = texts.map((text) => button(text, () => choose(mark(text))));
  /** @param {string} text */
  function mark(text) {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.textContent === text));
    return text;
  }
  mark(texts[0]);
  element.append(node("span", label), ...buttons);
  return element;
}

/**
 * Make the bar that plays. Step 0 is before anything has happened.
 * @param {(at: number) => void} show draws the picture after so many steps
 * @param {{label: string}} words what the slider is called
 * @returns {Player}
 */
export function player(show, { label }) {
  let total = 0;
  let at = 0;
  let timer = 0;
  const element = node("div", "", { class: "look-player" });
  const slider = node("input", "", { type: "range", min: "0", step: "1", "aria-label": label });
  const back = button("Back", () => go(at - 1));
  const step = button("Step", () => go(at + 1), { class: "look-button look-button-main" });
  const play = button("Play", () => (timer ? pause() : start()));
  const end = button("To the end", () => go(total));
  element.append(back, step, play, end, slider);
  slider.addEventListener("input", () => go(Number(slider.value)));

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }
  function start() {
    if (at >= total) move(0);
    play.textContent = "Pause";
    timer = window.setInterval(() => (element.isConnected && at < total ? move(at + 1) : pause()), PLAY_MS);
    move(at + 1);
  }
  /** @param {number} to */
  function move(to) {
    at = Math.max(0, Math.min(total, to));
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", `${at} of ${total}`);
    show(at);
  }
  /** @param {number} to */
  function go(to) {
    pause();
    move(to);
  }
  return {
    element,
    go,
    at: () => at,
    reset(count, first = 0) {
      total = count;
      slider.max = String(total);
      for (const one of [back, step, play, end, slider]) one.disabled = !total;
      go(first);
    },
  };
}

// *Points*: set, move and remove points with mouse, pen or finger, and with the keyboard alone.

const REACH = { mouse: 12, pen: 16, touch: 24 }; // pixels around a point within which it is meant
const STILL = 6; // pixels: a pointer that moves less has clicked
const TWICE_MS = 400; // the time between the two clicks of a double click
const FEW = 0.01; // of an axis: one press of an arrow key
const MANY = 0.1; // the same with the shift key

const tidy = (value) => Math.round(value * 1000) / 1000;
const between = (low, value, high) => Math.min(Math.max(value, low), high);

// Gradient descent needs numbers of ordinary size: a point stays within these.
const within = (x, y) => [between(-LIMITS.x, x, LIMITS.x), between(-LIMITS.y, y, LIMITS.y)].map(lab.own.isScaled() ? Number : tidy);

// What was done, for those who see it and for those who hear it.
ownPoints.say = (text) => {
  const line = document.querySelector("#points-form [role=status]");
  if (line) line.textContent = text;
};
const placed = (i) => lab.own.place(lab.points.x[i], lab.points.y[i]);

// One point at a time ---------------------------------------------------------------------------------------

ownPoints.choose = (i) => {
  ownPoints.chosen = between(0, i, ownPoints.shown().x.length - 1);
  lab.move("points-plot");
  lab.refresh("points-form");
};

// Show the chosen point at another place, in this frame; `drop` makes it known to the other tabs.
ownPoints.move = (x, y) => {
  [lab.points.x[ownPoints.chosen], lab.points.y[ownPoints.chosen]] = within(x, y);
  ownPoints.findBest();
  lab.move("points-plot");
  lab.refresh("points-best", "points-form");
};
ownPoints.drop = () => {
  ownPoints.tried.add("moved");
  ownPoints.use(ownPoints.list());
  ownPoints.say(`Point ${ownPoints.chosen + 1} of ${lab.points.x.length} is now at ${placed(ownPoints.chosen)}.`);
};

ownPoints.add = (x, y) => {
  const list = ownPoints.list();
  if (list.length >= LIMITS.points) return ownPoints.say(`There are ${countOf(list.length)}, and no more fit. Remove some first.`);
  ownPoints.remember();
  ownPoints.tried.add("added");
  ownPoints.chosen = list.length;
  ownPoints.use([...list, within(x, y)]);
  ownPoints.say(`Added at ${placed(ownPoints.chosen)}: ${countOf(list.length + 1)} now.`);
};
ownPoints.addInTheMiddle = () => {
  const { x, y } = ownPoints.ranges;
  ownPoints.add((x[0] + x[1]) / 2, (y[0] + y[1]) / 2);
};

ownPoints.remove = (i = ownPoints.chosen) => {
  const list = ownPoints.list();
  if (!list.length) return;
  ownPoints.remember();
  list.splice(i, 1);
  ownPoints.chosen = between(0, i, list.length - 1);
  ownPoints.use(list);
  ownPoints.say(list.length ? `Removed: ${countOf(list.length)} left.` : "The last point is gone; the other tabs keep the earlier ones.");
};

// Mouse, pen and finger -------------------------------------------------------------------------------------

// Where a pointer is: its place on the axes, whether that is inside them, and the point it means, if any.
function findPlace(plot, { clientX, clientY, pointerType }) {
  const { xaxis, yaxis } = plot._fullLayout;
  const frame = plot.getBoundingClientRect();
  const [left, top] = [clientX - frame.left - xaxis._offset, clientY - frame.top - yaxis._offset];
  let [near, distance] = [null, REACH[pointerType] ?? REACH.mouse];
  ownPoints.list().forEach(([x, y], i) => {
    const away = Math.hypot(xaxis.d2p(x) - left, yaxis.d2p(y) - top);
    if (away <= distance) [near, distance] = [i, away];
  });
  return {
    near,
    inside: left >= 0 && left <= xaxis._length && top >= 0 && top <= yaxis._length,
    x: xaxis.p2d(between(0, left, xaxis._length)),
    y: yaxis.p2d(between(0, top, yaxis._length)),
  };
}

let held = null; // what a pointer does: {id, point, clientX, clientY, isMoving, next}
let lastClick = { point: null, at: -TWICE_MS }; // to see a double click; null for one on an empty place

function press(event) {
  if (!event.isPrimary || event.button !== 0) return;
  const plot = event.currentTarget;
  const { near, inside } = findPlace(plot, event);
  if (!inside) return;
  const { clientX, clientY } = event;
  held = { id: event.pointerId, point: near, clientX, clientY, isMoving: false, next: null };
  if (near === null) return;
  plot.setPointerCapture(event.pointerId);
  ownPoints.choose(near);
}

function pull(event) {
  const plot = event.currentTarget;
  const place = findPlace(plot, event);
  if (!held) return plot.toggleAttribute("data-over", place.near !== null);
  if (event.pointerId !== held.id || held.point === null) return;
  if (!held.isMoving) {
    if (Math.hypot(event.clientX - held.clientX, event.clientY - held.clientY) < STILL) return;
    held.isMoving = true;
    ownPoints.remember();
  }
  // A mouse tells more often than the screen draws.
  if (!held.next) requestAnimationFrame(followHeld);
  held.next = place;
}

function followHeld() {
  if (!held?.next) return;
  ownPoints.move(held.next.x, held.next.y);
  held.next = null;
}

function release(event) {
  if (event.pointerId !== held?.id) return;
  followHeld();
  const { point, isMoving, clientX, clientY } = held;
  held = null;
  if (isMoving) return ownPoints.drop();
  if (event.type === "pointercancel" || Math.hypot(event.clientX - clientX, event.clientY - clientY) > STILL) return; // the page scrolled
  event.currentTarget.focus({ preventScroll: true });
  const before = lastClick;
  const isSecond = event.timeStamp - before.at < TWICE_MS;
  lastClick = { point, at: event.timeStamp };
  if (isSecond && before.point === null) return; // a double click on an empty place adds one point
  if (point === null) {
    const { x, y } = findPlace(event.currentTarget, event);
    ownPoints.add(x, y);
  } else if (isSecond && before.point === point) ownPoints.remove(point);
}

// The keyboard, with the plot in focus ------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const KEYS = {
  PageUp: () => ownPoints.chooseAndSay(ownPoints.chosen - 1),
  PageDown: () => ownPoints.chooseAndSay(ownPoints.chosen + 1),
  Delete: () => ownPoints.remove(),
  Backspace: () => ownPoints.remove(),
  Enter: () => ownPoints.addInTheMiddle(),
};

ownPoints.chooseAndSay = (i) => {
  ownPoints.choose(i);
  ownPoints.say(`Point ${ownPoints.chosen + 1} of ${lab.points.x.length}: ${placed(ownPoints.chosen)}.`);
};

let nudged = null; // the point that the arrow keys are moving: one Undo takes back all of it
function pressKey(event) {
  const arrow = ARROWS[event.key];
  const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey);
  if (!(arrow || isUndo || KEYS[event.key]) || event.target !== event.currentTarget) return;
  event.preventDefault();
  if (isUndo) ownPoints.undo();
  else if (!arrow) KEYS[event.key]();
  else if (ownPoints.shown().x.length) {
    if (nudged !== ownPoints.chosen) ownPoints.remember();
    nudged = ownPoints.chosen;
    const { x, y } = ownPoints.ranges;
    const share = event.shiftKey ? MANY : FEW;
    const { chosen } = ownPoints;
    ownPoints.move(lab.points.x[chosen] + arrow[0] * share * (x[1] - x[0]), lab.points.y[chosen] + arrow[1] * share * (y[1] - y[0]));
    return ownPoints.drop();
  }
  nudged = null;
}

const PLOT_LABEL =
  "The points. Arrow keys move the chosen point, with Shift by more. Page Up and Page Down choose another. Enter adds one, Delete removes it.";

// Plotly makes the plot anew now and then, so this is asked whenever it is drawn.
ownPoints.listen = () => {
  const plot = lab.plot("points-plot");
  if (plot.dataset.listens) return;
  plot.dataset.listens = "yes";
  for (const [name, value] of Object.entries({ tabindex: 0, role: "application", "aria-label": PLOT_LABEL })) plot.setAttribute(name, value);
  plot.addEventListener("pointerdown", press);
  plot.addEventListener("pointermove", pull);
  for (const type of ["pointerup", "pointercancel"]) plot.addEventListener(type, release);
  plot.addEventListener("keydown", pressKey);
  plot.addEventListener("blur", () => (nudged = null));
  // Plotly would begin a drag of its own, and a finger on a point would scroll the page.
  plot.addEventListener("mousedown", (event) => event.stopPropagation(), { capture: true });
  plot.addEventListener(
    "touchstart",
    (event) => {
      event.stopPropagation();
      if (held && held.point !== null) event.preventDefault();
    },
    { capture: true, passive: false },
  );
};

// The fields --------------------------------------------------------------------------------------------------

lab.part("points-form", (part) => {
  if (!part.firstChild) buildForm(part);
  const { x, y } = ownPoints.shown();
  const { chosen } = ownPoints;
  const select = part.querySelector("select");
  if (select.length !== x.length) {
    select.replaceChildren(...x.map((_, i) => lab.node("option", `Point ${i + 1} of ${x.length}`, { value: i })));
  }
  select.value = chosen;
  for (const [name, values] of Object.entries({ x, y })) {
    const field = part.querySelector(`[name=${name}]`);
    shapeField(field, name);
    if (document.activeElement !== field || !field.dataset.typing) field.value = x.length ? fieldText(name, values[chosen]) : "";
  }
  const [before, next] = part.querySelectorAll(".points-turn button");
  before.disabled = chosen <= 0;
  next.disabled = chosen >= x.length - 1;
  for (const name of ["select", "[name=x]", "[name=y]", "[data-do=remove]", "[data-do=clear]"]) part.querySelector(name).disabled = !x.length;
  part.querySelector("[data-do=undo]").disabled = !ownPoints.past.length;
  ownPoints.sync();
});

function buildForm(part) {
  const button = (text, act, attributes = {}) => {
    const made = lab.node("button", text, { type: "button", ...attributes });
    made.addEventListener("click", act);
    return made;
  };
  const row = (css, ...children) => {
    const made = lab.node("div", "", { class: css });
    made.append(...children);
    return made;
  };
  const select = lab.node("select", "", { "aria-label": "The chosen point" });
  select.addEventListener("change", () => ownPoints.chooseAndSay(Number(select.value)));
  part.append(
    row("points-turn",
      button("‹", () => ownPoints.chooseAndSay(ownPoints.chosen - 1), { "aria-label": "The point before" }),
      select,
      button("›", () => ownPoints.chooseAndSay(ownPoints.chosen + 1), { "aria-label": "The next point" })),
    row("points-fields", ...["x", "y"].map((name) => fieldFor(part, name))),
    row("points-buttons",
      button("Add a point", () => {
        ownPoints.addInTheMiddle();
        part.querySelector("[name=x]").focus();
      }),
      button("Remove", () => ownPoints.remove(), { "data-do": "remove" }),
      button("Undo", ownPoints.undo, { "data-do": "undo" }),
      button("Clear all", ownPoints.clear, { "data-do": "clear" })),
    lab.node("p", "", { role: "status" }),
  );
}

// A field takes the visitor's own numbers, or dates.
const isDateField = (name) => name === "x" && lab.own.hasDates();
const DAY_MS = 86_400_000;

function shapeField(field, name) {
  const ends = [-LIMITS[name], LIMITS[name]].map((end) => lab.own.value(name, end));
  const attributes = isDateField(name)
    ? { type: "date", step: 1, min: null, max: null }
    : { type: "number", step: lab.own.isScaled() ? "any" : 0.1, min: ends[0], max: ends[1] };
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === null) field.removeAttribute(attribute);
    else if (field.getAttribute(attribute) !== String(value)) field.setAttribute(attribute, value);
  }
  field.parentElement.firstChild.data = `${lab.own.name(name)} `;
}

function fieldText(name, scaled) {
  if (isDateField(name)) return lab.own.text(name, scaled).slice(0, 10);
  return lab.own.isScaled() ? Number(lab.own.value(name, scaled).toFixed(lab.own.decimals(name))) : tidy(scaled);
}

const fieldValue = (field, name) => lab.own.scaled(name, isDateField(name) ? field.valueAsNumber / DAY_MS : field.valueAsNumber);

function fieldFor(part, name) {
  const label = lab.node("label", `${name} `);
  const field = lab.node("input", "", { type: "number", name });
  field.addEventListener("input", () => {
    if (!Number.isFinite(field.valueAsNumber)) return; // emptied, or half a number
    if (!field.dataset.typing) ownPoints.remember();
    field.dataset.typing = "yes"; // what is typed is not written over
    const { chosen } = ownPoints;
    const now = { x: lab.points.x[chosen], y: lab.points.y[chosen], [name]: fieldValue(field, name) };
    ownPoints.move(now.x, now.y);
  });
  field.addEventListener("change", () => {
    const isTyped = field.dataset.typing;
    delete field.dataset.typing;
    if (isTyped) ownPoints.drop();
    else lab.refresh("points-form");
  });
  label.append(field);
  return label;
}

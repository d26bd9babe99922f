// The hunt for one split. split_maths.js and split_picture.js stand above. Gradio gives: element, props, watch.
//
// The value is one column: {name, source, kind, part, levels, target, unit, is_log, classes, says, share, measure,
// x, y}, rows in the order of x. The slider counts thresholds, so each step moves at least one row. Nothing is
// asked of the server.

const NAMES = { std: "Standard deviation (the lesson's score)", gini: "Gini", entropy: "Entropy (bits)" };
const SHORT_LEVELS = 3;

const find = (selector) => element.querySelector(selector);
const range = find("input");
const hunt = { data: null };

// Texts -----------------------------------------------------------------------------------------------------

const tag = (name, text = "", attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const cut = (text, most = 28) => (text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`);
// A number of the target in its own unit; where its logarithm is predicted, the number behind it.
function targetWords(value) {
  const { unit, is_log: isLog } = hunt.data;
  const number = isLog ? Math.exp(value) : value;
  const size = Math.abs(number);
  const text = size >= 1000 ? Math.round(size).toLocaleString("en") : plain(Number(size.toPrecision(4)));
  return `${number < 0 ? "−" : ""}${unit}${text}`;
}
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
// A part of a date in the words of a calendar, as shared/forest/date_words.py writes it; else the number.
function valueWords(value) {
  const { part } = hunt.data;
  if (part === "weekday") return WEEKDAYS[value] ?? plain(value);
  if (part === "month end") return value ? "yes" : "no";
  if (part !== "days since 1970" || Math.abs(value) >= 700_000) return plain(value);
  return new Date(Math.round(value * 1440) * 60_000).toISOString().slice(0, 16).replace("T00:00", "").replace("T", " ");
}
const countOf = (n) => `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;

function sideWords(threshold, isAbove) {
  const { kind, levels } = hunt.data;
  const name = cut(hunt.data.name);
  if (kind === "missing") return `${cut(hunt.data.source)} is ${isAbove ? "missing" : "known"}`;
  if (hunt.data.part === "month end") return `${name}: ${isAbove ? "yes" : "no"}`;
  if (kind !== "category") return `${name} ${isAbove ? ">" : "≤"} ${valueWords(threshold)}`;
  const here = levels.filter((_, code) => code > threshold === isAbove);
  const more = here.length - SHORT_LEVELS;
  const named = here.slice(0, SHORT_LEVELS).map((level) => cut(level)).join(", ") || "missing";
  return `${name}: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

function answerWords({ n, mean, counts }) {
  const { classes, says } = hunt.data;
  if (!n) return "–";
  if (classes.length === 2) return `${(100 * mean).toFixed(1)} % ${says[1]}`;
  if (!classes.length) return `${hunt.data.is_log ? "typically" : "mean"} ${targetWords(mean)}`;
  const most = counts.indexOf(Math.max(...counts));
  return `${((100 * counts[most]) / n).toFixed(1)} % ${says[most]}`;
}

const groupsNow = () => hunt.groups(hunt.ends[hunt.at] + 1);
const thresholdNow = () => hunt.data.x[hunt.ends[hunt.at]];
const bestSeen = () => Math.min(...[...hunt.seen].map((at) => hunt.scores[at]));

// The words beside it ---------------------------------------------------------------------------------------

function write() {
  const { data, scores, at } = hunt;
  const can = hunt.ends.length > 0;
  for (const part of element.querySelectorAll("input, button")) part.disabled = !can;
  const legend = document.querySelector("#split-picture .split-legend");
  const table = document.getElementById("split-measures");
  find(".split-name").textContent = data.measure === "std" ? "Score: weighted standard deviation" : "Score: weighted Gini";
  if (!can) {
    find(".split-side").textContent = "One value only";
    find("b").textContent = "–";
    find(".look-hint").textContent = "All rows have the same value, so no threshold parts them. Choose another column.";
    legend?.replaceChildren();
    table?.replaceChildren();
    return;
  }
  const groups = groupsNow();
  const words = [sideWords(thresholdNow(), false), sideWords(thresholdNow(), true)];
  find(".split-side").textContent = words[0];
  find("b").textContent = digits(scores[at]);
  find(".look-hint").textContent = `Best you tried: ${digits(bestSeen())}. No split: ${digits(hunt.whole)}.`;
  range.setAttribute("aria-valuetext", `${words[0]}, score ${digits(scores[at])}`);
  legend?.replaceChildren(
    ...["below", "above"].map((side, i) => {
      const made = tag("p", "", { class: `split-key-${side}`, title: words[i] });
      made.append(tag("span", i ? "◆" : "●", { "aria-hidden": "true" }), tag("b", words[i]), tag("small", `${countOf(groups[side].n)}, ${answerWords(groups[side])}`));
      return made;
    }),
  );
  table?.replaceChildren(measureTable(groups), ...giniLines(groups, words));
}

function measureTable(groups) {
  const made = tag("table", "", { class: "look-table" });
  const count = groups.whole.gini === null ? "By its score," : groups.whole.std === null ? "Two measures," : "Three measures,";
  made.append(tag("caption", `How mixed is each side? ${count} lower is better.`));
  const heads = ["Measure", `All ${countOf(groups.whole.n)}`, `● ${countOf(groups.below.n)}`, `◆ ${countOf(groups.above.n)}`, "Both sides, weighted"];
  const cell = (name, text, i, attributes = {}) => tag(name, text, { ...attributes, ...(i ? { class: "look-right" } : {}) });
  const head = made.createTHead().insertRow();
  head.append(...heads.map((text, i) => cell("th", text, i, { scope: "col" })));
  const body = made.createTBody();
  for (const [measure, name] of Object.entries(NAMES)) {
    if (groups.whole[measure] === null) continue;
    const numbers = [groups.whole, groups.below, groups.above].map((group) => group[measure]);
    const texts = [name, ...[...numbers, Splits.score(groups, measure)].map(digits)];
    body.insertRow().append(...texts.map((text, i) => cell("td", text, i, { "data-label": heads[i] })));
  }
  return made;
}

function giniLines({ whole, below, above }, words) {
  if (whole.gini === null) return [tag("p", "Gini and entropy count classes. This target is a number, so only the lesson's score applies.", { class: "split-note" })];
  return [below, above].map(({ counts }, i) => tag("p", Splits.giniWords(counts, `${i ? "◆" : "●"} ${words[i]}`), { class: "split-note" }));
}

function nextStep() {
  const { seen, ends, scores } = hunt;
  if (!ends.length) return ["Choose a column with more than one value."];
  if (ends.length === 1) return ["This column has a single threshold. Which column has a lower score?"];
  const best = scores[Splits.best(scores)];
  const found = bestSeen() <= best * (1 + 1e-9);
  if (found && seen.size === 1) return ["Is this the lowest score already? Try the other thresholds."];
  if (found) return ["No threshold of this column scores lower. Which column scores lowest? See the table below.", true];
  if (hunt.showAll) return ["Put the slider where the curve is lowest."];
  return [seen.size < 4 ? "Move the threshold. Where is the score lowest?" : `Your best is ${digits(bestSeen())}. There is a better one: press Show every score.`];
}

function say() {
  const [text, done] = nextStep();
  const line = document.querySelector("#split-try .look-try");
  if (!line) return;
  line.className = done ? "look-try look-done" : "look-try";
  line.replaceChildren(tag("strong", done ? "Done." : "Try this."), ` ${text}`);
}

// What the visitor does -------------------------------------------------------------------------------------

function go(at) {
  hunt.at = Math.min(Math.max(at, 0), hunt.ends.length - 1);
  if (hunt.ends.length) hunt.seen.add(hunt.at);
  range.value = hunt.at;
  move();
  write();
  say();
}

function take(data) {
  if (!data?.x) return;
  const groups = Splits.prepare(data.y, data.classes.length);
  const ends = Splits.ends(data.x);
  const scores = ends.map((end) => Splits.score(groups(end + 1), data.measure));
  Object.assign(hunt, { data, groups, ends, scores, seen: new Set(), showAll: false, frame: null });
  hunt.whole = groups(0).whole[data.measure];
  range.max = Math.max(ends.length - 1, 0);
  find("[data-do=all]").setAttribute("aria-pressed", "false");
  hunt.at = Math.floor(ends.length / 2);
  draw();
  go(hunt.at);
}

range.addEventListener("input", () => go(Number(range.value)));
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !hunt.data) return;
  const { step, do: action } = button.dataset;
  if (step) return go(hunt.at + Number(step));
  if (action === "best") return go(Splits.best(hunt.scores));
  hunt.showAll = !hunt.showAll;
  button.setAttribute("aria-pressed", String(hunt.showAll));
  go(hunt.at);
});

watch("value", () => take(props.value));
take(props.value);
// The picture comes, or is seen, or changes its width after the data has come.
let drawn = 0;
const look = () => {
  const width = document.querySelector("#split-picture .split-drawing")?.clientWidth ?? 0;
  if (!width || !hunt.data || (width === drawn && hunt.frame?.picture.isConnected && hunt.frame.picture.firstChild)) return;
  drawn = width;
  draw();
  write();
};
const sizes = new ResizeObserver(look);
sizes.observe(element);
const appear = () => {
  const picture = document.querySelector("#split-picture .split-drawing");
  if (!picture) return requestAnimationFrame(appear);
  sizes.observe(picture);
  return look();
};
appear();

// *Score*: the course's error × (time + 80), with the 80 as a slider, and how the order flips.

import { score, topOf, winners } from "../../../shared/image_models/rank.js";
import { node } from "../../../shared/ui/browser/player.js";
import { architectureOf, load, tableOf, ways } from "./table.js";

/** @typedef {{weight: number, photos: number}} Scoring */
/** @typedef {{name: string, error: number, seconds: number}} Run */

const LESSON = 80;
const LAST = 600;
const MOST = 10;
const KEY = "models-own-runs";

/** What a visitor pasted: a name, an error as a share of 1 and seconds in each line. @param {string} text @returns {{runs: Run[], wrong: string}} */
export function readRuns(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const parts = lines.map((line) => line.trim().split(/[\s,;]+/));
  const runs = parts.map(([name, error, seconds]) => ({ name, error: Number(error), seconds: Number(seconds) }));
  const at = runs.findIndex(({ error, seconds }, i) => parts[i].length !== 3 || !(error >= 0 && error <= 1) || !(seconds >= 0 && seconds < 1e9));
  return at < 0 ? { runs, wrong: "" } : { runs: [], wrong: `Line ${at + 1} must be a name, an error from 0 to 1, and seconds, such as: resnet34 0.07 42.` };
}

/** @param {HTMLElement} element @param {import("./table.js").Api} api */
export default async function showScores(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const verdict = node("p", "Loading the table …", { class: "im-verdict look-answer", role: "status" });
  const strip = node("div", "", { class: "im-strip", role: "group", "aria-label": "Who wins from which constant on" });
  const list = node("div", "", { class: "im-scroll", tabindex: "0", role: "region", "aria-label": "The ten best" });
  const links = node("p", "", { class: "im-marked-line" });
  const own = node("details", "", { class: "im-own-runs" });
  const box = node("textarea", "", { rows: "4", "aria-label": "Your own runs", placeholder: "resnet34 0.07 42\nconvnext_tiny 0.05 95", spellcheck: "false" });
  const wrong = node("p", "", { class: "im-note", role: "status" });
  own.append(node("summary", "Score your own fine-tuning runs instead"), node("p", "One run a line: a name, its error from 0 to 1, its seconds. They stay in this browser."), box, wrong);
  room.replaceChildren(verdict, strip, list, links, own);
  box.value = localStorage.getItem(KEY) ?? "";
  own.open = Boolean(box.value);
  const rows = (await load(api)).filter((row) => row.train);

  /** @returns {Run[]} */
  function runs() {
    const read = readRuns(box.value);
    wrong.textContent = read.wrong;
    if (read.runs.length) return read.runs;
    const { photos } = /** @type {Scoring} */ (api.props.value);
    return rows.map((row) => ({ name: row.name, error: 1 - topOf(row) / 100, seconds: photos / /** @type {number} */ (row.train) }));
  }

  function draw() {
    const { weight } = /** @type {Scoring} */ (api.props.value);
    const all = runs();
    const order = ranked(all, weight);
    const before = new Map(ranked(all, LESSON).map((run, i) => [run, i + 1]));
    const best = order[0];
    const [lesson] = [...before.keys()];
    const flips = best === lesson ? `So it has with the lesson's ${LESSON}.` : `With the lesson's ${LESSON} it is ${architectureOf(lesson.name)}.`;
    verdict.textContent = `With a constant of ${weight}, ${architectureOf(best.name)} has the lowest score. ${weight === LESSON ? "Move the constant: does it keep the first place?" : flips}`;
    list.replaceChildren(
      tableOf(
        `The ${Math.min(MOST, order.length)} lowest of ${order.length} scores`,
        ["Model", "Error", "Time", "Score", `Rank at ${LESSON}`],
        order.slice(0, MOST).map((run, i) => {
          const was = before.get(run) ?? 0;
          const moved = was === i + 1 ? "same" : was > i + 1 ? `▲ from ${was}` : `▼ from ${was}`;
          return [`${i + 1}. ${run.name}`, `${(100 * run.error).toFixed(1)} %`, `${run.seconds.toFixed(0)} s`, score(run.error, run.seconds, weight).toFixed(1), moved];
        }),
      ),
    );
    drawStrip(all, weight);
    links.replaceChildren(`${best.name}: `, ...ways(best.name));
  }

  /** @param {Run[]} all @param {number} weight */
  function drawStrip(all, weight) {
    const parts = winners(all.map(({ error, seconds }) => [error, seconds]), LAST).flatMap(([from, i], at, found) => {
      const to = found[at + 1]?.[0] ?? LAST;
      const part = node("span", architectureOf(all[i].name), { class: weight >= from && weight <= to ? "im-now" : "" });
      part.append(node("small", `${Math.ceil(from)} to ${Math.floor(to)}`));
      return to - from < 1 ? [] : [part];
    });
    strip.replaceChildren(node("p", "Who wins as the constant grows:"), ...parts);
  }

  box.addEventListener("input", () => {
    localStorage.setItem(KEY, box.value);
    draw();
  });
  api.watch("value", draw);
  draw();
  element.dataset.ready = "true";
}

/** @param {Run[]} runs @param {number} weight */
const ranked = (runs, weight) => runs.toSorted((a, b) => score(a.error, a.seconds, weight) - score(b.error, b.seconds, weight));

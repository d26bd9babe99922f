// *Measure*: what was timed on this machine, beside the machines of the table. It stays in this browser.

import { button, node } from "../../../shared/ui/browser/player.js";
import { architectureOf, HERE, keepMeasured, load, MEASURED, measured, showMs, tableOf } from "./table.js";

/** @typedef {import("./table.js").Measured} Measured */

const MOST_KEPT = 50;
/** @type {Record<string, string>} */
const MACHINES = { rtx3090: "RTX 3090", rtx4090: "RTX 4090", rtx5090: "RTX 5090", i9: "Intel i9-10940X", i7: "Intel i7-12700H" };

/** @param {HTMLElement} element @param {import("./table.js").Api} api */
export default async function showMeasured(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const answer = node("div", "", { role: "status" });
  const beside = node("div", "", { class: "im-scroll", tabindex: "0", role: "region", "aria-label": "The same network on other machines" });
  const foot = node("div", "", { class: "im-foot" });
  foot.append(node("a", "See them in Speed", { href: `#speed?hardware=${HERE}` }), button("Forget them", () => keepMeasured([])));
  room.replaceChildren(answer, beside, foot);
  const rows = await load(api);

  function draw() {
    const [last] = measured();
    const words = last
      ? [node("span", `${last.architecture} at ${last.size} px`, { class: "look-label" }), number(last), node("span", `95 % interval of the mean ${span(last)}, ${last.repeats} repeats.`, { class: "look-hint" })]
      : [node("span", "Nothing was measured yet. Press the button: it takes about ten seconds.", { class: "look-label" })];
    answer.className = `look-answer ${last ? "look-number" : "look-empty"}`;
    answer.replaceChildren(...words);
    beside.replaceChildren(...(last ? [about(last), comparison(last)] : []));
    foot.hidden = !last;
  }

  /** @param {Measured} one */
  function comparison(one) {
    const row = rows.find((each) => architectureOf(each.name) === one.architecture && each.size === one.size);
    if (!row) return node("p", "Nobody published the speed of this architecture at this size.", { class: "im-note" });
    const body = Object.entries(MACHINES).flatMap(([key, name]) => {
      const ms = row.ms[key];
      return ms ? [[name, showMs(ms), ms < one.mean ? `${times(one.mean / ms)} as fast` : `${times(ms / one.mean)} as slow`]] : [];
    });
    return tableOf("The same network on the machines of the table", ["Machine", "Time of one photo", "Beside this one"], body);
  }

  function take() {
    const { value } = api.props;
    if (!value) return;
    keepMeasured([value, ...measured().filter((one) => one.architecture !== value.architecture || one.size !== value.size)].slice(0, MOST_KEPT));
  }

  api.watch("value", take);
  addEventListener(MEASURED, draw);
  draw();
  element.dataset.ready = "true";
}

/** @param {Measured} one */
const about = (one) => node("p", `On ${one.machine}. ${one.parameters.toFixed(1)} million parameters.`, { class: "im-note" });

/** @param {Measured} one */
function number(one) {
  const output = node("output");
  output.append(node("b", showMs(one.mean)), node("span", "for one photo", { class: "look-unit" }));
  return output;
}

/** @param {Measured} one */
const span = (one) => `${showMs(Math.max(one.low, 0))} to ${showMs(one.high)}`;

/** @param {number} ratio */
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en")} ×`;

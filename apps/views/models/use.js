// *Use it*: the lines of code for a model, and the way to the bear classifier's training.

import { megabytes, topOf } from "../../../shared/image_models/rank.js";
import { button, node } from "../../../shared/ui/browser/player.js";
import { architectureOf, load, showMb, showPercent } from "./table.js";

const OWN_SPACE = /-models\.hf\.space$/;

/**
 * Where the bear classifier trains: beside this app in the gallery, or in a Space of its own; "" where there is none.
 * @param {{pathname: string, host: string}} place
 * @param {string} architecture
 */
export function trainAddress({ pathname, host }, architecture) {
  const hash = `#train?arch=${encodeURIComponent(architecture)}`;
  if (/\/models\/?$/.test(pathname)) return `${pathname.replace(/\/models\/?$/, "/bears/")}${hash}`;
  return OWN_SPACE.test(host) ? `https://${host.replace(OWN_SPACE, "-bears.hf.space")}/${hash}` : "";
}

/** @param {string} name */
export const codeOf = (name) =>
  ['dls = ImageDataLoaders.from_folder("photos", valid_pct=0.2, item_tfms=Resize(224))', `learn = vision_learner(dls, "${name}", metrics=error_rate)`, "learn.fine_tune(3)"].join("\n");

/** @param {HTMLElement} element @param {import("./table.js").Api} api */
export default async function showUse(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const verdict = node("p", "Loading the table …", { class: "im-verdict", role: "status" });
  const code = node("pre", "", { class: "im-code", tabindex: "0" });
  const notice = node("span", "", { class: "im-note look-answer", role: "status" });
  const foot = node("div", "", { class: "im-foot" });
  const train = node("p", "", { class: "im-marked-line" });
  foot.append(button("Copy the code", copy, { class: "look-button look-button-main" }), notice);
  const near = node("div", "", { class: "im-near" });
  room.replaceChildren(verdict, code, foot, train, near);
  const rows = await load(api);

  async function copy() {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      notice.textContent = "Copied.";
    } catch {
      notice.textContent = "Your browser does not let a page copy. Mark the lines and copy them.";
    }
  }

  function draw(name = String(api.props.value.name).trim()) {
    const variants = rows.filter((row) => row.name === name || architectureOf(row.name) === name);
    const known = variants.length > 0;
    verdict.classList.toggle("im-wrong", !known);
    verdict.textContent = known ? describe(name, variants) : `The table has no model ${name}. Find one in Speed or Choose.`;
    for (const part of [code, foot, train]) part.hidden = !known;
    const names = [...new Set(variants.map((one) => one.name))];
    near.replaceChildren(...(names.length < 2 ? [] : names).map((one) => button(one, () => draw(one), { class: "look-button" })));
    code.textContent = codeOf(name);
    const address = trainAddress(location, architectureOf(name));
    if (address) train.replaceChildren(node("a", `Train ${architectureOf(name)} on your photos in the bear classifier`, { href: address, target: "_blank", rel: "noopener" }));
    else train.textContent = "To train it on your photos without writing code: start all apps by make run, and open this page there.";
  }

  api.watch("value", () => draw());
  draw();
  element.dataset.ready = "true";
}

/** @param {string} name @param {import("../../../shared/image_models/rank.js").Row[]} variants */
function describe(name, variants) {
  const [low, high] = [Math.min(...variants.map(topOf)), Math.max(...variants.map(topOf))].map(showPercent);
  const range = low === high ? low : `${low} to ${high}, by its weights and the size of the photo,`;
  return `${name} is right for ${range} on ImageNet. It has ${variants[0].parameters} million parameters, a file of ${showMb(megabytes(variants[0]))}.`;
}

// The line "Try this", which goes on: the first task that was not done yet.

import { node } from "./player.js";

/** @typedef {{id: string, text: string}} Task a *word* in its text is stressed */

/**
 * @param {Task[]} list in their order
 * @param {string} key names them in the browser, which keeps what was done until it is closed
 * @param {string} end what to say when all of them are done
 */
export function tasks(list, key, end) {
  const tried = new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  const element = node("p", "", { class: "look-try" });

  /** @param {string} [id] was done */
  function did(id) {
    if (id) tried.add(id);
    sessionStorage.setItem(key, JSON.stringify([...tried]));
    const next = list.find((task) => !tried.has(task.id));
    element.classList.toggle("look-done", !next);
    const [before, word = "", after = ""] = (next?.text ?? end).split("*");
    element.replaceChildren(node("strong", next ? "Try this." : "Done."), ` ${before}`, node("em", word), after);
  }

  did();
  return { element, did };
}

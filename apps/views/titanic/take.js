// A button that gives the run on the screen as a notebook.

import { button, node } from "../../../shared/ui/browser/player.js";
import { saveNotebook } from "../../../shared/ui/browser/take.js";

/** @param {HTMLElement} element @param {{props: {value: unknown}, server: Record<string, (value: unknown) => Promise<any>>}} api */
export default function take(element, api) {
  const room = /** @type {HTMLElement} */ (element.querySelector(".look-module"));
  const said = node("p", "", { role: "status" });
  room.replaceChildren(button("Take a notebook", download), said);

  async function download() {
    const answer = await api.server.take_notebook(api.props.value);
    said.textContent = saveNotebook(answer, "titanic-from-scratch.ipynb", "The notebook is in your downloads. It needs torch and pandas, its last cells fastai.");
  }
}

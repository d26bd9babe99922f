// What a visitor takes away: the link to the screen, and its notebook.

import { node } from "./player.js";

/** Copy the page's address. @returns {Promise<string>} what to say of it */
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    return "Copied. The link holds what you have set.";
  } catch {
    return "Your browser does not let a page copy. The address of this page is the link.";
  }
}

/**
 * Put a notebook into the downloads, unless the server refused to write it.
 * @param {{error?: string}} answer the notebook, or why there is none
 * @param {string} name of the file
 * @param {string} said once it is there
 * @returns {string} what to say of it
 */
export function saveNotebook(answer, name, said = "The notebook is in your downloads.") {
  if (answer.error) return answer.error;
  const file = new Blob([JSON.stringify(answer, null, 1)], { type: "application/x-ipynb+json" });
  const link = node("a", "", { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return said;
}

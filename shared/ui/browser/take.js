// What a visitor takes away: the link to the screen, and files.

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

/** Put a text into the downloads. @param {string} name @param {string} text @param {string} type of its content */
export function saveFile(name, text, type) {
  const link = node("a", "", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

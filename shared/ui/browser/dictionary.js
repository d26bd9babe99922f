// The dictionary: the first use of each word in the texts of a page becomes a button that opens its meaning.
//
// Texts that come later, such as those of a tab that is opened, are read too; a word whose text was written anew is
// marked again. The meaning is a popover of the browser, which Escape and a press elsewhere close.

import { node } from "./player.js";

/** @typedef {{word: string, sentence: string, lesson: number, also: string[]}} Word */

// What is read aloud when it changes, and what is pressed or written as code, stays as it is.
const TEXTS = ".look-page :is(p, li)";
const NOT_IN = "a, button, summary, label, code, output, [role=status], [popover], .look-head, .look-foot, .quiz";
const AFTER_MS = 150; // changes that come together are read together
const LEAVE_MS = 250; // to go with the pointer from the word to its meaning

/**
 * Where a word stands in a text: the first of all forms, whatever its case; null where there is none.
 * @param {string} text
 * @param {Word} word
 * @returns {{start: number, end: number} | null}
 */
export function findWord(text, { word, also }) {
  const forms = [word, ...also].sort((a, b) => b.length - a.length).map((form) => form.replace(/[^\w\s]/g, "\\$&"));
  const found = new RegExp(`(?<![\\w-])(?:${forms.join("|")})(?![\\w-])`, "i").exec(text);
  return found && { start: found.index, end: found.index + found[0].length };
}

/** @param {Word} word */
function explain({ word, sentence, lesson }) {
  const link = node("a", `Lesson ${lesson}`, { href: `https://course.fast.ai/Lessons/lesson${lesson}.html`, target: "_blank", rel: "noopener" });
  const meaning = node("div", "", { popover: "auto", class: "look-meaning", id: `word-${word.replace(/\W/g, "-")}` });
  meaning.append(node("b", word), ` ${sentence} `, link);
  return meaning;
}

/** Under the word, and inside the window. @param {HTMLElement} mark @param {HTMLElement} meaning */
function place(mark, meaning) {
  const [at, own] = [mark.getBoundingClientRect(), meaning.getBoundingClientRect()];
  const below = at.bottom + 4 + own.height <= innerHeight;
  meaning.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - own.height - 4)}px`;
  meaning.style.left = `${Math.max(8, Math.min(at.left, innerWidth - own.width - 8))}px`;
}

/** @param {Text} text @param {{start: number, end: number}} where @param {HTMLElement} meaning */
function mark(text, { start, end }, meaning) {
  const word = text.splitText(start);
  word.splitText(end - start);
  const made = node("button", word.data, { type: "button", class: "look-word", popovertarget: meaning.id, popovertargetaction: "show", "aria-describedby": meaning.id });
  word.replaceWith(made);
  let timer = 0;
  const leave = () => {
    timer = window.setTimeout(() => meaning.hidePopover(), LEAVE_MS);
  };
  made.addEventListener("pointerenter", ({ pointerType }) => {
    clearTimeout(timer);
    if (pointerType !== "mouse" || meaning.matches(":popover-open")) return;
    meaning.showPopover();
    made.addEventListener("pointerleave", leave, { once: true });
    meaning.addEventListener("pointerenter", () => clearTimeout(timer), { once: true });
    meaning.addEventListener("pointerleave", leave, { once: true });
  });
  meaning.ontoggle = () => place(made, meaning);
  return made;
}

/** @param {HTMLElement} element @param {{props: {value: Word[]}}} api */
export default function dictionary(element, api) {
  const words = api.props.value
    .map((word) => ({ word, meaning: explain(word), mark: /** @type {HTMLElement | null} */ (null) }))
    .sort((a, b) => b.word.word.length - a.word.word.length); // "weight decay" before "weight"
  element.append(...words.map(({ meaning }) => meaning));

  function read() {
    const waiting = words.filter((one) => !one.mark?.isConnected);
    for (const text of waiting.length ? texts() : []) {
      for (const one of waiting) {
        const where = one.mark?.isConnected ? null : findWord(text.data, one.word);
        if (where) one.mark = mark(text, where, one.meaning); // the text ends before the word now
      }
    }
    watcher.takeRecords(); // of our own changes
  }

  let timer = 0;
  const watcher = new MutationObserver(() => {
    clearTimeout(timer);
    timer = window.setTimeout(read, AFTER_MS);
  });
  watcher.observe(document.body, { childList: true, characterData: true, subtree: true });
  read();
}

/** Every piece of text that is read, from above to below; what follows a new mark, too. */
function* texts() {
  for (const holder of document.querySelectorAll(TEXTS)) {
    if (holder.closest(NOT_IN)) continue;
    const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (!text.parentElement?.closest(NOT_IN)) yield /** @type {Text} */ (text);
    }
  }
}

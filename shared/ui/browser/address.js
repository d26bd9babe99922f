// The page's address: "#broadcast?left=3,1" is the tab "broadcast", and a state that the tab itself reads.
//
// Every module that imports this file shares it. Its default export is the piece that follows the tabs: a link
// opens its tab, a tab that is opened goes into the address and the history, back and forward lead there again.

/** @typedef {{tab: string, state: URLSearchParams}} Address */
/** @typedef {{value: unknown, low: number | null, high: number | null, choices: unknown[]}} Rule */

/** @type {Map<string, string>} What each tab has kept, as a query, for when it is opened again. */
const kept = new Map();
/** @type {Map<string, number>} */
const turns = new Map();
let first = "";
let tabsId = "";
let asked = ""; // the tab that the address asks for, until it is open

/** @returns {Address} */
export function read() {
  const [tab, query = ""] = location.hash.slice(1).split("?", 2);
  return { tab: safely(tab), state: new URLSearchParams(query) };
}

/**
 * Keep a part of a tab's state in the address, without a step in the history. Nothing happens while another tab is
 * open. A value of null is taken out.
 * @param {string} tab
 * @param {Record<string, string | number | boolean | null>} values
 */
export function keep(tab, values) {
  const now = read();
  if ((now.tab || opened() || first) !== tab) return;
  for (const [name, value] of Object.entries(values)) {
    if (value === null) now.state.delete(name);
    else now.state.set(name, String(value));
  }
  kept.set(tab, now.state.toString());
  history.replaceState(history.state, "", written(tab));
  tellFrame();
}

/**
 * The same for all options of a tab.
 * @param {string} tab
 * @param {string[]} names
 * @param {number} turn when the values were read: those who wait for this module may come out of turn
 * @param {(string | number | boolean)[]} values
 */
export function keepAll(tab, names, turn, values) {
  if (turn < (turns.get(tab) ?? 0)) return;
  turns.set(tab, turn);
  keep(tab, Object.fromEntries(names.map((name, i) => [name, values[i]])));
}

/**
 * The options that a link asks for, in order; what it does not say or what is not allowed is as it is by default.
 * @param {string} tab
 * @param {Record<string, Rule>} rules
 * @returns {unknown[]}
 */
export function taken(tab, rules) {
  const { tab: wanted, state } = read();
  return Object.entries(rules).map(([name, rule]) => {
    const text = wanted === tab ? state.get(name) : null;
    return text === null ? rule.value : allowed(text, rule);
  });
}

/** @param {string} text @param {Rule} rule @returns {unknown} */
export function allowed(text, rule) {
  if (rule.choices.length) return rule.choices.find((choice) => String(choice) === text) ?? rule.value;
  if (typeof rule.value === "boolean") return text === "true";
  if (typeof rule.value !== "number") return text;
  const number = text.trim() ? Number(text) : Number.NaN;
  const inside = number >= (rule.low ?? -Infinity) && number <= (rule.high ?? Infinity);
  return Number.isFinite(number) && inside ? number : rule.value;
}

/** @param {string} tab */
function written(tab) {
  const query = kept.get(tab);
  return `${location.pathname}${location.search}#${encodeURIComponent(tab)}${query ? `?${query}` : ""}`;
}

/** @param {string} text */
function safely(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** A Space's page shows the app in a frame: the Hub puts what it is told into the address of the page around it. */
function tellFrame() {
  if (window.parent !== window) window.parent.postMessage({ hash: location.hash }, "https://huggingface.co");
}

/** @returns {HTMLElement[]} */
const buttons = () => (tabsId ? [...document.querySelectorAll(`#${tabsId} > .tab-wrapper button[role=tab]`)].map((one) => /** @type {HTMLElement} */ (one)) : []);
const idOf = (/** @type {HTMLElement | undefined} */ button) => button?.dataset.tabId ?? "";
const opened = () => idOf(buttons().find((button) => button.ariaSelected === "true"));

function follow() {
  const { tab, state } = read();
  if (tab && state.size) kept.set(tab, state.toString());
  const button = buttons().find((one) => idOf(one) === (tab || first));
  if (button && button.ariaSelected !== "true") {
    asked = idOf(button);
    button.click();
  }
  tellFrame();
}

/** On a phone the row of tabs is wider than the screen: the open one stands in its middle. */
function showOpened() {
  const button = buttons().find((one) => one.ariaSelected === "true");
  const row = button?.parentElement;
  if (button && row) row.scrollLeft = button.offsetLeft - row.offsetLeft - (row.clientWidth - button.offsetWidth) / 2;
}

function noteOpened() {
  showOpened();
  const tab = opened();
  if (!tab || tab === asked || tab === (read().tab || first)) {
    if (tab === asked) asked = "";
    return;
  }
  history.pushState(null, "", written(tab));
  tellFrame();
}

/** @param {HTMLElement} _ @param {{props: {value: string}, trigger: (event: string) => void}} api */
export default async function address(_, api) {
  tabsId = api.props.value;
  while (!buttons().length) await new Promise(requestAnimationFrame); // the page is a moment behind its pieces
  first = opened();
  follow();
  const watched = { attributes: true, attributeFilter: ["aria-selected"], subtree: true };
  new MutationObserver(noteOpened).observe(/** @type {Element} */ (document.getElementById(tabsId)), watched);
  addEventListener("resize", showOpened);
  addEventListener("popstate", () => {
    follow(); // back, forward, and a changed hash
    api.trigger("select");
  });
}

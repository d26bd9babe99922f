// Values that several pieces of a page share, and those that several events of one moment share.

const QUIET_MS = 30;
/** @type {Map<string, {turn: number, values: unknown[]}>} */
const asked = new Map();

/**
 * Give all calls of one moment the values of the last of them. Where several controls are set at once, Gradio sends
 * a request for each, the first ones with old values of the others, and the answers come in any order.
 * @param {string} name of what is asked for
 * @param {number} turn when the values were read: those who wait for this module may come out of turn
 * @param {unknown[]} values
 */
export async function latest(name, turn, values) {
  let last = asked.get(name);
  if (!last || last.turn < turn) asked.set(name, { turn, values });
  do {
    last = asked.get(name);
    await new Promise((done) => setTimeout(done, QUIET_MS));
  } while (last !== asked.get(name));
  return last?.values;
}

/**
 * @template T
 * @param {T} value at first
 */
export function store(value) {
  /** @type {Set<() => void>} */
  const followers = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const follow of followers) follow();
    },
    /** @param {() => void} follow is called after every change */
    follow: (follow) => void followers.add(follow),
  };
}

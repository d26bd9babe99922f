// The steps of steps.py and the linear model of net.py, for the page. Nothing here knows the page.

/**
 * The table, column by column; a missing number is null, a missing text empty.
 * @typedef {object} Passengers
 * @property {(number | null)[]} age
 * @property {number[]} sibsp
 * @property {number[]} parch
 * @property {(number | null)[]} fare
 * @property {string[]} sex
 * @property {number[]} pclass
 * @property {string[]} embarked
 * @property {number[]} survived
 */
/** @typedef {{fill: boolean, log: boolean, dummies: boolean, scale: string}} Steps */
/** @typedef {{names: string[], rows: number[][]}} Prepared */

/** @type {[string, "sex" | "pclass" | "embarked", (string | number)[]][]} */
const CATEGORIES = [
  ["Sex", "sex", ["male", "female"]],
  ["Pclass", "pclass", [1, 2, 3]],
  ["Embarked", "embarked", ["C", "Q", "S"]],
];

/**
 * The most frequent value; of equally frequent ones the smallest.
 * @template {string | number} T
 * @param {(T | null)[]} values
 * @returns {T}
 */
export function mode(values) {
  /** @type {Map<T, number>} */
  const counts = new Map();
  for (const value of values) if (value !== null && value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best))[0];
}

/** @param {Passengers} people @param {Steps} steps @returns {Prepared} */
export function prepare(people, steps) {
  /** @param {(number | null)[]} values @returns {number[]} */
  const filled = (values) => {
    const fill = steps.fill ? mode(values) : Number.NaN;
    return values.map((value) => value ?? fill);
  };
  /** @type {[string, number[]][]} */
  const made = [
    ["Age", filled(people.age)],
    ["SibSp", people.sibsp],
    ["Parch", people.parch],
  ];
  const fare = filled(people.fare);
  made.push(steps.log ? ["LogFare", fare.map((value) => Math.log(value + 1))] : ["Fare", fare]);
  const port = steps.fill ? mode(people.embarked) : "";
  for (const [name, source, levels] of CATEGORIES) {
    const values = people[source].map((value) => value || port);
    if (steps.dummies) {
      for (const level of levels) made.push([`${name}_${level}`, values.map((value) => Number(value === level))]);
    } else if (source === "pclass") made.push([name, people.pclass]);
    else {
      const codes = [...levels].sort();
      made.push([name, values.map((value) => (codes.includes(value) ? codes.indexOf(value) : Number.NaN))]);
    }
  }
  const columns = made.map(([, values]) => scaled(values, steps.scale));
  return { names: made.map(([name]) => name), rows: people.survived.map((_, row) => columns.map((values) => values[row])) };
}

/** @param {number[]} values @param {string} how */
function scaled(values, how) {
  if (how === "none") return values;
  const top = Math.max(...values);
  if (how === "max") return values.map((value) => value / top);
  const mean = meanOf(values);
  const spread = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  return values.map((value) => (value - mean) / spread);
}

/** @param {number[]} values */
export const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** (x * coeffs).sum(axis=1), through the sigmoid or not. @param {number[][]} rows @param {number[]} coefficients @param {boolean} sigmoid */
export function predict(rows, coefficients, sigmoid) {
  return rows.map((row) => {
    const sum = row.reduce((total, value, at) => total + value * coefficients[at], 0);
    return sigmoid ? 1 / (1 + Math.exp(-sum)) : sum;
  });
}

/** The mean absolute error. @param {number[]} predictions @param {number[]} survived */
export const loss = (predictions, survived) => meanOf(predictions.map((p, row) => Math.abs(p - survived[row])));

/** The share that is right. @param {number[]} predictions @param {number[]} survived */
export const accuracy = (predictions, survived) => meanOf(predictions.map((p, row) => Number(p > 0.5 === survived[row] > 0.5)));

/**
 * How the loss grows with each coefficient.
 * @param {number[][]} rows
 * @param {number[]} coefficients
 * @param {number[]} survived
 * @param {boolean} sigmoid
 */
export function gradient(rows, coefficients, survived, sigmoid) {
  const slopes = predict(rows, coefficients, sigmoid).map((p, row) => Math.sign(p - survived[row]) * (sigmoid ? p * (1 - p) : 1));
  return coefficients.map((_, at) => meanOf(rows.map((row, i) => slopes[i] * row[at])));
}

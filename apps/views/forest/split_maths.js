// One binary split: the scores that shared/forest/splits.py and impurity.py work out, for rows sorted by x.
// And how numbers are written. No page is needed: a test runs this file in Node beside the Python functions.

// Numbers as shared/tables/numbers.py writes them: a year has no comma, and 0.0000001 a power of ten.
const plain = (value) => {
  const whole = Math.abs(value) >= 100_000 && Math.abs(value) < 1e15;
  const size = Math.abs(whole ? Math.round(value) : Number(value.toPrecision(6)));
  const sign = value < 0 && size ? "−" : "";
  if (size && (size < 1e-6 || size >= 1e15)) {
    const [mantissa, power] = size.toExponential(5).split("e");
    const raised = [...String(Number(power))].map((one) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(one)]).join("");
    return `${sign}${Number(mantissa)} × 10${raised}`;
  }
  return sign + size.toLocaleString("en", { maximumFractionDigits: 12, useGrouping: size >= 10_000 });
};
const digits = (value) => (value === 0 || (value >= 0.001 && value < 10) ? value.toFixed(4) : plain(value));

const Splits = (() => {
  // The last row of each value but the largest: every threshold that parts the rows.
  const ends = (x) => x.flatMap((value, i) => (i + 1 < x.length && x[i + 1] > value ? [i] : []));

  const giniOf = (counts) => {
    const n = counts.reduce((sum, count) => sum + count, 0);
    return n ? 1 - counts.reduce((sum, count) => sum + (count / n) ** 2, 0) : 0;
  };
  const entropyOf = (counts) => {
    const n = counts.reduce((sum, count) => sum + count, 0);
    return counts.reduce((sum, count) => (count ? sum - (count / n) * Math.log2(count / n) : sum), 0);
  };

  // Everything known of a group from its sums. Deviations divide by n - 1, as pandas does.
  const describe = ({ n, sum, square, counts }, centre) => {
    const spread = n > 1 ? Math.max(square - (sum * sum) / n, 0) : 0;
    const isNumber = counts.length <= 2;
    return {
      n,
      counts,
      mean: n && isNumber ? centre + sum / n : null,
      std: isNumber ? (n > 1 ? Math.sqrt(spread / (n - 1)) : 0) : null,
      gini: counts.length ? giniOf(counts) : null,
      entropy: counts.length ? entropyOf(counts) : null,
    };
  };

  // Running sums, made once for a column: `at(k)` then tells all of the first k rows and of the others.
  const prepare = (y, nClasses) => {
    const whole = y.every(Number.isInteger);
    const mean = y.reduce((total, value) => total + value, 0) / Math.max(y.length, 1);
    const centre = whole ? Math.round(mean) : mean;
    const sums = [0];
    const squares = [0];
    const tallies = Array.from({ length: nClasses }, () => [0]);
    y.forEach((value, i) => {
      sums.push(sums[i] + (value - centre));
      squares.push(squares[i] + (value - centre) ** 2);
      tallies.forEach((tally, k) => tally.push(tally[i] + (value === k ? 1 : 0)));
    });
    const between = (from, to) =>
      describe(
        {
          n: to - from,
          sum: sums[to] - sums[from],
          square: squares[to] - squares[from],
          counts: tallies.map((tally) => tally[to] - tally[from]),
        },
        centre,
      );
    return (k) => ({ whole: between(0, y.length), below: between(0, k), above: between(k, y.length) });
  };

  // A measure of both sides, weighted by their rows; null where it does not apply.
  const score = ({ whole, below, above }, measure) =>
    below[measure] === null ? null : (below[measure] * below.n + above[measure] * above.n) / whole.n;

  // The first threshold of the lowest score. Scores are one when they differ by less than rounding does.
  const best = (scores) => {
    const limit = Math.min(...scores) + 1e-9 * Math.max(...scores);
    return scores.findIndex((value) => value <= limit);
  };

  // The sentence of shared.forest.impurity.describe_gini.
  const giniWords = (counts, what) => {
    const value = giniOf(counts);
    return (
      `Draw a row of ${what}, put it back and draw again: the two differ in class with a chance of ` +
      `${value.toFixed(4)}. That is Gini; 0 means that all rows are of one class. The chance to pick the same ` +
      `class twice in a row is ${(1 - value).toFixed(4)}.`
    );
  };

  return { ends, prepare, score, best, giniWords };
})();

// The formulas of shared/curves/ for the browser: the same as in data.py, quadratic.py and relus.py.
//
// Nothing here knows the page. tests/shared/curves/test_curves_js.py runs this file in Node beside the Python.
// Arrays of numbers go in and out; parameters of a quadratic are [a, b, c], a network is {m, b, w, c}.

const Curves = (() => {
  const X_LOW = -2;
  const X_HIGH = 2;
  const LEAKY_SLOPE = 0.1;
  const TOO_LARGE = 1e8; // a parameter beyond this has diverged

  // The true curves and the noise around them. `sd` is the noise in y at noise level 1.
  const CURVES = {
    quadratic: { sd: 1.5, at: (x) => 3 * x * x + 2 * x + 1 },
    sin: { sd: 0.15, at: (x) => Math.sin(2 * x) },
    step: { sd: 0.15, at: (x) => (x < 0 ? 0 : 1) },
    abs: { sd: 0.2, at: (x) => Math.abs(x) },
    flat: { sd: 1, at: () => 0 },
  };
  const RELATIVE_NOISE = 0.15; // of the true value, at noise level 1: the lesson's own

  const spread = (low, high, n) =>
    n === 1 ? [low] : Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  // Standard normal numbers that are the same for the same seed in every browser: the generator mulberry32,
  // then the Box-Muller transform.
  function normals(n, seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
    return Array.from(
      { length: n },
      () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    );
  }

  // Points of a true curve with noise. `draws` are two lists of n standard normal numbers.
  function makePoints(curve, noise, draws) {
    const { sd, at } = CURVES[curve];
    const x = spread(X_LOW, X_HIGH, draws[0].length);
    const y = x.map((value, i) => at(value) * (1 + RELATIVE_NOISE * noise * draws[0][i]) + sd * noise * draws[1][i]);
    return { x, y };
  }

  // The quadratic ---------------------------------------------------------------------------------------------

  const quadratic = ([a, b, c], x) => x.map((value) => a * value * value + b * value + c);

  function loss(predicted, y, kind) {
    const errors = predicted.map((value, i) => value - y[i]);
    return mean(errors.map(kind === "mse" ? (error) => error * error : Math.abs));
  }

  // The slope of the loss along a, b and c. Each point pushes with the slope of its own error: -1, 0 or 1 for
  // the mean absolute error, twice the error for the mean squared one.
  function gradient(params, x, y, kind) {
    const predicted = quadratic(params, x);
    const push = predicted.map((value, i) => (kind === "mse" ? 2 * (value - y[i]) : Math.sign(value - y[i])));
    return [
      mean(push.map((value, i) => value * x[i] * x[i])),
      mean(push.map((value, i) => value * x[i])),
      mean(push),
    ];
  }

  // One gradient step from {params, held}, where held is what `params.grad` holds from earlier steps.
  function step({ params, held }, x, y, { kind, lr, zero }) {
    const slope = gradient(params, x, y, kind);
    const used = zero || !held ? slope : slope.map((value, i) => value + held[i]);
    return { params: params.map((value, i) => value - lr * used[i]), held: used, slope };
  }

  const hasDiverged = (params) => params.some((value) => !(Math.abs(value) <= TOO_LARGE));

  // Least squares: the best quadratic for the mean squared error, as a yardstick. Null when x has fewer than
  // three different values.
  function leastSquares(x, y) {
    const rows = x.map((value) => [value * value, value, 1]);
    const matrix = [0, 1, 2].map((i) => [
      ...[0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
      rows.reduce((sum, row, k) => sum + row[i] * y[k], 0),
    ]);
    for (let i = 0; i < 3; i++) {
      const pivot = [i, i + 1, i + 2].filter((k) => k < 3).sort((p, q) => Math.abs(matrix[q][i]) - Math.abs(matrix[p][i]))[0];
      [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
      if (Math.abs(matrix[i][i]) < 1e-9) return null;
      for (let k = 0; k < 3; k++) {
        if (k === i) continue;
        const share = matrix[k][i] / matrix[i][i];
        matrix[k] = matrix[k].map((value, j) => value - share * matrix[i][j]);
      }
    }
    return [0, 1, 2].map((i) => matrix[i][3] / matrix[i][i]);
  }

  // The network -----------------------------------------------------------------------------------------------

  const ACTIVATIONS = {
    relu: (z) => (z > 0 ? z : 0),
    leaky_relu: (z) => (z > 0 ? z : LEAKY_SLOPE * z),
    sigmoid: (z) => 1 / (1 + Math.exp(-z)),
    tanh: Math.tanh,
  };

  const unitAt = (units, i, x, activation) =>
    units.w[i] * ACTIVATIONS[activation](units.m[i] * x + units.b[i]);

  const network = (units, x, activation) =>
    x.map((value) => {
      let sum = units.c;
      for (let i = 0; i < units.m.length; i++) sum += unitAt(units, i, value, activation);
      return sum;
    });

  // Where each unit switches; NaN for one that is level.
  const knots = (units) => units.m.map((m, i) => (m === 0 ? NaN : -units.b[i] / m));

  // Units whose ReLU is off at every point: their gradient is 0 and they cannot learn.
  const deadUnits = (units, x, activation) =>
    activation === "relu" && x.length
      ? units.m.flatMap((m, i) => (x.every((value) => m * value + units.b[i] <= 0) ? [i] : []))
      : [];

  return {
    X_LOW, X_HIGH, CURVES, ACTIVATIONS,
    spread, mean, normals, makePoints,
    quadratic, loss, gradient, step, hasDiverged, leastSquares,
    unitAt, network, knots, deadUnits,
  };
})();

if (typeof module !== "undefined") module.exports = Curves; // for Node, which tests it

// The best quadratic for the mean absolute error, exactly: what `exact_optimum` of quadratic.py finds by linear
// programming. A test holds them together.
//
// Some best quadratic goes through three of the points, because the loss is a bowl of flat faces whose corners are
// these quadratics. So: walk from corner to corner along the edges, on which the quadratic keeps two of its points,
// each time to the lowest place of an edge, until every edge goes up.

const leastAbsolute = (() => {
  // The quadratic through three points, by divided differences.
  function through(x, y, [i, j, k]) {
    const slope = (y[j] - y[i]) / (x[j] - x[i]);
    const a = ((y[k] - y[j]) / (x[k] - x[j]) - slope) / (x[k] - x[i]);
    const b = slope - a * (x[i] + x[j]);
    return [a, b, y[i] - x[i] * (b + a * x[i])];
  }

  // The t with the smallest sum |rest - t u|: the median of rest / u, weighted by |u|.
  function lowestAlong(u, rest) {
    const places = u.flatMap((value, i) => (Math.abs(value) > 1e-12 ? [{ i, t: rest[i] / value, weight: Math.abs(value) }] : []));
    places.sort((p, q) => p.t - q.t);
    const half = places.reduce((sum, { weight }) => sum + weight, 0) / 2;
    let sum = 0;
    return places.find(({ weight }) => (sum += weight) >= half);
  }

  const loss = (rest) => rest.reduce((sum, value) => sum + Math.abs(value), 0);

  // Null when x has fewer than three different values: then many quadratics are equally good.
  return function leastAbsolute(x, y) {
    // Around 0 and of size 1, because points that lie close together would cost all digits.
    const middle = (Math.min(...x) + Math.max(...x)) / 2;
    const unit = (Math.max(...x) - Math.min(...x)) / 2;
    const [a, b, c] = walk(x.map((value) => (value - middle) / unit), y) ?? [null];
    if (a === null) return null;
    return [a / unit ** 2, b / unit - (2 * a * middle) / unit ** 2, c - (b * middle) / unit + (a * middle ** 2) / unit ** 2];
  };

  function walk(x, y) {
    const order = x.map((_, i) => i).sort((i, j) => x[i] - x[j]);
    const between = order.filter((i) => x[i] > x[order[0]] && x[i] < x[order.at(-1)]);
    if (!between.length) return null;
    let params = through(x, y, [order[0], between[between.length >> 1], order.at(-1)]);
    const tolerance = 1e-9 * Math.max(1, ...y.map(Math.abs));
    for (;;) {
      const rest = Curves.quadratic(params, x).map((value, i) => y[i] - value);
      const better = lowerCorner(x, y, rest, tolerance);
      if (!better) return params;
      params = better;
    }
  }

  function lowerCorner(x, y, rest, tolerance) {
    const now = loss(rest);
    const on = x.flatMap((_, i) => (Math.abs(rest[i]) <= tolerance ? [i] : []));
    const ends = [...new Map(on.map((i) => [x[i], i])).values()]; // one point for each x
    // What the points off the curve pull along an edge is a quadratic of its two ends: these are its sums.
    const pulls = [0, 0, 0];
    rest.forEach((value, k) => {
      if (Math.abs(value) > tolerance) pulls.forEach((_, power) => (pulls[power] += Math.sign(value) * x[k] ** power));
    });
    for (const i of ends) {
      for (const j of ends) {
        if (x[i] >= x[j]) continue;
        const pull = Math.abs(pulls[2] - (x[i] + x[j]) * pulls[1] + x[i] * x[j] * pulls[0]);
        const brake = on.reduce((sum, k) => sum + Math.abs((x[k] - x[i]) * (x[k] - x[j])), 0);
        if (pull <= brake * (1 + 1e-12)) continue; // this edge goes up in both directions
        const along = x.map((value) => (value - x[i]) * (value - x[j])); // the quadratics that keep i and j
        const corner = through(x, y, [i, j, lowestAlong(along, rest).i]);
        // Asked of the corner itself, because rounding must not lead round in a circle.
        const gain = now - loss(Curves.quadratic(corner, x).map((value, k) => y[k] - value));
        if (gain > tolerance) return corner;
      }
    }
    return null;
  }
})();

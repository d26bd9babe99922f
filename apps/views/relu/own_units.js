// The visitor's own units. Points of another size are scaled for gradient descent (`scale_to_box` of points.py), and
// all tabs work on the scaled ones: here every number of them that is shown is scaled back.
//
// lab.state.points: `scale`, null or [x middle, x unit, y middle, y unit], with own = scaled * unit + middle;
// `names` of the two columns, or null; `dates`, whether x counts days since 1970.

{
  const PLAIN = [0, 1, 0, 1];
  const DAY_MS = 86_400_000;
  const table = () => lab.state.points ?? {};
  const parts = (axis) => (table().scale ?? PLAIN).slice(axis === "x" ? 0 : 2, axis === "x" ? 2 : 4);

  const own = {};
  lab.own = own;

  own.isScaled = () => Boolean(table().scale);
  own.hasDates = () => Boolean(table().scale && table().dates);
  own.name = (axis) => table().names?.[axis === "x" ? 0 : 1] ?? axis;
  own.value = (axis, scaled) => {
    const [middle, unit] = parts(axis);
    return scaled * unit + middle;
  };
  own.scaled = (axis, value) => {
    const [middle, unit] = parts(axis);
    return (value - middle) / unit;
  };

  // Numbers ---------------------------------------------------------------------------------------------------

  // As many decimals as tell a thousandth of what the picture shows.
  own.decimals = (axis) => {
    const [low, high] = lab.ranges[axis];
    const size = Math.abs(own.value(axis, high) - own.value(axis, low)) / 1000;
    return Math.min(Math.max(Math.ceil(-Math.log10(size || 1)), 0), 12);
  };

  // A number without an exponent; four digits may be a year, so only larger ones are grouped.
  const written = (value, decimals) =>
    value.toLocaleString("en", { maximumFractionDigits: decimals, useGrouping: Math.abs(value) >= 10_000 });

  const isoDate = (days) => {
    const moment = new Date(Math.round(days * 1440) * 60_000);
    if (!Number.isFinite(moment.getTime())) return "";
    const text = moment.toISOString().replace("T", " ").slice(0, 16);
    return text.endsWith("00:00") ? text.slice(0, 10) : text;
  };

  // Where a scaled x or y is, in words.
  own.text = (axis, scaled) => {
    if (!own.isScaled()) return String(Math.round(scaled * 1000) / 1000);
    const value = own.value(axis, scaled);
    if (axis === "x" && own.hasDates()) return isoDate(dayRange() > 3 ? Math.round(value) : value);
    return written(value, own.decimals(axis));
  };

  own.place = (x, y) => `${own.name("x")} ${own.text("x", x)}, ${own.name("y")} ${own.text("y", y)}`;

  // A loss is an error in y, or the square of one.
  own.lossUnit = (kind = lab.state.kind) => {
    const [, unit] = parts("y");
    return kind === "mse" ? unit * unit : unit;
  };
  own.loss = (loss, kind) => loss * own.lossUnit(kind);
  own.lossText = (loss, digits = 3, kind = lab.state.kind) => {
    if (!own.isScaled()) return lab.shown(loss, digits);
    if (!Number.isFinite(loss) || Math.abs(loss) >= 1e6) return "huge";
    return own.loss(loss, kind).toLocaleString("en", { maximumSignificantDigits: 4 });
  };

  // Axes ------------------------------------------------------------------------------------------------------

  const mostTicks = () => (window.innerWidth < 700 ? 4 : 7);
  const NICE = [1, 2, 5, 10];

  function niceTicks(low, high) {
    const least = (high - low) / mostTicks();
    const power = 10 ** Math.floor(Math.log10(least));
    const step = power * NICE.find((times) => times * power >= least * (1 - 1e-9));
    const first = Math.ceil(low / step - 1e-9);
    const decimals = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 12);
    const ticks = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
    return ticks.map((value) => ({ value, text: written(Math.abs(value) < step / 1e6 ? 0 : value, decimals) }));
  }

  const dayRange = () => {
    const [low, high] = lab.ranges.x;
    return own.value("x", high) - own.value("x", low);
  };

  // Steps of calendars, from hours to centuries: [how many days, about; how far from one tick to the next].
  const CALENDAR = [
    ...[1, 2, 3, 6, 12].map((hours) => [hours / 24, (date) => date.setUTCHours(date.getUTCHours() + hours)]),
    ...[1, 2, 7, 14].map((days) => [days, (date) => date.setUTCDate(date.getUTCDate() + days)]),
    ...[1, 2, 3, 6].map((months) => [30.4 * months, (date) => date.setUTCMonth(date.getUTCMonth() + months)]),
    ...[1, 2, 5, 10, 20, 50, 100].map((years) => [365.25 * years, (date) => date.setUTCFullYear(date.getUTCFullYear() + years)]),
  ];

  function dateTicks(low, high) {
    const [days, next] = CALENDAR.find(([size]) => (high - low) / size <= mostTicks()) ?? CALENDAR.at(-1);
    const date = new Date(low * DAY_MS);
    if (!Number.isFinite(date.getTime())) return [];
    // Back to the beginning of the day, the month or the year, so that ticks have round dates.
    date.setUTCHours(0, 0, 0, 0);
    if (days >= 28) date.setUTCDate(1);
    if (days >= 60) date.setUTCMonth(0);
    const years = Math.round(days / 365.25);
    if (years > 1) date.setUTCFullYear(Math.floor(date.getUTCFullYear() / years) * years);
    const ticks = [];
    for (; date.getTime() / DAY_MS <= high && ticks.length < 40; next(date)) {
      const value = date.getTime() / DAY_MS;
      const text = isoDate(value);
      if (value >= low) ticks.push({ value, text: days >= 365 ? text.slice(0, 4) : days >= 28 ? text.slice(0, 7) : text });
    }
    return ticks;
  }

  // An axis of the points for a figure's layout: what it shows, and its numbers in the visitor's units.
  own.axis = (axis, range) => {
    const { names } = table();
    const title = names ? { title: { text: own.name(axis) } } : {};
    if (!own.isScaled()) return { range, ...title };
    const [low, high] = range.map((scaled) => own.value(axis, scaled));
    const ticks = axis === "x" && own.hasDates() ? dateTicks(low, high) : niceTicks(low, high);
    return { range, ...title, zeroline: false, tickmode: "array", tickvals: ticks.map(({ value }) => own.scaled(axis, value)), ticktext: ticks.map(({ text }) => text) };
  };

  // Where the parameters are of the scaled points, a line says how those came about.
  own.formulas = () => {
    const number = (value) => written(Number(Math.abs(value).toPrecision(6)), 12); // as many as a link carries
    const formula = (axis) => {
      const [middle, unit] = parts(axis);
      const isDate = axis === "x" && own.hasDates();
      if (middle === 0 && unit === 1) return [];
      const from = isDate ? isoDate(middle) : number(middle);
      const name = own.name(axis) === axis ? `your ${axis}` : own.name(axis);
      const moved = middle === 0 && !isDate ? name : `(${name} ${middle < 0 && !isDate ? "+" : "−"} ${from})`;
      return [`${axis} = ${moved}${unit === 1 ? "" : ` / ${number(unit)}${isDate ? " days" : ""}`}`];
    };
    return [...formula("x"), ...formula("y")];
  };
  own.sentence = () =>
    own.isScaled() ? `Axes and losses are in your own numbers. The parameters are of the scaled points: ${own.formulas().join(", ")}.` : "";
  for (const tab of ["hand", "machine", "units", "points"]) {
    lab.part(`${tab}-scale`, (part) => {
      part.textContent = own.sentence();
    });
  }

  // The link --------------------------------------------------------------------------------------------------

  const MOST_NAME = 60; // characters, as the server cuts them
  // Plotly reads tags in a title.
  own.readNames = (names) =>
    Array.isArray(names) && names.length === 2 && names.every((name) => typeof name === "string")
      ? names.map((name, i) => name.replace(/[<>&|]/g, " ").trim().slice(0, MOST_NAME) || "xy"[i])
      : null;
}

// What *By hand* shows under its sliders: the passengers by their prediction, rows, shapes, and the code.

import { node } from "../../../shared/ui/browser/player.js";

const [LOW, HIGH, BINS] = [-1, 2, 30];
const FIRST = 5;
const AXIS = [["−1 and less", "0"], ["0", "33.3%"], ["0.5", "50%"], ["1", "66.7%"], ["2 and more", "auto"]]; // text and place

/**
 * Two rows of bars: how many who died, and who survived, got which prediction.
 * @param {HTMLElement} room
 * @param {number[]} predictions
 * @param {number[]} survived
 */
export function showPeople(room, predictions, survived) {
  const rows = [0, 1].map((truth) => {
    const counts = new Array(BINS).fill(0);
    predictions.forEach((p, row) => {
      const bin = Math.floor(((p - LOW) / (HIGH - LOW)) * BINS);
      if (survived[row] === truth && !Number.isNaN(p)) counts[Math.max(0, Math.min(BINS - 1, bin))]++;
    });
    const wrong = predictions.filter((p, row) => survived[row] === truth && p > 0.5 !== (truth === 1)).length;
    const name = truth ? "Survived" : "Died";
    const line = node("div", "", { class: `tt-hist tt-truth-${truth}`, role: "img", "aria-label": `${name}: ${wrong} on the wrong side of 0.5` });
    const most = Math.max(...counts, 1);
    for (const count of counts) {
      const bar = node("i");
      bar.style.height = `${(100 * count) / most}%`;
      line.append(bar);
    }
    return [node("p", `${name}: ${wrong} are on the wrong side of 0.5`), line];
  });
  const axis = node("div", "", { class: "tt-axis", "aria-hidden": "true" });
  axis.append(...AXIS.map(([text, left]) => node("span", text, { style: `left: ${left}` })));
  room.replaceChildren(...rows.flat(), axis);
}

/** @param {HTMLElement} room @param {import("../../../shared/tabular/maths.js").Prepared} ready */
export function showFirstRows(room, { names, rows }) {
  const table = node("table", "", { class: "tt-table" });
  const head = table.createTHead().insertRow();
  head.append(...names.map((name) => node("th", name, { scope: "col" })));
  const body = table.createTBody();
  for (const row of rows.slice(0, FIRST)) {
    const line = body.insertRow();
    line.append(...row.map((value) => node("td", Number.isNaN(value) ? "nan" : String(Number(value.toPrecision(3))))));
  }
  room.replaceChildren(table);
}

/** @param {HTMLElement} room @param {number} n columns @param {number} rows */
export function showShapes(room, n, rows) {
  lines(room, [
    ["t_indep", `(${rows}, ${n})`, "rank 2: a matrix"],
    ["coeffs", `(${n},)`, "rank 1: a vector"],
    ["t_indep * coeffs", `(${rows}, ${n})`, "rank 2: broadcasting repeats coeffs for each row"],
    ["(t_indep * coeffs).sum(axis=1)", `(${rows},)`, "rank 1: one prediction for each passenger"],
    ["t_indep @ coeffs", `(${rows},)`, "the same, as a matrix product"],
    ["coeffs[:, None]", `(${n}, 1)`, "rank 2: one column, so that a second layer could follow"],
    ["t_indep @ coeffs[:, None]", `(${rows}, 1)`, "now t_dep must be t_dep[:, None], too"],
    ["(t_indep @ coeffs[:, None]) - t_dep", `(${rows}, ${rows})`, "forgotten: every passenger against every other, and no error"],
    ["torch.abs(preds - t_dep).mean()", "()", "rank 0: the loss"],
  ]);
}

/** @param {HTMLElement} room @param {import("../../../shared/tabular/maths.js").Steps & {sigmoid: boolean, rate: string, names: string[]}} settings */
export function showCode(room, { fill, log, dummies, scale, sigmoid, rate, names }) {
  const sums = "(t_indep * coeffs).sum(axis=1)";
  const off = "left out";
  lines(room, [
    ["Fill", fill ? "df.fillna(df.mode().iloc[0], inplace=True)" : off, "inplace: the table itself changes"],
    ["Log", log ? "df['LogFare'] = np.log(df['Fare'] + 1)" : off, "money is spread out; its log is not"],
    ["Dummies", dummies ? "df = pd.get_dummies(df, columns=['Sex', 'Pclass', 'Embarked'])" : "df['Sex'].astype('category').cat.codes", `${names.length} columns`],
    ["Scale", { none: off, max: "t_indep = t_indep / t_indep.max(dim=0).values", standardise: "(t_indep - t_indep.mean(0)) / t_indep.std(0)" }[scale] ?? off, "one number for each column: broadcasting"],
    ["Predict", sigmoid ? `preds = torch.sigmoid(${sums})` : `preds = ${sums}`, sigmoid ? "always between 0 and 1" : "may be below 0 or above 1"],
    ["Loss", "loss = torch.abs(preds - t_dep).mean(); loss.backward()", "fills coeffs.grad"],
    ["Step", `coeffs.sub_(coeffs.grad * ${rate}); coeffs.grad.zero_()`, "_ at the end: in place"],
  ]);
}

/** @param {HTMLElement} room @param {[string, string, string][]} rows */
function lines(room, rows) {
  room.replaceChildren(
    ...rows.map(([name, code, words]) => {
      const line = node("div", "", { class: "tt-line" });
      line.append(node("code", name), node("code", code), node("span", words));
      return line;
    }),
  );
}

// *Points*: a table of the visitor's own, pasted or uploaded. What was understood is shown before it is used.

ownPoints.found = null; // what the server understood of the last table

ownPoints.readText = async (text) => ownPoints.preview(await lab.ask("read_points_text", { text: text ?? "" }));

// `answer`: {error}, or what `_describe` of points_server.py gives.
ownPoints.preview = (answer) => {
  ownPoints.found = answer?.error || !answer ? null : answer;
  lab.notice("points-notice", answer?.error);
  lab.refresh("points-found");
  if (ownPoints.found) document.querySelector("#points-found button").focus({ preventScroll: true });
};

ownPoints.useFound = () => {
  const { points, scale, names, dates } = ownPoints.found;
  ownPoints.remember();
  ownPoints.tried.add("table");
  Object.assign(ownPoints, { found: null, chosen: 0, ranges: null });
  ownPoints.setTable({ scale, names: lab.own.readNames(names), dates });
  lab.setData({ points, curve: null });
  document.getElementById("points-plot").scrollIntoView({ block: "nearest" });
  lab.plot("points-plot")?.focus({ preventScroll: true });
  ownPoints.say(`${countOf(points.length)} of your own are in use in every tab. Undo brings the earlier ones back.`);
};

lab.part("points-found", (part) => {
  const { found } = ownPoints;
  if (!found) return part.replaceChildren();
  const buttons = lab.node("div", "", { class: "points-buttons" });
  const use = lab.node("button", "Use these points", { type: "button", class: "points-main" });
  use.addEventListener("click", ownPoints.useFound);
  const leave = lab.node("button", "Leave them", { type: "button" });
  leave.addEventListener("click", () => ownPoints.preview(null));
  buttons.append(use, leave);
  const notes = lab.node("ul", "", { class: "look-notes" });
  notes.append(...found.notes.map((note) => lab.node("li", note)));
  const words = lab.node("div", "", { role: "status" });
  words.append(lab.node("p", found.summary, { class: "points-summary" }), ...(found.notes.length ? [notes] : []));
  part.replaceChildren(words, exampleTable(found), buttons);
});

function exampleTable({ names, examples, points }) {
  const table = lab.node("table", "", { class: "points-examples" });
  const row = (cells, tag, attributes = {}) => {
    const made = lab.node("tr");
    made.append(...cells.map((cell) => lab.node(tag, cell, attributes)));
    return made;
  };
  table.append(
    lab.node("caption", points.length > examples.length ? "The first rows, as they were read" : "As it was read"),
    row(names, "th", { scope: "col" }),
    ...examples.map((cells) => row(cells, "td")),
  );
  return table;
}

// All curves: a click, or Enter, on a picture marks it, triggers 'choose' with its column, and goes to the figure.
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-column]");
  if (!chosen) return;
  element.querySelector("[aria-pressed=true]")?.setAttribute("aria-pressed", "false");
  chosen.setAttribute("aria-pressed", "true");
  trigger("choose", { column: chosen.dataset.column });
  document.querySelector("#partial-plot")?.scrollIntoView({ block: "center", behavior: "smooth" });
});

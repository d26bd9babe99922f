// A click on a cell of the matrix, or Enter on it: 'open', with its row and column.
element.addEventListener("click", (event) => {
  const cell = event.target.closest("button[data-actual]");
  if (!cell) return;
  for (const other of element.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === cell));
  trigger("open", { actual: Number(cell.dataset.actual), predicted: Number(cell.dataset.predicted) });
});

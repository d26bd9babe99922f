// Buttons inside remarks on a table: 'act', with what to do to which column. The keyboard stays at the column.
let last = null;
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  last = button.dataset.column;
  trigger("act", { act: button.dataset.act, column: last });
});
watch("value", () => {
  const column = last;
  last = null;
  if (column === null) return;
  setTimeout(() => {
    const buttons = [...element.querySelectorAll("button[data-act]")];
    (buttons.find((button) => button.dataset.column === column) ?? buttons[0])?.focus({ preventScroll: true });
  });
});

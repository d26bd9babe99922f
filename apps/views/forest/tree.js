// A tree whose leaves can be chosen: 'choose', with the leaf's number. The keyboard stays on the chosen leaf.
let wasInside = false;
element.addEventListener("click", (event) => {
  const leaf = event.target.closest("[data-node]");
  if (!leaf) return;
  wasInside = true;
  trigger("choose", { node: Number(leaf.dataset.node) });
});
watch("value", () => {
  if (wasInside) setTimeout(() => element.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true }));
  wasInside = false;
});

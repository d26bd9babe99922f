// The tree of modules: a click, or Enter, on a module marks it and triggers 'choose' with its path.
// (Gradio takes anything with a "path" for a file, so it is sent as "module".)
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-path]");
  if (!chosen) return;
  element.querySelector("[aria-current]")?.removeAttribute("aria-current");
  chosen.setAttribute("aria-current", "true");
  element.querySelector("[role=status]").textContent = `${chosen.dataset.path || "The whole model"} is chosen.`;
  trigger("choose", { module: chosen.dataset.path });
});
// The tree comes when the model has been opened: the keyboard, whose button is gone then, goes on here.
watch("value", () => setTimeout(() => element.querySelector("[aria-current]")?.focus({ preventScroll: true })));

// A slider over thresholds, each with its words and its score. The value is {items: [[threshold, words, score,
// rows]], at, note}; moving it changes `at`, and Python reads the threshold when a button is pressed.
const range = element.querySelector("input");
const show = (name, text) => (element.querySelector(name).textContent = text);

function write() {
  const { items = [], at = 0, note = "" } = props.value ?? {};
  const chosen = items[at];
  range.disabled = items.length === 0;
  for (const button of element.querySelectorAll("button")) button.disabled = items.length === 0;
  range.max = Math.max(items.length - 1, 0);
  range.value = at;
  show(".split-side", chosen ? chosen[1] : "No threshold");
  show(".threshold-note", chosen ? `${chosen[2]}. ${note}` : note);
  range.setAttribute("aria-valuetext", chosen ? `${chosen[1]}, ${chosen[2]}` : "none");
}
function go(at) {
  const { items = [] } = props.value ?? {};
  props.value = { ...props.value, at: Math.min(Math.max(at, 0), items.length - 1) };
  write();
}
range.addEventListener("input", () => go(Number(range.value)));
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) go((props.value?.at ?? 0) + Number(button.dataset.step));
});
watch("value", write);
write();

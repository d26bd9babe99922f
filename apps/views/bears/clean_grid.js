// A choice on a card: it is marked at once, and 'choose' tells the server. The server draws the page again only
// for another page, another filter or an undo, so the focus stays where it is.

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (button) choose(button.closest(".clean-card"), button.dataset.act, "");
});

element.addEventListener("change", (event) => {
  const select = event.target.closest(".clean-card select");
  if (!select) return;
  const card = select.closest(".clean-card");
  if (select.value) choose(card, "relabel", select.value);
  else select.value = card.dataset.new; // "Relabel…" is no choice
});

function choose(card, action, newLabel) {
  card.dataset.action = action;
  card.dataset.new = card.querySelector(".clean-mark").dataset.new = newLabel;
  for (const button of card.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.act === action));
  }
  card.querySelector("select").value = newLabel;
  trigger("choose", { digest: card.dataset.digest, label: card.dataset.label, action, new_label: newLabel });
}

// A new page reuses the old one's elements, and a list keeps what was chosen in it.
function readCards() {
  for (const card of element.querySelectorAll(".clean-card")) {
    card.querySelector("select").value = card.dataset.new;
  }
}

watch("value", () => setTimeout(readCards, 0));
readCards();

// A click on a button of a film: 'explain' or 'seen', with the film's id.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  const data = { movie_id: Number(button.dataset.film) };
  if (button.dataset.act === "explain") trigger("explain", data);
  else trigger("seen", data);
});

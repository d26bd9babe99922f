// A click on "Go there" beside a film: 'go', with the film's id.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-film]");
  if (button) trigger("go", { movie_id: Number(button.dataset.film) });
});

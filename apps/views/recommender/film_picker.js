// The film picker: one film, found while its title is typed. film_search.js stands above.
//
// Its value is {movie_id, title, year}; 'pick' is triggered when a film is chosen.

const { input, cancel } = searchFilms({ choose, hint: "Try the English title.", reset: restore });

function restore() {
  cancel();
  input.value = props.value ? label(props.value) : "";
}

function choose(film) {
  props.value = { movie_id: film.movie_id, title: film.title, year: film.year };
  restore();
  trigger("pick");
}

input.addEventListener("focus", () => input.select());
watch("value", restore);
restore();

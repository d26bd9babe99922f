// The film rater: find a title while typing, rate it with half stars, remove it. Keyboard and touch alike.
// film_search.js stands above.
//
// Its value is a list of {movie_id, title, year, rating}; rating is null while a film waits for its stars.
// 'rate' is triggered whenever the ratings have changed.

const RATING_PAUSE_MS = 160;
const MOST_DRAWN = 200; // ratings on the page; an import may bring thousands
const HEIGHT_KEY = "lessons-recommender-rater-px";
const MOST_WAIT_MS = 10_000; // for the kept ratings

const list = find(".rater-list");
const { input, status } = searchFilms({ choose: add, note: describe, hint: "The ratings end in 2016; try the English title." });
let sending = null;

const films = () => (Array.isArray(props.value) ? props.value : []);

function describe(film) {
  const known = films().some((other) => other.movie_id === film.movie_id);
  return [film.year, known ? "in your list" : ""].filter(Boolean).join(" · ");
}

// The list of ratings ---------------------------------------------------------------------------------------

function setFilms(next, { tell = true } = {}) {
  props.value = next;
  draw();
  if (!tell) return;
  clearTimeout(sending);
  sending = setTimeout(() => trigger("rate"), RATING_PAUSE_MS);
}

function words(rating) {
  return rating === null ? "not rated yet" : `${rating} ${rating === 1 ? "star" : "stars"}`;
}

function starControl(film) {
  const stars = node("input", {
    type: "range", min: "0", max: "5", step: "0.5", class: "rater-stars",
    "aria-label": `Stars for ${label(film)}`, "data-film": film.movie_id,
  });
  const number = node("output", { class: "rater-number" });
  const show = (rating) => {
    stars.value = rating ?? 0;
    stars.style.setProperty("--share", `${((rating ?? 0) / 5) * 100}%`);
    stars.setAttribute("aria-valuetext", words(rating));
    number.textContent = rating === null ? "–" : rating.toFixed(1);
  };
  show(film.rating);
  let pointer = null; // where a mouse or finger is, while it is down
  const rate = () => {
    const rating = Math.max(0.5, pointer === null ? Number(stars.value) : starsAt(stars, pointer));
    show(rating);
    if (status.textContent.endsWith("?")) status.textContent = "";
    film.rating = rating;
    stars.closest("li").classList.remove("rater-waiting");
    // The value changes, the controls stay: redrawing would take the slider from under the finger.
    props.value = films().map((other) => (other.movie_id === film.movie_id ? { ...other, rating } : other));
    count();
    clearTimeout(sending);
    sending = setTimeout(() => trigger("rate"), RATING_PAUSE_MS);
  };
  const follow = (event) => (pointer = event.buttons ? event.clientX : null);
  stars.addEventListener("pointerdown", follow);
  stars.addEventListener("pointermove", follow);
  stars.addEventListener("input", rate);
  stars.addEventListener("keydown", () => (pointer = null));
  stars.addEventListener("click", (event) => {
    if (event.detail === 0) return; // made by a script, at no place
    pointer = event.clientX;
    rate();
    pointer = null;
  });
  return [stars, number];
}

// The left 45 % of a star are half a star; the browser's own rounding would take its middle for a half.
function starsAt(stars, x) {
  const { left, width } = stars.getBoundingClientRect();
  const at = Math.min(Math.max(((x - left) / width) * 5, 0), 5);
  return Math.min(Math.floor(at) + (at % 1 < 0.45 ? 0.5 : 1), 5);
}

function row(film) {
  const remove = node("button", { type: "button", class: "rater-remove", "aria-label": `Remove ${label(film)}` }, "×");
  remove.addEventListener("click", () => {
    setFilms(films().filter((other) => other.movie_id !== film.movie_id));
    status.textContent = `${label(film)} removed.`;
    input.focus();
  });
  const name = node("span", { class: "rater-title" }, film.title);
  if (film.year) name.append(node("small", {}, ` ${film.year}`));
  const item = node("li", { "data-film": film.movie_id }, name, ...starControl({ ...film }), remove);
  if (film.rating === null) item.classList.add("rater-waiting");
  return item;
}

function count() {
  const rated = films().filter((film) => film.rating !== null).length;
  find(".rater-count").textContent = rated ? `Your ratings (${rated})` : "Your ratings";
  find(".rater-clear").hidden = films().length === 0;
  find(".rater-empty").hidden = films().length > 0;
}

function draw() {
  const focused = document.activeElement?.closest?.(".rater-list")?.contains(document.activeElement)
    ? document.activeElement.dataset.film
    : null;
  list.replaceChildren(...films().slice(0, MOST_DRAWN).map(row));
  if (films().length > MOST_DRAWN) {
    list.append(node("li", { class: "rater-more" }, `and ${films().length - MOST_DRAWN} more, all counted`));
  }
  if (focused) list.querySelector(`.rater-stars[data-film="${focused}"]`)?.focus();
  count();
  list.style.minHeight = "";
  keepHeight();
}

// The ratings that the browser kept come with the first answer, after the page. Until then their room is kept free, as
// high as it was when the page was left, so that nothing below moves.
function keepHeight() {
  try {
    localStorage.setItem(HEIGHT_KEY, films().length ? list.offsetHeight : 0);
  } catch {
    // a browser that keeps nothing: there will be no ratings either
  }
}

function keptHeight() {
  try {
    return Number(localStorage.getItem(HEIGHT_KEY)) || 0;
  } catch {
    return 0;
  }
}

function awaitFilms() {
  const height = keptHeight();
  if (!height || films().length) return draw();
  find(".rater-empty").hidden = true;
  list.style.minHeight = `${height}px`;
  setTimeout(() => films().length || draw(), MOST_WAIT_MS);
}

function add(film) {
  input.value = "";
  const known = films().find((other) => other.movie_id === film.movie_id);
  if (!known) {
    setFilms([{ movie_id: film.movie_id, title: film.title, year: film.year, rating: null }, ...films()], { tell: false });
  }
  status.textContent = known ? `${label(film)} is in your list already.` : `${label(film)}: how many stars?`;
  list.querySelector(`.rater-stars[data-film="${film.movie_id}"]`)?.focus();
}

find(".rater-clear").addEventListener("click", () => {
  const before = films();
  const undo = node("button", { type: "button", class: "rater-undo" }, "Undo");
  undo.addEventListener("click", () => {
    setFilms(before);
    status.textContent = "Your ratings are back.";
    input.focus();
  });
  setFilms([]);
  status.replaceChildren(before.length === 1 ? "1 film removed. " : `${before.length} films removed. `, undo);
  input.focus();
});

watch("value", () => {
  draw();
  const waiting = films().find((film) => film.rating === null && film.ask);
  if (waiting) list.querySelector(`.rater-stars[data-film="${waiting.movie_id}"]`)?.focus();
});
awaitFilms();

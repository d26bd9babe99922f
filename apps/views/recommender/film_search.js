// The search for a film while its title is typed, which film_rater.js and film_picker.js begin with. Arrow keys and
// Enter, a click or a tap choose.
//
// `server.search_films(query)` finds titles. Gradio gives: element, props, trigger, watch, server.

const find = (selector) => element.querySelector(selector);
const label = (film) => (film.year ? `${film.title} (${film.year})` : film.title);

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// `choose(film)` is called with the film that was found, `note(film)` gives what stands beside a title, `hint` helps when
// there is no such film. `reset` puts the field back when it is left; without it, what was typed stays.
function searchFilms({ choose, hint, note = (film) => film.year ?? "", reset = null }) {
  const TYPING_PAUSE_MS = 90;
  const input = find(".rater-input");
  const menu = find(".rater-menu");
  const status = find(".rater-status");
  let found = [];
  let active = -1;
  let typing = null;
  let searching = false;
  let asked = 0;
  let enterWaits = false; // Enter was pressed before the films for the last letter had come

  function close() {
    menu.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function cancel() {
    clearTimeout(typing);
    typing = null;
    searching = enterWaits = false;
    asked += 1; // an answer on its way comes too late
    close();
    status.textContent = "";
  }

  function take(film) {
    if (!film) return;
    cancel();
    choose(film);
  }

  function highlight(index) {
    active = index;
    [...menu.children].forEach((option, at) => option.setAttribute("aria-selected", at === index ? "true" : "false"));
    const option = menu.children[index];
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(query) {
    menu.replaceChildren(
      ...found.map((film, at) => {
        const option = node("li", { role: "option", id: `${menu.id}-${at}` }, film.title, node("small", {}, note(film)));
        option.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the field
        option.addEventListener("click", () => take(film));
        return option;
      }),
    );
    menu.dataset.query = query; // whose films these are
    const none = found.length === 0;
    menu.hidden = none;
    input.setAttribute("aria-expanded", String(!none));
    status.textContent = none
      ? `No film like “${query}” here. ${hint}`
      : `${found.length} ${found.length === 1 ? "film" : "films"} found.`;
    highlight(none ? -1 : 0);
    if (enterWaits) take(found[0]);
    enterWaits = false;
  }

  async function look() {
    const query = input.value.trim();
    if (!query) return cancel();
    const mine = ++asked;
    typing = null;
    searching = true;
    try {
      const answer = await server.search_films(query);
      if (mine !== asked) return; // a later letter has been typed since
      if (!Array.isArray(answer)) throw new Error("no answer"); // Gradio swallows the failure itself
      searching = false;
      found = answer;
      show(query);
    } catch {
      if (mine !== asked) return;
      cancel();
      status.textContent = "The search did not answer. Check your connection, then type on.";
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(typing);
    enterWaits = false;
    typing = setTimeout(look, TYPING_PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (typing !== null || searching)) enterWaits = true; // what is shown is of an earlier letter
    else if (event.key === "Escape" && reset) reset();
    else if (menu.hidden) return;
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") highlight(active >= found.length - 1 ? 0 : active + 1);
    else if (event.key === "ArrowUp") highlight(active <= 0 ? found.length - 1 : active - 1);
    else if (event.key === "Enter") take(found[active]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", reset ?? close);
  return { input, status, cancel };
}


// The quiz: one question at a time, every answer with its reason, the score, and always what to do next.
//
// Its HTML holds all questions; this shows one of them. The answers, {mark of the question: place of the
// answer}, are kept in the browser. Where the browser keeps nothing, the quiz works until the page is left.

const root = element.querySelector(".quiz");
const find = (selector) => root.querySelector(selector);
const questions = [...root.querySelectorAll(".quiz-question")];
const steps = [...root.querySelectorAll(".quiz-step")];
const [end, bar, status, next, again] = [".quiz-end", ".quiz-bar", ".quiz-bar p", ".quiz-next", ".quiz-again"].map(find);
const storageKey = `lessons-quiz-${root.dataset.key}`;
const answers = read();
let at = 0; // which question is shown; questions.length is the result

// What the browser keeps -------------------------------------------------------------------------------------

function read() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(storageKey)) ?? {};
    find(".quiz-kept").hidden = false;
  } catch {
    // blocked, or written by something else: start without answers
  }
  const found = questions.map((question, place) => [question.dataset.mark, kept[question.dataset.mark], place]);
  return new Map(found.filter(([, answer, place]) => Number.isInteger(answer) && buttons(place)[answer]));
}

function write() {
  try {
    localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(answers)));
  } catch {
    find(".quiz-kept").hidden = true;
  }
}

// What is known about the answers ----------------------------------------------------------------------------

function buttons(place) {
  return [...questions[place].querySelectorAll(".quiz-choices button")];
}

const answerOf = (place) => answers.get(questions[place].dataset.mark);
const isRight = (place) => "right" in (buttons(place)[answerOf(place)]?.parentElement.dataset ?? {});
const count = (test) => questions.filter((_, place) => test(place)).length;
const isOpen = (place) => answerOf(place) === undefined;

function nextOpen(from) {
  const order = questions.map((_, step) => (from + step) % questions.length);
  return order.find(isOpen) ?? questions.length;
}

// What is shown ----------------------------------------------------------------------------------------------

function drawQuestion(place) {
  const answer = answerOf(place);
  const done = answer !== undefined;
  buttons(place).forEach((button, choice) => {
    const item = button.parentElement;
    const right = "right" in item.dataset;
    button.disabled = done;
    item.classList.toggle("quiz-right", done && right);
    item.classList.toggle("quiz-wrong", done && !right && choice === answer);
    item.querySelector(".quiz-why").hidden = !done;
    const words = choice === answer ? (right ? "✓ Your answer, right" : "✗ Your answer") : right ? "✓ The right answer" : "";
    item.querySelector(".quiz-mark").textContent = done ? words : "";
  });
  const see = questions[place].querySelector(".quiz-see");
  if (see) see.hidden = !done;
}

function drawEnd() {
  const [right, all] = [count(isRight), questions.length];
  const missed = questions.flatMap((_, place) => (isRight(place) ? [] : [place + 1]));
  end.querySelector("h2").textContent = `${right} of ${all} right`;
  end.querySelector("p").textContent = missed.length
    ? `Look again at question ${listed(missed)} with the numbers above. Then start again.`
    : "All right. Now tell somebody, in your own words, why each answer is so.";
}

function listed(numbers) {
  const last = numbers.at(-1);
  return numbers.length > 1 ? `${numbers.slice(0, -1).join(", ")} and ${last}` : `${last}`;
}

function drawBar() {
  const answered = count((place) => !isOpen(place));
  const done = answerOf(at) !== undefined;
  next.hidden = !done;
  next.textContent = answered === questions.length ? "See your score" : "Next question";
  status.textContent = done ? ` ${count(isRight)} of ${answered} right so far.` : "Choose an answer.";
  if (!done) return;
  const verdict = document.createElement("strong");
  verdict.textContent = isRight(at) ? "Right." : "Not quite.";
  const why = document.createElement("span"); // seen under the answer, so only read out here
  why.className = "quiz-aloud";
  why.textContent = ` ${buttons(at)[answerOf(at)].parentElement.querySelector(".quiz-why").textContent}`;
  status.prepend(verdict, why);
}

function draw() {
  questions.forEach((question, place) => {
    question.hidden = place !== at;
    drawQuestion(place);
  });
  const isOver = at === questions.length;
  end.hidden = !isOver;
  bar.hidden = isOver;
  again.hidden = answers.size === 0;
  again.classList.toggle("quiz-main", isOver);
  if (isOver) drawEnd();
  else drawBar();
  steps.forEach((step, place) => {
    const words = isOpen(place) ? "not answered" : isRight(place) ? "right" : "not right";
    step.setAttribute("aria-label", `Question ${place + 1}, ${words}`);
    step.classList.toggle("quiz-right", isRight(place));
    step.classList.toggle("quiz-wrong", !isOpen(place) && !isRight(place));
    if (place === at) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

// What the visitor does --------------------------------------------------------------------------------------

function goTo(place) {
  at = place;
  draw();
  (questions[at] ?? end).querySelector("h2").focus();
}

function choose(place, choice) {
  answers.set(questions[place].dataset.mark, choice);
  write();
  next.hidden = false;
  next.focus({ preventScroll: true }); // before the button under the keyboard is switched off
  draw();
}

questions.forEach((_, place) => {
  buttons(place).forEach((button, choice) => button.addEventListener("click", () => choose(place, choice)));
});
steps.forEach((step, place) => step.addEventListener("click", () => goTo(place)));
next.addEventListener("click", () => goTo(nextOpen(at)));
again.addEventListener("click", () => {
  answers.clear();
  write();
  goTo(0);
});
// A key that is held down must not run through the whole quiz.
root.addEventListener("keydown", (event) => {
  if (event.repeat && ["Enter", " "].includes(event.key)) event.preventDefault();
});

at = nextOpen(0);
draw();

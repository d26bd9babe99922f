// One button for each figure that Plotly has drawn on this page; it saves the figure as PNG. The list is made anew
// when the tab is opened. Figures of other tabs are hidden by then, so a copy is drawn at a size of its own.
const WIDTH = 1000;
const list = () => element.querySelector(".take-figures");

const drawn = () =>
  [...document.querySelectorAll(".js-plotly-plot")]
    .map((plot) => ({ plot, place: plot.closest("[id]:not(.js-plotly-plot)") }))
    .filter(({ plot, place }) => plot.data?.length && props.value.names[place?.id]);

// The page's ground: a figure's own is transparent, and its text is made for this one.
const ground = () => getComputedStyle(document.body).getPropertyValue("background-color");

const save = async (plot, name) => {
  const layout = { ...plot.layout, autosize: false, width: WIDTH, paper_bgcolor: ground(), plot_bgcolor: ground() };
  const figure = { data: plot.data, layout: JSON.parse(JSON.stringify(layout)) };
  const filename = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  await window.Plotly.downloadImage(figure, {
    format: "png", width: WIDTH, height: plot.layout.height ?? 420, scale: 2, filename,
  });
};

const lookAgain = () => {
  const buttons = drawn().map(({ plot, place }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.figure = place.id;
    button.textContent = props.value.names[place.id];
    button.addEventListener("click", () => save(plot, button.textContent));
    return button;
  });
  const none = document.createElement("p");
  none.textContent = props.value.empty;
  list().replaceChildren(...(buttons.length ? buttons : [none]));
};
element.addEventListener("lookagain", lookAgain);
document.getElementById("take-figures")?.addEventListener("lookagain", lookAgain);
lookAgain();

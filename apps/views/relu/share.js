// *Points*: take the screen away, as a link or as a notebook that computes it again.

const share = {};
lab.share = share;
const LONG_LINK = 2000; // characters; some chat programs cut longer ones

share.address = () => {
  const { origin, pathname, search } = location;
  const hash = lab.link();
  return `${origin}${pathname}${search}${hash ? `#${hash}` : ""}`;
};

lab.part("share-words", (part) => {
  const length = share.address().length;
  part.textContent =
    `The link holds the ${countOf(lab.points.x.length)} and all settings, in ${length.toLocaleString("en")} characters. ` +
    "They stand behind its #: your browser keeps that part and sends it to no server." +
    (length > LONG_LINK ? " Some chat programs cut links as long as this one; the notebook holds the same." : "");
});

share.copy = async () => {
  const address = share.address();
  let words = "Copied. Paste it wherever you like.";
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    words = "Your browser does not let a page copy. The link is selected: copy it with Ctrl+C, or ⌘C.";
  }
  ownPoints.tried.add("shared");
  lab.tryThis("points-try", ownPoints.next());
  lab.part("share-link", (part) => {
    const field = lab.node("input", "", { type: "text", readonly: "", "aria-label": "The link" });
    field.value = address;
    part.replaceChildren(field, lab.node("p", words, { role: "status" }));
    field.select();
  });
};

share.notebook = async () => {
  lab.notice("share-notice");
  const answer = await lab.ask("make_notebook", { ...lab.state, xy: lab.listPoints(), link: share.address() });
  if (answer.error) return lab.notice("share-notice", answer.error);
  const file = new Blob([JSON.stringify(answer.notebook, null, 1)], { type: "application/x-ipynb+json" });
  const anchor = lab.node("a", "", { href: URL.createObjectURL(file), download: answer.name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
};

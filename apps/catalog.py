"""The one list of apps. It imports no other module of the project, and every staged Space carries it.

A row is all that an app says of itself: the frame of its page, the gallery, the command line, its Space, the
README's table and `tests/contract/` read it here. `spaces.toml` adds what a Space needs beyond the default.

    from apps.catalog import by_name
    by_name("relu").title           # "ReLU curve fitter"
    by_name("relu").tab("machine")  # {"id": "machine", "label": "Machine"}, for gr.Tab
"""

from dataclasses import dataclass

TITLE = "Practical Deep Learning, hands on"  # of all apps together
SENTENCE = "Try each idea of the course on real data, then on your own. Every app is also an API."
_LESSON_URL = "https://course.fast.ai/Lessons/lesson{}.html"


@dataclass(frozen=True)
class App:
    """One app.

    Attributes:
        name: its module in `apps/`, its folder in `apps/views/`, its path in the gallery and its Space.
        title: at the top of its page.
        summary: what to do there, in one or two sentences.
        short: the same in 60 characters, which is all that the Hub shows.
        lessons: numbers of the lessons it belongs to; their order is that of the apps.
        tabs: id and title of each, in their order.
        endpoints: names of the public ones, in their order.
        longest: id of the tab whose main action takes longest; a page loaded anew meanwhile loses nothing.
        emoji: of its card on the Hub.
        linked: the lesson its page links to; by default the first.
        notebook: id of the tab that gives the screen as a notebook; "" where none does.
        models: names in `shared/artifacts/artifacts.toml`.
        color_from: of its card on the Hub; "" is the default of all.
        color_to: the same.
    """

    name: str
    title: str
    summary: str
    short: str
    lessons: tuple[int, ...]
    tabs: tuple[tuple[str, str], ...]
    endpoints: tuple[str, ...]
    longest: str
    emoji: str
    linked: int = 0
    notebook: str = ""
    models: tuple[str, ...] = ()
    color_from: str = ""
    color_to: str = ""

    @property
    def path(self) -> str:
        """Where it is in the gallery."""
        return f"/{self.name}"

    @property
    def picture(self) -> str:
        """Its drawing, a file in `apps/pictures/`."""
        return f"{self.name}.svg"

    @property
    def lesson_link(self) -> tuple[str, str]:
        """Name and address of the lesson its page links to."""
        number = self.linked or self.lessons[0]
        return f"Lesson {number}", _LESSON_URL.format(number)

    @property
    def lesson_words(self) -> str:
        """All its lessons in words, such as "Lessons 1, 2 and 3"."""
        *others, last = map(str, self.lessons)
        return f"Lessons {', '.join(others)} and {last}" if others else f"Lesson {last}"

    def tab(self, tab_id: str) -> dict[str, str]:
        """Give the arguments of `gr.Tab` for one of its tabs.

        Args:
            tab_id: of the tab.
        """
        return {"id": tab_id, "label": dict(self.tabs)[tab_id]}


APPS = (
    App(
        name="bears",
        title="Bear classifier",
        summary="Which bear is on the photo, or none at all? See why, clean photos, and train your own.",
        short="Which bear is it, or none? See why, and train your own",
        lessons=(1, 2, 3, 6),
        linked=2,
        tabs=(
            ("which", "Which bear?"),
            ("sees", "What it sees"),
            ("clean", "Clean"),
            ("train", "Train"),
            ("inside", "Inside"),
            ("quiz", "Quiz"),
        ),
        endpoints=("classify", "classify_batch", "explain", "augment", "train"),
        longest="train",
        emoji="🐻",
        models=("bears",),
        color_from="yellow",
        color_to="green",
    ),
    App(
        name="relu",
        title="ReLU curve fitter",
        summary="Fit a curve by hand. Then watch gradient descent do it, with one ReLU, two, or a hundred.",
        short="Fit a curve by hand, then watch gradient descent do it",
        lessons=(3,),
        tabs=(
            ("hand", "By hand"),
            ("machine", "Machine"),
            ("units", "ReLUs"),
            ("points", "Points"),
            ("quiz", "Quiz"),
        ),
        endpoints=("loss", "fit_quadratic", "fit_relus"),
        longest="units",
        notebook="points",
        emoji="📈",
        color_to="indigo",
    ),
    App(
        name="matmul",
        title="Matrix multiplication, seen",
        summary="Watch rows meet columns, with your own numbers. See what broadcasts, and what is fast.",
        short="Rows meet columns, with your own numbers, step by step",
        lessons=(3, 5, 7),
        linked=5,
        tabs=(
            ("multiply", "Multiply"),
            ("broadcast", "Broadcast"),
            ("gradient", "Gradient"),
            ("lookup", "Lookup"),
            ("titanic", "Titanic"),
            ("speed", "Why GPUs"),
            ("quiz", "Quiz"),
        ),
        endpoints=("matmul", "broadcast", "benchmark"),
        longest="speed",
        notebook="multiply",
        emoji="🧮",
        color_to="green",
    ),
    App(
        name="models",
        title="Which image model?",
        summary="Weigh speed against accuracy on your hardware, then measure one here and fine-tune it.",
        short="Which image model should I fine-tune? Weigh, measure, use",
        lessons=(3, 6),
        tabs=(
            ("speed", "Speed"),
            ("robust", "Robust"),
            ("choose", "Choose"),
            ("score", "Score"),
            ("measure", "Measure"),
            ("use", "Use it"),
            ("quiz", "Quiz"),
        ),
        endpoints=("search", "recommend", "measure"),
        longest="measure",
        notebook="speed",
        emoji="🏁",
        color_to="purple",
    ),
    App(
        name="titanic",
        title="A net for a table, from scratch",
        summary="Who survived the Titanic? Build a model by hand, train nets, and see how often they fail.",
        short="Build a net for the Titanic by hand, and see when it fails",
        lessons=(5, 7),
        tabs=(
            ("hand", "By hand"),
            ("train", "Train"),
            ("failure", "Failure map"),
            ("fastai", "fastai's way"),
            ("compare", "Same split"),
            ("matter", "Which step"),
            ("embed", "Embeddings"),
            ("quiz", "Quiz"),
        ),
        endpoints=("train", "predict", "failure_map", "compare", "embed"),
        longest="fastai",
        notebook="train",
        emoji="🚢",
        models=("embeddings",),
    ),
    App(
        name="forest",
        title="Random-forest explorer",
        summary=(
            "Split a table, grow a tree, then a forest. See which columns matter, and why a prediction is so."
        ),
        short="Splits, trees, forests, and why a prediction is what it is",
        lessons=(5, 6),
        linked=6,
        tabs=(
            ("split", "One split"),
            ("grow", "Grow a tree"),
            ("forest", "Forest"),
            ("matter", "Which matter"),
            ("partial", "Partial dependence"),
            ("why", "Why"),
            ("beyond", "Beyond"),
            ("take", "Take it away"),
            ("quiz", "Quiz"),
        ),
        endpoints=(
            "fit",
            "importances",
            "predict",
            "explain",
            "partial_dependence",
            "best_splits",
            "gini",
        ),
        longest="forest",
        notebook="take",
        emoji="🌲",
        color_from="green",
    ),
    App(
        name="recommender",
        title="Movie recommender",
        summary="Rate a few films. See what fits you, how sure the model is, and why.",
        short="Rate a few films and see what fits you, and why",
        lessons=(7,),
        tabs=(
            ("for-you", "For you"),
            ("similar", "Similar"),
            ("film-map", "Film map"),
            ("loved", "Loved"),
            ("hood", "Under the hood"),
            ("train", "Train"),
            ("quiz", "Quiz"),
        ),
        endpoints=(
            "search",
            "similar",
            "bias",
            "recommend",
            "explain",
            "predict",
            "import_ratings_text",
            "import_ratings",
        ),
        longest="train",
        emoji="🎬",
        models=("recommender",),
        color_from="purple",
        color_to="pink",
    ),
    App(
        name="losses",
        title="Losses, and one step in pieces",
        summary="Turn what a model says into a loss. Then see when many small batches make one step.",
        short="From logits to a loss, and one step in small pieces",
        lessons=(7,),
        tabs=(
            ("entropy", "Cross-entropy"),
            ("same", "Same step?"),
            ("memory", "Why bother"),
            ("quiz", "Quiz"),
        ),
        endpoints=("cross_entropy", "accumulate"),
        longest="memory",
        notebook="entropy",
        emoji="🎯",
        color_from="indigo",
    ),
)


def by_name(name: str) -> App:
    """Give the row of an app.

    Args:
        name: of its module.
    """
    return next(app for app in APPS if app.name == name)

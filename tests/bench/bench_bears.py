"""The bear classifier beside the course's Space on the same weights: speed, memory, start, equal answers.

    python -m tests.bench.bench_bears                            # 5 rounds, 20 seconds of load in each
    python -m tests.bench.bench_bears --photos FOLDER            # class folders instead of the examples

Each round starts the bare Gradio app, ours and the course's Space, one after the other, and asks each as a
browser does: upload, queue, event stream, on a connection that is kept. First one visitor, then sixteen.
What is told is the median of the rounds, and the ratio is the median of the rounds' ratios.
"""

import argparse
import io
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from shared.vision.images import open_photo
from shared.vision.metrics import softmax
from shared.vision.model import Answer, Classifier, load_classifier, open_for_model
from tests.bench.common import ROOT, machine, markdown_table, median, quantile, report, say
from tests.bench.course_space import EXAMPLES, course_learner, course_space
from tests.bench.servers import App, Visitor, bare_app, our_app, running

PHOTOS = ROOT.parent / "shared" / "data" / "bears"
N_VISITORS = 16
WARM_UP = 20  # calls of each round that fill caches, not counted
LARGE_SIZE = (4000, 3000)  # pixels of a phone's photo
LARGE_QUALITY = 90
N_LARGE = 12  # decodings of each kind


class Contestant(NamedTuple):
    """An app, how it is started, and the event that is called."""

    title: str
    command: list[str]
    folder: Path
    event: str
    takes_photo: bool = True


class Round(NamedTuple):
    """What one round says of one app."""

    start: float  # seconds to the first answer
    latencies: list[float]  # milliseconds of each call of one visitor
    throughput: float  # answers a second to sixteen visitors
    memory: float  # MB at most, after that


def ask(visitor: Visitor, contestant: Contestant, photo: bytes) -> Any:
    """Make one whole call."""
    return visitor.call(visitor.upload(photo) if contestant.takes_photo else "Ada")


def first_visitor(app: App, contestant: Contestant, photo: bytes) -> Visitor:
    """Try until the app answers.

    Raises:
        OSError: it never does.
    """
    while True:
        try:
            visitor = Visitor(app.port, contestant.event)
            ask(visitor, contestant, photo)
            return visitor
        except OSError:
            if app.process.poll() is not None:
                raise
            time.sleep(0.01)


def play(contestant: Contestant, photos: Sequence[bytes], *, n_calls: int, seconds: float) -> Round:
    """Start an app, measure it, stop it."""
    start = time.perf_counter()
    with running(contestant.command, folder=contestant.folder) as app:
        visitor = first_visitor(app, contestant, photos[0])
        started = time.perf_counter() - start
        latencies = []
        for photo in itertools.islice(itertools.cycle(photos), WARM_UP + n_calls):
            since = time.perf_counter()
            ask(visitor, contestant, photo)
            latencies.append(1000 * (time.perf_counter() - since))
        visitor.close()
        n_answers, took = load(app, contestant, photos, seconds)
        return Round(started, latencies[WARM_UP:], n_answers / took, app.peak_memory_mb())


def load(app: App, contestant: Contestant, photos: Sequence[bytes], seconds: float) -> tuple[int, float]:
    """Let sixteen visitors ask at once; returns how many answers they got, and within how many seconds."""
    counts = [0] * N_VISITORS
    visitors = [Visitor(app.port, contestant.event) for _ in range(N_VISITORS)]
    started = time.perf_counter()

    def visit(at: int) -> None:
        while time.perf_counter() - started < seconds:
            ask(visitors[at], contestant, photos[(at + counts[at] * N_VISITORS) % len(photos)])
            counts[at] += 1

    threads = [threading.Thread(target=visit, args=(at,)) for at in range(N_VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    for visitor in visitors:
        visitor.close()
    return sum(counts), took


def serving_table(rounds: dict[str, list[Round]]) -> str:
    """Write what the rounds measured: bare, ours, theirs, and ours beside each."""
    bare, ours, theirs = rounds.values()
    kinds: list[tuple[str, Callable[[Round], float], str]] = [
        ("one visitor, median of an answer, ms", lambda one: median(one.latencies), ".1f"),
        ("one visitor, 95 % of answers within, ms", lambda one: quantile(one.latencies, 0.95), ".1f"),
        (f"{N_VISITORS} visitors, answers a second", lambda one: one.throughput, ".1f"),
        ("memory under load, MB at most", lambda one: one.memory, ",.0f"),
        ("process start to first answer, s", lambda one: one.start, ".2f"),
    ]
    rows = []
    for kind, measure, form in kinds:
        by_app = [[measure(one) for one in rounds_of_one] for rounds_of_one in (bare, ours, theirs)]
        ratios = [
            median([mine / other for mine, other in zip(by_app[1], others, strict=True)])
            for others in (by_app[2], by_app[0])
        ]
        rows.append([kind, *(f"{median(values):{form}}" for values in by_app), *(f"{r:.2f}" for r in ratios)])
    return markdown_table(["", *rounds, "ours / course", "ours / bare"], rows)


def compare_answers(classifier: Classifier, learn: Any, paths: Sequence[Path]) -> list[list[str]]:
    """Compare our probabilities with those of `learn.predict`, photo by photo."""
    from fastai.vision.core import PILImage

    ways: dict[str, Callable[[Path], Any]] = {
        "the photo as we decode it": lambda path: PILImage.create(np.asarray(open_for_model(path))),
        "the file, as fastai decodes it": PILImage.create,
    }
    ours = np.concatenate([probabilities(classifier, open_for_model(path)) for path in paths])
    rows = []
    for way, decode in ways.items():
        with learn.no_bar():
            answers = [learn.predict(decode(path)) for path in paths]
        theirs = np.stack([answer[2].numpy() for answer in answers])
        labels = [classifier.vocab[at] for at in ours.argmax(1)]
        n_same = sum(mine == str(answer[0]) for mine, answer in zip(labels, answers, strict=True))
        rows.append([way, f"{n_same} of {len(paths)}", f"{np.abs(ours - theirs).max():.1e}"])
    return rows


def probabilities(classifier: Classifier, photo: Image.Image) -> np.ndarray:
    """Ask the model about one photo: (1, c)."""
    return softmax(classifier.run([photo]).logits)


def compare_large(classifier: Classifier) -> list[list[str]]:
    """Decode photos of 12 megapixels whole and by `draft`; what takes how long, and what does it change?"""
    rows = []
    for path in sorted(EXAMPLES.glob("*.jpg")):
        data = large_jpeg(path)
        ways: dict[str, Callable[[], Answer]] = {
            "whole": lambda data=data: classifier.answers([open_photo(data)])[0],
            "draft": lambda data=data: classifier.answer_file(data)[1],
        }
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(N_LARGE):
            for way, answer in ways.items():
                since = time.perf_counter()
                answer()
                times[way].append(1000 * (time.perf_counter() - since))
        whole, draft = (answer().probabilities for answer in ways.values())
        medians = [median(values) for values in times.values()]
        rows.append(
            [
                path.stem,
                *(f"{value:.0f}" for value in medians),
                f"{medians[0] / medians[1]:.1f}",
                f"{np.abs(whole - draft).max():.1e}",
            ]
        )
    return rows


def large_jpeg(path: Path) -> bytes:
    """Make a phone's photo of an example: enlarged, with the noise of a sensor."""
    photo = Image.open(path).convert("RGB").resize(LARGE_SIZE, Image.Resampling.BICUBIC)
    noise = np.random.default_rng(0).normal(0, 4, (*photo.size[::-1], 3)).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray((np.asarray(photo) + noise).clip(0, 255).astype(np.uint8)).save(
        file, "JPEG", quality=LARGE_QUALITY
    )
    return file.getvalue()


def find_photos(folder: Path | None) -> list[Path]:
    """Find the photos to ask about: those of the folder, or else the examples of the project."""
    folder = folder or (PHOTOS if PHOTOS.is_dir() else EXAMPLES)
    return sorted(folder.rglob("*.jpg"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=200, help="of the one visitor, in each round")
    parser.add_argument("--seconds", type=float, default=20, help="of sixteen visitors, in each round")
    parser.add_argument("--photos", type=Path, help="a folder of JPEG photos")
    options = parser.parse_args()
    line = machine("gradio", "onnxruntime", "fastai", "torch", "timm")
    classifier = load_classifier()
    paths = find_photos(options.photos)
    with tempfile.TemporaryDirectory(prefix="lessons-bench-") as name:
        folder = Path(name)
        learn = course_learner(classifier, folder)
        contestants = [
            Contestant("bare Gradio app", bare_app(folder), folder, "greet", takes_photo=False),
            Contestant("**ours**", our_app("bears"), folder, "classify"),
            Contestant("course Space", course_space(learn, folder), folder, "predict"),
        ]
        contents = [path.read_bytes() for path in paths]
        rounds: dict[str, list[Round]] = {contestant.title: [] for contestant in contestants}
        for turn in range(options.rounds + 1):
            counted = {"n_calls": options.calls, "seconds": options.seconds}
            for contestant in contestants:
                one = play(contestant, contents, **(counted if turn else {"n_calls": 5, "seconds": 1}))
                if turn:
                    rounds[contestant.title].append(one)
                say(
                    f"{contestant.title}: start {one.start:.2f} s, {median(one.latencies):.1f} ms, "
                    f"{one.throughput:.1f} a second, {one.memory:.0f} MB" + ("" if turn else " (not counted)")
                )
        answers = compare_answers(classifier, learn, paths)
    report(
        "Serving: the bear classifier and the course's Space on the same weights",
        line,
        serving_table(rounds),
        [
            f"{options.rounds} rounds, in turns: {options.calls} calls of one visitor after another, then "
            f"{options.seconds:g} seconds of {N_VISITORS} visitors; the caller runs on the same machine.",
            "An answer is upload, queue and event stream on a kept connection; the bare app greets, without "
            f"an upload. Medians of the rounds. Load while measuring ended: {os.getloadavg()[0]:.1f}."
            if hasattr(os, "getloadavg")
            else "",
        ],
    )
    report(
        "The same answers",
        "",
        markdown_table(
            ["`learn.predict` is given", "same label", "largest difference of a probability"], answers
        ),
        [f"{len(paths)} photos, resized by fastai's own `{classifier.resize}`."],
    )
    header = ["example", "whole, ms", "with draft, ms", "times faster", "largest change of a probability"]
    report(
        "JPEG photos of 12 megapixels, from file to answer",
        "",
        markdown_table(header, compare_large(classifier)),
        [
            f"The examples enlarged to {LARGE_SIZE[0]:,} × {LARGE_SIZE[1]:,} pixels, with noise; medians of "
            f"{N_LARGE}. A photo that is doubtful when decoded with draft is decoded again in full.",
        ],
    )


if __name__ == "__main__":
    main()

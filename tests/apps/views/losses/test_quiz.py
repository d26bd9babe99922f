"""The quiz on losses and accumulation: every figure, computed again."""

import tomllib

from apps.views.losses.quiz import QUESTIONS_PATH
from shared.image_models.memory import estimate_mb, load_rows
from shared.losses.accumulate import BATCH, Accumulation, accumulate
from shared.losses.entropy import LN_10, Batch, compute


def test_the_figures_come_out_again():
    found = compute(Batch())
    cat = compute(Batch(truth=[[1.0, 0.0, 0.0, 0.0, 0.0]]))
    options = Accumulation(split="16 × 4", norm="BatchNorm")
    tiny = load_rows()["convnext_tiny"]
    late = next(rows for rows in range(32, 999, 32) if rows > BATCH)
    assert tomllib.loads(QUESTIONS_PATH.read_text("utf-8"))["figures"] == {
        "natural": f"{found.loss:.5f}",
        "base_10": f"{found.loss / LN_10:.5f}",
        "dog": f"{100 * found.probabilities[0, 1]:.1f}",
        "late_rows": late,
        "k": options.k,
        "batch_norm": f"{accumulate(options)['right'].difference:.3f}",
        "sure_wrong": f"{cat.loss:.2f}",
        "per_photo": round(tiny.activations),
        "fixed": round(estimate_mb(tiny, 0, "Adam")),
    }

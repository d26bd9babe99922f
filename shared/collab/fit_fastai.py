"""Train as the lesson does: fastai's `collab_learner` on `DataLoaders` of users, films and stars.

    fit = fit_fastai(train, valid, factors=50, epochs=5)
    rmse(fit.predicted, valid.stars)           # 0.886 on the published split of MovieLens small
    fit.film_factors                           # (n_films, 50), what the app keeps

That figure uses all 90,004 training ratings. The lesson's line `CollabDataLoaders.from_df(ratings, bs=64)`
holds 20 % of its ratings out once more: then the same test ratings come out at 0.899 and 0.904 (two seeds).
Without `wd=0.1` it is 0.928. So "0.89, give or take 0.01" is all that can be said of the lesson's model here.

fastai knows only the users it was trained on. To serve a visitor, the app keeps the film factors, squeezes
them to `MAX_SERVED_FACTORS`, and folds visitors in as for every other model
(`fit_stars(..., fixed_factors=...)`).

Follows lesson 7 of Practical Deep Learning for Coders. Imports fastai and torch, so only training imports it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from shared.collab.data import RatingsTable
from shared.collab.fit_stars import Progress

Y_RANGE = (0.0, 5.5)  # stars; a little more than 5, because a sigmoid never reaches its ends
LEARNING_RATE = 5e-3
BATCH_SIZE = 64
MAX_SERVED_FACTORS = 16  # an artifact's size grows with the square of this


@dataclass(frozen=True)
class FastaiFit:
    """What remains of a fastai run.

    Attributes:
        film_factors: (n_films, k) the film embedding; zeros for films without a training rating.
        predicted: (n_valid,) the learner's own stars for the validation ratings.
        history: one entry an epoch: `epoch`, `train_rmse`, `valid_rmse`.
    """

    film_factors: np.ndarray
    predicted: np.ndarray
    history: list[dict[str, float]]


def fit_fastai(
    train: RatingsTable,
    valid: RatingsTable,
    *,
    factors: int = 50,
    epochs: int = 5,
    weight_decay: float = 0.1,
    use_nn: bool = False,
    seed: int = 0,
    on_epoch: Progress | None = None,
) -> FastaiFit:
    """Train the dot product with biases, or with `use_nn` a small neural network on both embeddings.

    Args:
        train: the training ratings.
        valid: ratings kept out; users and films numbered as in `train`.
        factors: embedding size of the dot product; a network takes fastai's own sizes (`get_emb_sz`).
        epochs: epochs of `fit_one_cycle`.
        weight_decay: fastai's `wd`.
        use_nn: whether to train `EmbeddingNN` in place of `EmbeddingDotBias`.
        seed: of the weights and the batches.
        on_epoch: called with each entry of the history as it is made.
    """
    import fastai.callback.schedule  # noqa: F401  gives Learner its fit_one_cycle
    import pandas as pd
    from fastai.callback.core import Callback
    from fastai.collab import TabularCollab, collab_learner
    from fastai.data.block import TransformBlock
    from fastai.data.transforms import IndexSplitter
    from fastai.tabular.core import Categorify
    from fastai.torch_core import set_seed

    set_seed(seed)
    frame = pd.DataFrame(
        {  # this order of columns matters: see CollabDataLoaders with pandas 3
            "user": np.concatenate([train.users, valid.users]),
            "film": np.concatenate([train.films, valid.films]),
            "rating": np.concatenate([train.stars, valid.stars]).astype(np.float32),
        }
    )
    splits = IndexSplitter(np.arange(len(train), len(frame)))(range(len(frame)))
    # CollabDataLoaders.from_df is these two lines with a random split; the validation rows here are given.
    table = TabularCollab(
        frame, [Categorify], ["user", "film"], y_names=["rating"], y_block=TransformBlock(), splits=splits
    )
    dls = table.dataloaders(bs=min(BATCH_SIZE, len(train)))
    history: list[dict[str, float]] = []

    class ReportEpoch(Callback):
        order = 60  # after the Recorder

        def before_fit(self) -> None:
            self.run = not hasattr(self.learn, "gather_preds")  # predicting is a fit as well

        def after_epoch(self) -> None:
            train_loss, valid_loss = self.learn.recorder.values[-1][:2]
            entry = {
                "epoch": self.epoch + 1,
                "train_rmse": float(train_loss) ** 0.5,
                "valid_rmse": float(valid_loss) ** 0.5,
            }
            history.append(entry)
            if on_epoch:
                on_epoch(entry)

    options = {"use_nn": True, "layers": [100, 50]} if use_nn else {"n_factors": factors}
    learn = collab_learner(dls, y_range=Y_RANGE, cbs=ReportEpoch(), **options)
    with learn.no_bar(), learn.no_logging(), _one_thread():
        learn.fit_one_cycle(epochs, LEARNING_RATE, wd=weight_decay)
        predicted = learn.get_preds(ds_idx=1)[0].squeeze(-1) if use_nn else learn.get_preds(ds_idx=1)[0]
    embedding = learn.model.embeds[1] if use_nn else learn.model.i_weight
    weights = embedding.weight.detach().cpu().numpy()  # (n_known + 1, k), row 0 is "#na#"
    film_factors = np.zeros((train.n_films, weights.shape[1]), np.float32)
    film_factors[np.array(list(dls.classes["film"])[1:], int)] = weights[1:]
    return FastaiFit(film_factors, np.clip(predicted.numpy().ravel(), 0.5, 5.0), history)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch use one core: batches of 64 are too small to share, and waiting for each other costs more."""
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def squeeze_factors(film_factors: np.ndarray, *, n_factors: int = MAX_SERVED_FACTORS) -> np.ndarray:
    """(n_films, n_factors) the directions along which films differ most (a truncated SVD)."""
    centred = film_factors - film_factors.mean(0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    kept = left[:, :n_factors] * scales[:n_factors]
    return kept / max(float(kept.std()), 1e-12) * 0.3  # the spread that fit_stars' own factors start towards

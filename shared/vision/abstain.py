"""When to answer "none of these": four plain checks on what the network already worked out.

Softmax always picks one of the classes, and often with confidence. So before an answer is given, the photo
has to look like the photos the model was trained on:

1. **distance**: 1 - cosine similarity of its features to those of the nearest training photos (Sun et al.,
   2022, https://arxiv.org/abs/2204.06507);
2. **confidence**: the highest probability, calibrated by a temperature (Guo et al., 2017,
   https://arxiv.org/abs/1706.04599);
3. **other**: a logistic regression that was shown other things, when there were any;
4. **look-alike**: the pretrained network knows 1,000 classes of ImageNet. A class named as a look-alike (a
   polar bear) must not score higher than the classes that ours belong to (brown bear, black bear, teddy).

Each threshold is a quantile over photos the check had not seen, so that few real ones are refused.

    verdict = abstainer.judge(features, logits)[0]
    verdict.is_known, verdict.reason
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.vision.metrics import softmax
from shared.words import with_article

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

N_NEIGHBOURS = 5  # training photos whose mean similarity counts
REFUSED_SHARE = 0.01  # of real photos that each check may refuse

REASONS = {
    "distance": "It does not look like any photo the model was trained on.",
    "other": "It looks more like other things than like these classes.",
    "look_alike": "It looks more like {name}, which is not one of these classes.",
    "confidence": "No class is likely enough.",
}


@dataclass(frozen=True)
class Thresholds:
    """Where each check refuses; infinite where a check is not used."""

    distance: float = float("inf")
    confidence: float = 0.0
    other: float = float("inf")  # log-odds of "something else"
    look_alike: float = float("inf")  # score of the best look-alike minus that of the best own class


NO_THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Verdict:
    """What the checks say of one photo.

    Attributes:
        is_known: whether it is like the training photos.
        distance: from 0 (a training photo) to 2.
        confidence: calibrated probability of the likeliest class.
        reason: one plain sentence; "" when it is known.
    """

    is_known: bool
    distance: float
    confidence: float
    reason: str


@dataclass(frozen=True, eq=False)
class Abstainer:
    """The four checks of one model.

    Attributes:
        neighbours: (n_train, d) features of the training photos, of length 1.
        temperature: by which logits are divided before softmax.
        thresholds: of the checks.
        other: (d + 1,) weights and bias of "something else", or None.
        look_alike: (k + h, d + 1) rows of the pretrained classifier: k look-alikes, then h home classes.
        look_alike_names: names of the k look-alikes.
    """

    neighbours: Array
    temperature: float
    thresholds: Thresholds
    other: Array | None = None
    look_alike: Array | None = None
    look_alike_names: tuple[str, ...] = ()

    def judge(self, features: Array, logits: Array) -> list[Verdict]:
        """Judge photos by their features (n, d) and logits (n, c)."""
        distances = neighbour_distances(features, self.neighbours)
        confidences = softmax(np.asarray(logits) / self.temperature).max(-1)
        others = self.other_scores(features)
        margins, names = self.look_alike_margins(features)
        verdicts = []
        for at in range(len(features)):
            reason = ""
            if distances[at] > self.thresholds.distance:
                reason = REASONS["distance"]
            elif margins[at] > self.thresholds.look_alike:
                reason = REASONS["look_alike"].format(name=with_article(names[at]))
            elif others[at] > self.thresholds.other:
                reason = REASONS["other"]
            elif confidences[at] < self.thresholds.confidence:
                reason = REASONS["confidence"]
            verdicts.append(Verdict(not reason, float(distances[at]), float(confidences[at]), reason))
        return verdicts

    def other_scores(self, features: Array) -> Floats:
        """Log-odds of "something else", (n,); minus infinity without that check."""
        if self.other is None:
            return np.full(len(features), -np.inf)
        return np.asarray(features, np.float64) @ self.other[:-1] + self.other[-1]

    def look_alike_margins(self, features: Array) -> tuple[Floats, list[str]]:
        """How far the best look-alike is above the best home class, (n,), and its name."""
        if self.look_alike is None:
            return np.full(len(features), -np.inf), [""] * len(features)
        scores = np.asarray(features, np.float64) @ self.look_alike[:, :-1].T + self.look_alike[:, -1]
        n_alike = len(self.look_alike_names)
        best = scores[:, :n_alike].argmax(1)
        margins = scores[:, :n_alike].max(1) - scores[:, n_alike:].max(1)
        return margins, [self.look_alike_names[at] for at in best]

    def to_tensors(self) -> dict[str, np.ndarray]:
        """Give the arrays for an artifact."""
        tensors = {"neighbours": self.neighbours.astype(np.float16)}
        if self.other is not None:
            tensors["other"] = self.other.astype(np.float32)
        if self.look_alike is not None:
            tensors["look_alike"] = self.look_alike.astype(np.float32)
        return tensors

    def to_config(self) -> dict[str, Any]:
        """Give the numbers for an artifact's config.json; a check that is not used has no threshold there."""
        used = {name: value for name, value in asdict(self.thresholds).items() if np.isfinite(value)}
        return {
            "temperature": self.temperature,
            "thresholds": used,
            "look_alikes": list(self.look_alike_names),
        }

    @classmethod
    def from_artifact(cls, config: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "Abstainer":
        """Rebuild from what `to_config` and `to_tensors` gave."""
        return cls(
            neighbours=tensors["neighbours"].astype(np.float32),
            temperature=float(config["temperature"]),
            thresholds=Thresholds(**config["thresholds"]),
            other=tensors.get("other"),
            look_alike=tensors.get("look_alike"),
            look_alike_names=tuple(config["look_alikes"]),
        )


def unit_rows(features: Array) -> Array:
    """Scale each row to length 1."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, 1e-12)).astype(np.float32)


def neighbour_distances(features: Array, neighbours: Array, *, groups: Sequence[int] | None = None) -> Floats:
    """1 - mean cosine similarity to the nearest training photos, (n,).

    Args:
        features: (n, d).
        neighbours: (m, d), of length 1.
        groups: when `features` are the training photos themselves: their duplicate groups. Nobody counts
            as their own neighbour, nor does a near-copy. Who has no other neighbour is at 1.
    """
    # One product after the other: a matrix product would leave the threads of BLAS spinning for a while,
    # and the network, which is asked next, would wait for its cores.
    similarity = np.vecdot(unit_rows(features)[:, None], neighbours[None])  # (n, m)
    if groups is not None:
        numbers = np.asarray(groups)
        similarity = np.where(numbers[:, None] == numbers[None, :], -np.inf, similarity)
    nearest = np.sort(similarity, axis=1)[:, -N_NEIGHBOURS:].astype(np.float64)
    counts = np.isfinite(nearest)
    return 1 - np.where(counts, nearest, 0).sum(1) / np.maximum(counts.sum(1), 1)


def fit_temperature(logits: Array, actual: Sequence[int]) -> float:
    """Find the temperature with the lowest cross-entropy on held-out photos.

    Args:
        logits: (n, c).
        actual: index of each photo's class.
    """
    from scipy.optimize import minimize_scalar

    labels = np.asarray(actual, int)

    def loss(log_temperature: float) -> float:
        p = softmax(np.asarray(logits, np.float64) / np.exp(log_temperature))
        return float(-np.log(np.clip(p[np.arange(len(labels)), labels], 1e-12, 1)).mean())

    found = minimize_scalar(loss, bounds=(-3, 3), method="bounded")
    return float(np.exp(found.x))


def fit_other(ours: Array, others: Array, *, seed: int = 0) -> tuple[Array, Floats, Floats]:
    """Learn to tell our photos from other things by a logistic regression on the features.

    Args:
        ours: (n, d) features of our photos.
        others: (m, d) features of other things.
        seed: of the five folds.

    Returns:
        (d + 1,) weights and bias, and the log-odds of our photos (n,) and of the others (m,), each from a
        model that had not seen it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = np.concatenate([ours, others]).astype(np.float64)
    y = np.r_[np.zeros(len(ours)), np.ones(len(others))]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, max_iter=2000))
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    unseen = cross_val_predict(model, x, y, cv=folds, method="decision_function")
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = regression.intercept_[0] - float(weights @ scaler.mean_)
    return np.append(weights, bias).astype(np.float32), unseen[: len(ours)], unseen[len(ours) :]


def choose_threshold(values: Floats, *, refused: float = REFUSED_SHARE) -> float:
    """Choose the value above which a share of these photos lies."""
    return float(np.quantile(values, 1 - refused))

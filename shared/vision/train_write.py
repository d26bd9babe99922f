"""The end of a training: the artifact's files, and every figure measured on them as they are.

metrics = write_model(fit, photo_set, (train, valid), settings, Path("my_model"))
metrics["accuracy"], metrics["accuracy_interval"]
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from shared import artifacts
from shared.limits import MAX_LOADED_ARTIFACT_MB
from shared.stats import share_interval
from shared.vision.card import write_card
from shared.vision.crops import resize_photo, to_array
from shared.vision.dataset import Photo, PhotoSet, duplicate_groups
from shared.vision.metrics import confusion_matrix, cross_entropy, softmax
from shared.vision.model import ABSTAIN_FILE, open_for_model
from shared.vision.network import MAX_BATCH, ONNX_FILE, OnnxNetwork, Outputs
from shared.vision.train_abstain import fit_abstainer
from shared.vision.train_export import round_weights, timm_config, to_onnx, to_tensors
from shared.vision.train_fit import PhotoFit
from shared.vision.train_options import TrainOptions


def write_model(
    fit: PhotoFit,
    photo_set: PhotoSet,
    split: tuple[list[int], list[int]],
    settings: TrainOptions,
    out: Path,
    *,
    other_photos: Sequence[Path] = (),
    look_alikes: dict[str, int] | None = None,
) -> dict[str, Any]:
    """Round the weights, measure what is left, and save it with its card.

    Args:
        fit: the trained network.
        photo_set: all photos.
        split: indices of the training and of the held-out photos.
        settings: of the training.
        out: the folder to write.
        other_photos: photos of other things.
        look_alikes: names and indices of ImageNet classes that are not ours.

    Returns:
        Accuracy with its interval, confusion matrix, and every held-out photo's answer.
    """
    photos, vocab = photo_set.photos, photo_set.vocab
    train_rows, valid_rows = split
    round_weights(fit.network)
    onnx_bytes = to_onnx(fit.network, size=settings.size)
    timm_facts = timm_config(fit.network, vocab=vocab, size=settings.size)
    run = _runner(onnx_bytes, settings, timm_facts["pretrained_cfg"])
    outputs = run([photo.path for photo in photos])
    labels = [vocab.index(photo.label) for photo in photos]
    other_features = run(other_photos).features if other_photos else None
    abstainer, abstain_metrics = fit_abstainer(
        outputs,
        labels,
        split,
        groups=duplicate_groups(photos),
        settings=settings,
        other_features=other_features,
        look_alikes=look_alikes,
    )
    metrics = _measure(photos, outputs, labels, valid_rows, vocab)
    config = {
        "kind": "classifier",
        **timm_facts,
        "trained_with": {**asdict(settings), "lr": fit.lr},
        "data": {
            "n_photos": len(photos),
            "n_train": len(train_rows),
            "classes": vocab,
            "notes": list(photo_set.notes),
        },
        "metrics": {key: value for key, value in metrics.items() if key != "valid"},
        "history": fit.history,
        "abstain": {**abstainer.to_config(), "measured": abstain_metrics},
    }
    artifacts.save(
        out,
        config=config,
        tensors=to_tensors(fit.network),
        card=write_card(config),
        extra_files={ONNX_FILE: onnx_bytes, ABSTAIN_FILE: save(abstainer.to_tensors())},
        max_total_mb=MAX_LOADED_ARTIFACT_MB,
        max_file_mb=MAX_LOADED_ARTIFACT_MB,
    )
    return metrics


def _runner(
    onnx_bytes: bytes, settings: TrainOptions, cfg: dict[str, Any]
) -> Callable[[Sequence[Path]], Outputs]:
    """Make a function that runs the written network on photo files, a few at a time, without keeping maps."""
    network = OnnxNetwork(onnx_bytes, n_threads=os.cpu_count() or 1)

    def run(paths: Sequence[Path]) -> Outputs:
        parts = []
        for start in range(0, len(paths), MAX_BATCH):
            squares = [
                resize_photo(open_for_model(path), settings.size, settings.resize)
                for path in paths[start : start + MAX_BATCH]
            ]
            outputs = network.run(np.stack([to_array(square, cfg["mean"], cfg["std"]) for square in squares]))
            parts.append(outputs._replace(maps=outputs.maps[:, :0]))
        return Outputs.join(parts)

    return run


def _measure(
    photos: Sequence[Photo], outputs: Outputs, labels: list[int], valid: Sequence[int], vocab: list[str]
) -> dict[str, Any]:
    """Accuracy on the held-out photos with its interval, and what was said of each of them."""
    rows = list(valid)
    actual = [labels[at] for at in rows]
    probabilities = softmax(outputs.logits[rows])
    predicted = [int(at) for at in probabilities.argmax(1)]
    losses = cross_entropy(probabilities, actual)
    n_right = sum(a == p for a, p in zip(actual, predicted, strict=True))
    return {
        "n_train": len(photos) - len(rows),
        "n_valid": len(rows),
        "accuracy": n_right / len(rows),
        "accuracy_interval": [float(end) for end in share_interval(n_right, len(rows))[1:]],
        "loss": float(losses.mean()),
        "vocab": vocab,
        "confusion": confusion_matrix(actual, predicted, len(vocab)),
        "valid": [
            {
                "digest": photos[row].digest,
                "path": str(photos[row].path),
                "label": vocab[actual[at]],
                "predicted": vocab[predicted[at]],
                "probabilities": [float(p) for p in probabilities[at]],
                "loss": float(losses[at]),
            }
            for at, row in enumerate(rows)
        ],
    }

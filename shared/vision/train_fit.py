"""Fine-tune a timm network on photos, as the lessons do it: fastai's DataBlock, vision_learner and fine_tune.

`fine_tune` is opened up into its two stages, each one `fit_one_cycle`: first the new classifier alone, then
all layers with smaller steps for the early ones. So a killed training goes on after its last whole epoch, and
comes to the same weights as one that was not killed. While layers are frozen their batch normalisation is too
(`BnFreeze`): a few hundred photos are too few to measure anew what a million taught.

    fit = fit_photos(photos, train, valid, options, on_event=print, checkpoints=Path("run.checkpoint"))
    fit.network                          # a timm network on the CPU, in eval mode

Lessons 1, 2, 3 and 6. Imports fastai and torch, so only training imports it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastai.callback.schedule import slide, valley
from fastai.callback.training import BnFreeze, GradientAccumulation
from fastai.data.block import CategoryBlock, DataBlock, TransformBlock
from fastai.data.transforms import IndexSplitter, IntToFloatTensor, Normalize, ToTensor
from fastai.torch_core import default_device, set_seed
from fastai.vision.augment import RandomResizedCrop, Resize, aug_transforms
from fastai.vision.core import PILImage
from fastai.vision.learner import vision_learner

from shared.errors import InputError
from shared.scratch import temporary_folder
from shared.vision.crops import MIN_SCALE
from shared.vision.dataset import Photo
from shared.vision.model import open_for_model
from shared.vision.train_callbacks import CountBatches, OnEvent, Report, Restore
from shared.vision.train_checkpoint import load_tensors, read_facts, under
from shared.vision.train_init import pretrained_state
from shared.vision.train_options import TrainOptions
from shared.vision.train_share import ShareWork, from_first, n_processes, rank, share_of, uses_gpu

LR_FIND_BATCHES = 60  # of the mock training behind the learning-rate finder
UNFROZEN_LR_MULT = 100  # how much smaller the steps of the first layers are, as in fine_tune


@dataclass(frozen=True, eq=False)
class PhotoFit:
    """A trained network and what happened on the way.

    Attributes:
        network: timm's, on the CPU, in eval mode.
        lr: the learning rate that was used.
        history: one entry an epoch: epoch, train_loss, valid_loss, error_rate.
    """

    network: Any
    lr: float
    history: list[dict[str, float]]


def fit_photos(
    photos: Sequence[Photo],
    train: Sequence[int],
    valid: Sequence[int],
    settings: TrainOptions,
    *,
    vocab: list[str],
    on_event: OnEvent,
    checkpoints: Path,
    resume: bool = False,
) -> PhotoFit:
    """Find a learning rate, and train in two stages.

    Args:
        photos: all of them.
        train: indices of those to learn from.
        valid: indices of those held out.
        settings: of the training.
        vocab: the classes, in the order of the network's outputs.
        on_event: told of each batch, each epoch and the learning-rate finder.
        checkpoints: a folder for what a killed training needs.
        resume: go on from there.
    """
    default_device(use=None if uses_gpu() else False)
    set_seed(settings.seed, reproducible=True)
    # Each process judges its share of the held-out photos, and does not even know the others.
    mine = set(share_of(valid))
    others = set(valid) - mine
    here = [at for at in range(len(photos)) if at not in others]
    photos, valid = [photos[at] for at in here], [new for new, at in enumerate(here) if at in mine]
    with temporary_folder("fit") as scratch:
        learn = make_learner(photos, valid, settings, vocab, path=Path(scratch))
        if rank():
            set_seed(settings.seed + rank(), reproducible=True)  # other crops and turns than the first one's
        with learn.no_bar(), learn.no_logging():
            _run(learn, settings, on_event, checkpoints, resume)
        network = learn.model.to("cpu").eval()
        return PhotoFit(network, learn.run_facts["lr"], learn.run_facts["history"])


def make_learner(
    photos: Sequence[Photo], valid: Sequence[int], settings: TrainOptions, vocab: list[str], *, path: Path
) -> Any:
    """Make fastai's Learner on a timm network with its own classifier, frozen but for that one."""
    dls = make_dataloaders(photos, valid, settings, vocab)
    weights = pretrained_state(settings.arch, settings.init)
    learn = vision_learner(
        dls,
        settings.arch,
        normalize=False,
        pretrained=False,
        custom_head=torch.nn.Identity(),
        n_out=len(vocab),
        loss_func=torch.nn.CrossEntropyLoss(),
        train_bn=False,
        cbs=[
            BnFreeze(),
            *(
                [GradientAccumulation(settings.batch_size * settings.accumulate)]
                if settings.accumulate > 1
                else []
            ),
        ],
        path=path,
        wd=settings.weight_decay,
    )
    network = learn.model[0].model  # without timm's classifier; a new one makes it a standard timm network
    if weights is not None:
        network.load_state_dict(weights, strict=False)
    network.reset_classifier(len(vocab))
    if weights is not None:
        # Random weights would stay wherever few photos pull at them, and blur the answers to new ones.
        for parameter in network.get_classifier().parameters():
            torch.nn.init.zeros_(parameter)
    learn.model = network
    learn.splitter = split_body_and_classifier
    dls.add_tfms([Normalize.from_stats(*stats(network), cuda=uses_gpu())], "after_batch")
    if settings.init != "none":
        learn.freeze()
    return learn.to_fp16() if uses_gpu() else learn


def make_dataloaders(
    photos: Sequence[Photo], valid: Sequence[int], settings: TrainOptions, vocab: list[str]
) -> Any:
    """Make the DataLoaders: the lesson's DataBlock, with our decoder for whatever people send."""
    item_tfms = (
        RandomResizedCrop(settings.size, min_scale=MIN_SCALE)
        if settings.resize == "random"
        else Resize(settings.size, method=settings.resize, pad_mode="reflection")
    )
    block = DataBlock(
        blocks=(
            TransformBlock(type_tfms=open_as_fastai, item_tfms=ToTensor, batch_tfms=IntToFloatTensor),
            CategoryBlock(vocab=vocab),
        ),
        get_x=lambda photo: photo,
        get_y=lambda photo: photo.label,
        splitter=IndexSplitter(list(valid)),
        item_tfms=item_tfms,
        batch_tfms=aug_transforms(),
    )
    n_train = -(-(len(photos) - len(valid)) // n_processes())  # of each process
    batch_size = min(settings.batch_size, n_train)
    return block.dataloaders(
        list(photos), bs=batch_size, num_workers=0, drop_last=n_train % batch_size == 1, verbose=False
    )


def open_as_fastai(photo: Photo) -> PILImage:
    """Decode a photo as the app does."""
    return PILImage.create(np.asarray(open_for_model(photo.path)))


def split_body_and_classifier(network: Any) -> list[list[torch.nn.Parameter]]:
    """Part a timm network's parameters in two groups: the pretrained ones, and the new classifier's."""
    classifier = list(network.get_classifier().parameters())
    own = {id(parameter) for parameter in classifier}
    return [[p for p in network.parameters() if id(p) not in own], classifier]


def stats(network: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give the mean and the standard deviation that the network's photos are normalized with."""
    return tuple(network.pretrained_cfg["mean"]), tuple(network.pretrained_cfg["std"])


def _run(learn: Any, settings: TrainOptions, on_event: OnEvent, checkpoints: Path, resume: bool) -> None:
    facts = from_first(lambda: read_facts(checkpoints)) if resume else None
    if facts is None:
        lr = settings.lr or from_first(lambda: find_rate(learn, on_event))
        learn.run_facts = {"lr": lr, "history": [], "stage": 0, "epoch": 0, "settings": asdict(settings)}
        tensors: dict[str, torch.Tensor] = {}
    else:
        _check_same(facts["settings"], settings)
        on_event({"kind": "stage", "phrase": "Going on from the last whole epoch"})
        tensors = load_tensors(checkpoints, facts)
        learn.model.load_state_dict(under("model", tensors))
        learn.run_facts = {key: facts[key] for key in ("lr", "history", "stage", "epoch", "settings")}
        for entry in facts["history"]:
            on_event({"kind": "epoch", **entry})
    lr = learn.run_facts["lr"]
    stages = _stages(settings, lr)
    report = Report(
        on_event, checkpoints, n_before=[sum(s["n_epoch"] for s in stages[:at]) for at in range(len(stages))]
    )
    for at, stage in enumerate(stages):
        if at < learn.run_facts["stage"] or not stage["n_epoch"]:
            continue
        start_epoch = learn.run_facts["epoch"] if at == learn.run_facts["stage"] else 0
        if start_epoch >= stage["n_epoch"]:
            continue
        on_event({"kind": "stage", "phrase": stage.pop("phrase")})
        (learn.freeze if stage.pop("frozen") else learn.unfreeze)()
        report.stage, report.start_epoch = at, start_epoch
        cbs: list[Any] = [report]
        if n_processes() > 1:
            cbs.append(ShareWork())
        if facts is not None:
            cbs.append(Restore(tensors, facts, start_epoch))
            facts = None  # the next stage begins where this one ends
        learn.fit_one_cycle(**stage, start_epoch=start_epoch, cbs=cbs)


def _stages(settings: TrainOptions, lr: float) -> list[dict[str, Any]]:
    """The two cycles of `fine_tune`; from random weights there is nothing to freeze, so only the second."""
    frozen = settings.n_frozen
    half = lr / 2 if frozen else lr
    low = half / UNFROZEN_LR_MULT if settings.init != "none" else half
    return [
        {
            "phrase": "Training the new classifier",
            "frozen": True,
            "n_epoch": frozen,
            "lr_max": slice(lr),
            "pct_start": 0.3,
        },
        {
            "phrase": "Fine-tuning all layers",
            "frozen": False,
            "n_epoch": settings.epochs,
            "lr_max": slice(low, half),
            "pct_start": 0.3,
            "div": 5.0,
        },
    ]


def find_rate(learn: Any, on_event: OnEvent) -> float:
    """Run the learning-rate finder, report its curve, and choose the valley's suggestion.

    The slide's suggestion is reported beside it. It can be far too small when the curve has no steep end.
    """
    epochs = LR_FIND_BATCHES / max(len(learn.dls.train), 1)
    on_event({"kind": "stage", "phrase": "Looking for a learning rate", "epochs": epochs})
    counted = CountBatches(on_event, LR_FIND_BATCHES)
    with learn.added_cbs(counted):
        found = learn.lr_find(num_it=LR_FIND_BATCHES, suggest_funcs=(slide, valley), show_plot=False)
    rates, losses = learn.recorder.lrs, [float(loss) for loss in learn.recorder.losses]
    on_event(
        {
            "kind": "lr",
            "rates": [float(rate) for rate in rates],
            "losses": losses,
            "slide": float(found.slide),
            "valley": float(found.valley),
            "chosen": float(found.valley),
        }
    )
    return float(found.valley)


def _check_same(before: dict[str, Any], settings: TrainOptions) -> None:
    """Check that a training goes on as it began.

    Raises:
        InputError: an option is another one.
    """
    now = asdict(settings)
    changed = [f"{name} {before.get(name)}, now {now[name]}" for name in now if before.get(name) != now[name]]
    if changed:
        raise InputError(
            f"The training to go on with has other options ({'; '.join(changed)}). Give the same ones, or "
            "leave --resume out to begin anew."
        )

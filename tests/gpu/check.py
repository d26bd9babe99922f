"""What only a GPU shows: answers, speed, and a training in mixed precision that is killed and goes on.

    python tests/gpu/check.py                         # on one GPU, under six minutes; without one it says so
    python tests/gpu/check.py --device cpu --small    # whether the script itself works

Needs torch, timm, safetensors and what is in the project: its classifier, and three of its example photos.
The last part trains as the app does, where fastai is installed. Ends with 1 when something does not hold.
`--out FILE` writes the figures as JSON.
"""

import argparse
import functools
import importlib.util
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # it works from any folder

import numpy as np
import timm
import torch
from PIL import Image
from safetensors.torch import load_file

from shared.vision import train_checkpoint as checkpoint

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ("black", "grizzly", "teddy")
MAX_DIFFERENCE = 1e-4  # of a logit, between the GPU and the CPU, in 32 bits without TF32
ALMOST_NOTHING = 1e-6
Facts = dict[str, Any]


def make_photos(n: int, size: int, *, seed: int) -> tuple[list[Image.Image], list[int]]:
    """Cut and turn the example photos into n pictures; with each, its class."""
    draw = random.Random(seed)
    examples = [Image.open(ROOT / f"shared/vision/examples/{name}.jpg").convert("RGB") for name in CLASSES]
    photos, labels = [], []
    for at in range(n):
        label = at % len(CLASSES)
        photo = examples[label].rotate(draw.uniform(-20, 20))
        side = int(min(photo.size) * draw.uniform(0.5, 0.9))
        left, top = draw.randint(0, photo.width - side), draw.randint(0, photo.height - side)
        photos.append(photo.crop((left, top, left + side, top + side)).resize((size, size)))
        labels.append(label)
    return photos, labels


def as_batch(photos: list[Image.Image]) -> torch.Tensor:
    """Normalize photos as the bundled network wants them: (n, 3, size, size)."""
    pixels = torch.from_numpy(np.stack([np.asarray(photo, np.float32) for photo in photos]) / 255)
    return ((pixels - 0.5) / 0.5).permute(0, 3, 1, 2).contiguous()


def bundled_network() -> torch.nn.Module:
    """Open the classifier that comes with the project, in torch."""
    folder = ROOT / "shared/vision/artifact"
    config = json.loads((folder / "config.json").read_text())
    network = timm.create_model(config["architecture"], num_classes=config["num_classes"])
    weights = load_file(folder / "model.safetensors")
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in weights.items()})
    return network.eval()


def allow_tf32(allowed: bool) -> None:
    """Let the GPU round to 10 bits inside its products, or not."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed


@torch.no_grad()
def check_answers(device: str, *, small: bool) -> Facts:
    """The GPU's logits against the CPU's."""
    batch = as_batch(make_photos(8 if small else 64, 224, seed=1)[0])
    network = bundled_network()
    expected = network(batch)
    network.to(device)

    def difference(*, tf32: bool, half: bool) -> float:
        allow_tf32(tf32)
        with torch.autocast(device, dtype=half_type(device), enabled=half):
            found = network(batch.to(device)).float().cpu()
        return float((found - expected).abs().max())

    exact = difference(tf32=False, half=False)
    return {
        "photos": len(batch),
        "largest_difference_of_a_logit": exact,
        "with_tf32": difference(tf32=True, half=False),
        "in_16_bits": difference(tf32=True, half=True),
        "holds": exact <= MAX_DIFFERENCE,
    }


def half_type(device: str) -> torch.dtype:
    """What mixed precision calculates in."""
    return torch.float16 if device == "cuda" else torch.bfloat16


def wait_for(device: str) -> None:
    """Wait until the GPU has done what it was told."""
    if device == "cuda":
        torch.cuda.synchronize()


def photos_a_second(work: Callable[[], object], n: int, device: str, *, rounds: int) -> float:
    """Photos that a piece of work gets through, the median of five."""
    work()
    speeds = []
    for _ in range(5):
        wait_for(device)
        began = time.perf_counter()
        for _ in range(rounds):
            work()
        wait_for(device)
        speeds.append(n * rounds / (time.perf_counter() - began))
    return round(sorted(speeds)[2], 1)


def check_speed(device: str, *, small: bool) -> Facts:
    """Photos of 224 x 224 a second: answered, and learned from with all layers."""
    n, rounds = (4, 1) if small else (64, 20)
    photos, labels = make_photos(n, 224, seed=2)
    batch, targets = as_batch(photos).to(device), torch.tensor(labels, device=device)
    network = bundled_network().to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    scaler = torch.amp.GradScaler(device)
    allow_tf32(False)

    @torch.no_grad()
    def answer(half: bool) -> None:
        with torch.autocast(device, dtype=half_type(device), enabled=half):
            network(batch)

    def learn(half: bool) -> None:
        train_step(network, optimizer, scaler, batch, targets, device, half=half)

    speed = functools.partial(photos_a_second, n=n, device=device, rounds=rounds)
    network.eval()
    figures = {f"answers_{name}": speed(functools.partial(answer, half)) for name, half in _WIDTHS.items()}
    network.train()
    figures |= {f"training_{name}": speed(functools.partial(learn, half)) for name, half in _WIDTHS.items()}
    return {"batch": n, "photos_a_second": figures, "holds": True}


_WIDTHS = {"32_bits": False, "mixed_precision": True}


def train_step(
    network: Any, optimizer: Any, scaler: Any, batch: Any, targets: Any, device: str, *, half: bool
) -> float:
    """Learn from one batch; gives the loss."""
    with torch.autocast(device, dtype=half_type(device), enabled=half):
        loss = torch.nn.functional.cross_entropy(network(batch).float(), targets)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return float(loss.detach())


def train_plainly(
    device: str, folder: Path, *, epochs: int, stop_after: int | None, resume: bool, small: bool
) -> tuple[dict[str, torch.Tensor], Facts]:
    """Train in mixed precision with dropout and noise, leaving a checkpoint after each epoch."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    photos, labels = make_photos(12 if small else 96, 64 if small else 160, seed=3)
    data, targets = as_batch(photos), torch.tensor(labels)
    network = bundled_network().to(device)
    network.drop_rate = 0.2
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-4)
    # Its scale grows every few steps, and falls where that was too much: a resume that forgets it shows.
    scaler = torch.amp.GradScaler(device, init_scale=2.0**16, growth_interval=3)
    first, losses = 0, []
    if resume:
        facts = checkpoint.read_facts(folder)
        assert facts is not None
        tensors = checkpoint.load_tensors(folder, facts)
        network.load_state_dict(checkpoint.under("model", tensors))
        states = checkpoint.join_states(checkpoint.under("opt", tensors), facts["opt"])
        optimizer.load_state_dict({**optimizer.state_dict(), "state": dict(enumerate(states))})
        scaler.load_state_dict(facts["scaler"])
        checkpoint.set_chance(facts["chance"])
        first, losses = facts["epoch"], facts["losses"]
    for epoch in range(first, epochs):
        order = torch.randperm(len(data))
        for rows in order.split(6 if small else 16):
            batch = data[rows].to(device)
            batch = batch + 0.05 * torch.randn_like(batch)  # from the device's own source of chance
            losses.append(
                train_step(network, optimizer, scaler, batch, targets[rows].to(device), device, half=True)
            )
        state = optimizer.state_dict()["state"]
        tensors, numbers = checkpoint.part_states([state[at] for at in sorted(state)])
        facts = {"stage": 0, "epoch": epoch + 1, "opt": numbers, "losses": losses}
        facts |= {"scaler": scaler.state_dict(), "chance": checkpoint.chance()}
        named = {**checkpoint.named("model", network.state_dict()), **checkpoint.named("opt", tensors)}
        checkpoint.save_checkpoint(folder, named, facts)
        if stop_after == epoch + 1:
            break
    weights = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
    return weights, {"losses": losses, "scale": scaler.get_scale()}


def largest_difference(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> float:
    """How far two networks' weights are apart."""
    return max(float((a[name].double() - b[name].double()).abs().max()) for name in a)


def check_training(device: str, *, small: bool) -> Facts:
    """Mixed precision, killed after half of the epochs and resumed, against two that were not killed."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    allow_tf32(False)
    epochs = 2 if small else 6
    run = functools.partial(train_plainly, device, epochs=epochs, small=small)
    with tempfile.TemporaryDirectory() as scratch:
        whole, facts = run(Path(scratch) / "a", stop_after=None, resume=False)
        again, _ = run(Path(scratch) / "b", stop_after=None, resume=False)
        run(Path(scratch) / "c", stop_after=epochs // 2, resume=False)
        resumed, facts_resumed = run(Path(scratch) / "c", stop_after=None, resume=True)
    repeat, found = largest_difference(whole, again), largest_difference(whole, resumed)
    is_learning = facts["losses"][-1] < facts["losses"][0]
    return {
        "epochs": epochs,
        "first_and_last_loss": [round(facts["losses"][at], 4) for at in (0, -1)],
        "two_uninterrupted_runs_differ_by": repeat,
        "the_resumed_one_differs_by": found,
        "same_scale": facts["scale"] == facts_resumed["scale"],
        "holds": found <= 2 * repeat + ALMOST_NOTHING
        and (is_learning or small)
        and facts["scale"] == facts_resumed["scale"],
    }


class _KilledError(Exception):
    pass


def check_fastai(device: str, *, small: bool) -> Facts:
    """The app's own training in two stages: killed in the last epoch and resumed, and not killed."""
    os.environ["LESSONS_DEVICE"] = device
    from shared.vision import train_fit
    from shared.vision.dataset import Photo
    from shared.vision.train_options import TrainOptions

    def weights(arch: str, init: str) -> dict[str, torch.Tensor]:
        return {k: v for k, v in bundled_network().state_dict().items() if not k.startswith("classifier")}

    train_fit.pretrained_state = weights  # no download: the bundled network's own layers
    size, n = (64, 18) if small else (160, 150)
    settings = TrainOptions(
        epochs=2, freeze_epochs=1, size=size, lr=2e-3, batch_size=8 if small else 32
    ).filled()
    with tempfile.TemporaryDirectory() as scratch:
        photos = []
        for at, (picture, label) in enumerate(zip(*make_photos(n, size + 32, seed=4), strict=True)):
            picture.save(path := Path(scratch) / f"{at}.jpg", quality=92)
            photos.append(Photo(path, CLASSES[label], f"{at:064x}"))
        valid = list(range(0, n, 5))
        train = [at for at in range(n) if at not in set(valid)]

        def fit(name: str, *, kill: bool = False, resume: bool = False) -> Any:
            def tell(event: Facts) -> None:
                if kill and event["kind"] == "batch" and event["epoch"] == 3:
                    raise _KilledError("killed")  # fastai wants a message

            where: Facts = {"vocab": list(CLASSES), "checkpoints": Path(scratch) / name}
            return train_fit.fit_photos(photos, train, valid, settings, on_event=tell, resume=resume, **where)

        began = time.perf_counter()
        whole = fit("a")
        seconds = time.perf_counter() - began
        again = fit("b")
        try:
            fit("c", kill=True)
        except _KilledError:
            resumed = fit("c", resume=True)
    states = [made.network.state_dict() for made in (whole, again, resumed)]
    repeat, found = largest_difference(states[0], states[1]), largest_difference(states[0], states[2])
    return {
        "photos": n,
        "seconds": round(seconds, 1),
        "error_rates": [round(entry["error_rate"], 3) for entry in whole.history],
        "two_uninterrupted_runs_differ_by": repeat,
        "the_resumed_one_differs_by": found,
        "holds": found <= 2 * repeat + ALMOST_NOTHING,
    }


CHECKS: dict[str, Callable[..., Facts]] = {
    "answers": check_answers,
    "speed": check_speed,
    "training": check_training,
    "fastai": check_fastai,
}


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--small", action="store_true", help="a few photos only, to try the script")
    parser.add_argument("--only", choices=CHECKS, nargs="*", default=list(CHECKS))
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        print("There is no GPU here, so nothing was checked.")
        return 0
    # Before the GPU is touched: the same work gives the same numbers, as far as a GPU can.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    name = torch.cuda.get_device_name() if given.device == "cuda" else "CPU"
    found: Facts = {
        "device": name,
        "torch": torch.__version__,
        "timm": timm.__version__,
        "small": given.small,
    }
    print(f"{name}, torch {torch.__version__}")
    for check in given.only:
        if check == "fastai" and importlib.util.find_spec("fastai") is None:
            print("fastai: not installed, so this part was left out.")
            continue
        began = time.perf_counter()
        found[check] = CHECKS[check](given.device, small=given.small)
        took = round(time.perf_counter() - began, 1)
        print(f"{check} ({took} s): {json.dumps(found[check])}", flush=True)
        if given.out:
            given.out.write_text(json.dumps(found, indent=1) + "\n")
    failed = [check for check in given.only if check in found and not found[check]["holds"]]
    print(f"Does not hold: {', '.join(failed)}." if failed else "Everything holds.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

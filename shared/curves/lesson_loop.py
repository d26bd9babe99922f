"""The fit of a sum of ReLUs as the lesson writes it: PyTorch, autograd, one network.

No app imports this. The pages are served by `descent`, which does the same in NumPy and starts at once; the
tests hold the two together, and `tests/bench/bench_relu_fit.py` times them side by side.

    losses, units = fit_in_torch(draw_units(20, seed=42), x, y, steps=500)

Follows lesson 3 of Practical Deep Learning for Coders, "How does a neural net really work".
"""

import numpy as np

from shared.curves.relus import LEAKY_SLOPE, Units


def fit_in_torch(
    start: Units,
    x: np.ndarray,
    y: np.ndarray,
    *,
    steps: int,
    lr: float = 0.01,
    activation: str = "relu",
    kind: str = "mae",
    optimizer: str = "adam",
) -> tuple[list[float], Units]:
    """Walk downhill with one network.

    Args:
        start: where it begins.
        x: (p,).
        y: (p,).
        steps: how many.
        lr: learning rate.
        activation: one of `shared.curves.relus.ACTIVATIONS`.
        kind: "mae" or "mse".
        optimizer: a key of `shared.curves.descent.OPTIMIZERS`.

    Returns:
        The losses (s+1), the start's first, and the network at the end.
    """
    import torch

    act = {
        "relu": torch.relu,
        "leaky_relu": torch.nn.LeakyReLU(LEAKY_SLOPE),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }[activation]
    m, b, w = (
        torch.tensor(p[:, None], requires_grad=True) for p in (start.m, start.b, start.w)
    )  # (k, 1) each
    c = torch.tensor(start.c, dtype=torch.float64, requires_grad=True)
    walk = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]([m, b, w, c], lr)
    inputs, targets = torch.tensor(x), torch.tensor(y)
    losses = []
    for step in range(steps + 1):
        errors = (w * act(m * inputs + b)).sum(0) + c - targets  # (p,)
        loss = errors.abs().mean() if kind == "mae" else (errors**2).mean()
        losses.append(loss.item())
        if step < steps:
            walk.zero_grad()  # without it, each gradient is added to those before
            loss.backward()
            walk.step()
    return losses, Units(
        m=m.detach().numpy()[:, 0], b=b.detach().numpy()[:, 0], w=w.detach().numpy()[:, 0], c=c.item()
    )

"""What programs and assistants call: `/matmul`, `/broadcast`, `/benchmark`."""

from typing import TypedDict

import numpy as np

from apps.views.matmul.broadcast import Shapes, read_shapes
from apps.views.matmul.multiply import Pair
from apps.views.matmul.speed import QUEUE
from shared.matmul.products import as_matrix, check_inner, gradients
from shared.matmul.shapes import ghosts
from shared.matmul.timing import Benchmark, fastest_rate
from shared.matmul.timing_worker import time_apart
from shared.ui.options import add_options_endpoint


class Product(TypedDict):
    """Answer of `/matmul`; the gradients are those of the sum of the product."""

    product: list[list[float]]
    shape: list[int]
    multiplications: int
    gradient_a: list[list[float]]
    gradient_b: list[list[float]]


class Broadcast(TypedDict):
    """Answer of `/broadcast`; what does not fit has an empty shape and a message."""

    fits: bool
    shape: list[int]
    message: str
    left_copies: int
    right_copies: int


class OneTime(TypedDict):
    """One method at one size."""

    method: str
    size: int
    median_seconds: float
    fastest_seconds: float
    slowest_seconds: float
    repeats: int


class Times(TypedDict):
    """Answer of `/benchmark`."""

    times: list[OneTime]
    multiplications_per_second: float
    machine: str


def matmul(pair: Pair) -> Product:
    """Multiply two matrices, and send a gradient of ones back through the product."""
    a, b = as_matrix("A", pair.a), as_matrix("B", pair.b)
    check_inner(a.shape, b.shape)
    c = a @ b
    gradient_a, gradient_b = gradients(a, b, np.ones_like(c))
    return {
        "product": c.tolist(),
        "shape": [*c.shape],
        "multiplications": c.size * a.shape[1],
        "gradient_a": gradient_a.tolist(),
        "gradient_b": gradient_b.tolist(),
    }


def broadcast(options: Shapes) -> Broadcast:
    """Hold two shapes against each other, and count the numbers that broadcasting only seems to copy."""
    left, right, found = read_shapes(options)
    copies = [0, 0] if found.shape is None else [int(ghosts(one, found.shape).sum()) for one in (left, right)]
    return {
        "fits": found.shape is not None,
        "shape": [*(found.shape or ())],
        "message": found.message,
        "left_copies": copies[0],
        "right_copies": copies[1],
    }


def benchmark(options: Benchmark) -> Times:
    """Time one matrix product on this machine, from plain loops to torch."""
    timings, machine = time_apart(largest=options.largest, repeats=options.repeats)
    return {
        "times": [
            {
                "method": one.method,
                "size": one.size,
                "median_seconds": one.median_seconds,
                "fastest_seconds": min(one.seconds),
                "slowest_seconds": max(one.seconds),
                "repeats": len(one.seconds),
            }
            for one in timings
        ],
        "multiplications_per_second": fastest_rate(timings),
        "machine": machine,
    }


def build_endpoints() -> None:
    """Add them to the Blocks that is open."""
    add_options_endpoint(Pair, matmul)
    add_options_endpoint(Shapes, broadcast)
    add_options_endpoint(Benchmark, benchmark, **QUEUE)

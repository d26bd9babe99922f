"""PyTorch's random numbers on a CPU, without PyTorch: a seed gives here what it gives in the lesson.

    draws = Draws(442)                   # torch.manual_seed(442)
    draws.rand(12)                       # torch.rand(12), to the last bit
    draws.randn(12, 10)                  # torch.randn(12, 10), to six digits
    Draws(42).randperm(891)[:178]        # the rows that RandomSplitter(seed=42) holds out

Both draw 32-bit words from the same Mersenne Twister. `rand` keeps 24 bits of each, `randn` makes normal
numbers of pairs by Box and Muller (1958), in blocks of 16 where there are as many, `randperm` is Fisher and
Yates' shuffle.
"""

import math

import numpy as np

_BLOCK = 16  # from so many numbers on, torch draws normal numbers in blocks


class Draws:
    """A generator, as `torch.manual_seed` leaves it."""

    def __init__(self, seed: int) -> None:
        self._words = np.random.RandomState(seed)
        self._spare: float | None = None  # the second normal number of a pair

    def rand(self, *shape: int) -> np.ndarray:
        """Draw from 0 to 1, evenly; float32."""
        bits = self._draw(math.prod(shape)) & np.uint32(2**24 - 1)
        return (bits.astype(np.float32) * np.float32(2**-24)).reshape(shape)

    def randn(self, *shape: int) -> np.ndarray:
        """Draw from the standard normal distribution; float32."""
        n = math.prod(shape)
        if n < _BLOCK:
            return np.array([self._normal() for _ in range(n)], dtype=np.float32).reshape(shape)
        uniform = self.rand(n)
        drawn = np.empty(n, dtype=np.float32)
        whole = n - n % _BLOCK
        drawn[:whole] = _in_blocks(uniform[:whole])
        if n % _BLOCK:  # the last block begins earlier, and is drawn anew
            drawn[-_BLOCK:] = _in_blocks(self.rand(_BLOCK))
        return drawn.reshape(shape)

    def randperm(self, n: int) -> np.ndarray:
        """Shuffle the numbers from 0 to n - 1."""
        order, words = np.arange(n), self._draw(n - 1)
        for at, word in enumerate(words.tolist()):
            other = at + word % (n - at)
            order[at], order[other] = order[other], order[at]
        return order

    def _draw(self, n: int) -> np.ndarray:
        return self._words.randint(0, 2**32, n, dtype=np.uint32)

    def _normal(self) -> float:
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        words = [int(word) for word in self._draw(4)]
        turn, length = ((high << 32 | low) % 2**53 / 2**53 for high, low in (words[:2], words[2:]))
        radius = math.sqrt(-2 * math.log1p(-length))
        self._spare = radius * math.sin(2 * math.pi * turn)
        return radius * math.cos(2 * math.pi * turn)


def _in_blocks(uniform: np.ndarray) -> np.ndarray:
    """Make normal numbers of even ones: the first eight of a block are lengths, the others turns."""
    lengths, turns = np.split(uniform.reshape(-1, _BLOCK), 2, axis=1)
    radius = np.sqrt(-2 * np.log(1 - lengths))
    angle = np.float32(2 * math.pi) * turns
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()

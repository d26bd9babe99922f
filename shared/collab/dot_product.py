"""The dot product with bias as a PyTorch module: lesson 7's model, in the form of fastai book chapter 8.

Two embeddings hold the factors, two more hold the biases. The app shows this file and never imports it,
because PyTorch takes seconds to load; `shared.collab.corner` does the same sums in numpy, and the tests
compare the two.

    model = DotProductBias(15, 15, n_factors=5)
    users_and_films = torch.tensor([[0, 3], [1, 7]])  # row numbers
    stars = model(users_and_films)                    # (2,)
"""

import torch
from torch import nn


class DotProductBias(nn.Module):
    """Predict stars from the factors of a user and of a film."""

    def __init__(
        self,
        n_users: int,
        n_films: int,
        *,
        n_factors: int = 5,
        use_bias: bool = True,
        y_range: tuple[float, float] | None = (0.0, 5.5),
    ) -> None:
        super().__init__()
        self.user_factors = nn.Embedding(n_users, n_factors)
        self.film_factors = nn.Embedding(n_films, n_factors)
        self.user_bias = nn.Embedding(n_users, 1) if use_bias else None
        self.film_bias = nn.Embedding(n_films, 1) if use_bias else None
        self.y_range = y_range
        for embedding in self.children():
            nn.init.normal_(embedding.weight, std=0.01)

    def forward(self, users_and_films: torch.Tensor) -> torch.Tensor:
        """Take rows of (user, film) numbers (n, 2) and return stars (n,)."""
        users, films = users_and_films[:, 0], users_and_films[:, 1]
        score = (self.user_factors(users) * self.film_factors(films)).sum(dim=1)  # (n,)
        if self.user_bias is not None and self.film_bias is not None:
            score = score + self.user_bias(users).squeeze(1) + self.film_bias(films).squeeze(1)
        if self.y_range is None:
            return score
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(score)

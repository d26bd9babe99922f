"""A tour of the code to take away: the PyTorch module as text, and a script that repeats a run of the corner.

Nothing here imports PyTorch. The module is read as a file; the script is written from a `CornerState`, with
the same first numbers and the same steps, so it ends at the error that is on the screen.

    print(read_module())
    script = write_training_script(state, ratings, film_titles)   # python that_script.py
"""

from pathlib import Path

import numpy as np

from shared.collab.corner import INITIAL_SPREAD, Y_RANGE, CornerState

_MODULE_FILE = Path(__file__).with_name("dot_product.py")


def read_module() -> str:
    """Read the module's source without importing it, and without the docstring about this project."""
    source = _MODULE_FILE.read_text(encoding="utf-8").replace("  # noqa: TID253", "")
    return source.split('"""\n', 1)[1].strip() + "\n"


def write_training_script(state: CornerState, ratings: np.ndarray, film_titles: list[str]) -> str:
    """Write a script, needing only numpy and PyTorch, that repeats this run.

    Args:
        state: the run to repeat; its options, seed and learning rates go into the script.
        ratings: the corner it was trained on, stars (n_users, n_films), NaN where there is no rating.
        film_titles: a name for each film.
    """
    options = state.options
    model = (
        f"DotProductBias({ratings.shape[0]}, {ratings.shape[1]}, n_factors={options.n_factors}, "
        f"use_bias={options.use_bias}, y_range={Y_RANGE if options.use_y_range else None})"
    )
    hide = _HIDE.format(seed=options.seed, n_hidden=options.n_hidden) if options.n_hidden else ""
    return _SCRIPT.format(
        module=read_module().replace("import torch\n", "import numpy as np\nimport torch\n", 1).strip(),
        films="\n".join(f"    {title!r}," for title in film_titles),
        ratings="\n".join(f"    [{', '.join(f'{stars:g}' for stars in row)}]," for row in ratings),
        run=", ".join(f"({steps}, {lr!r}, {weight_decay!r})" for steps, lr, weight_decay in state.segments),
        hide=hide,
        model=model,
        seed=options.seed,
        spread=INITIAL_SPREAD,
        zero_biases=_ZERO_BIASES if options.use_bias else "",
    )


_HIDE = """hidden = np.random.RandomState({seed}).permutation(len(filled))[:{n_hidden}]
filled = np.delete(filled, hidden, axis=0)  # the hidden cells are never trained on
"""

_ZERO_BIASES = """    model.user_bias.weight.zero_()
    model.film_bias.weight.zero_()
"""

_SCRIPT = """{module}


FILMS = [
{films}
]
nan = float("nan")  # no rating
RATINGS = np.array([  # stars: one row for each user, one column for each film
{ratings}
])
RUN = [{run}]  # (steps, learning rate, weight decay)

filled = np.argwhere(~np.isnan(RATINGS))  # (n_cells, 2)
{hide}cells = torch.tensor(filled)
stars = torch.tensor(RATINGS[filled[:, 0], filled[:, 1]])

model = {model}.double()
rng = np.random.default_rng({seed})
with torch.no_grad():  # the same first numbers as in the app
    for factors in (model.user_factors, model.film_factors):
        factors.weight[:] = torch.tensor(rng.normal(0, {spread}, tuple(factors.weight.shape)))
{zero_biases}
for n_steps, lr, weight_decay in RUN:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    for _ in range(n_steps):
        loss = ((model(cells) - stars) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

with torch.no_grad():
    rmse = ((model(cells) - stars) ** 2).mean().sqrt().item()
print(f"RMSE after {{sum(run[0] for run in RUN)}} steps: {{rmse:.4f}} stars")
"""

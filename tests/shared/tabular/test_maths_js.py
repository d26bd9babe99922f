"""The page's formulas beside the Python ones: `maths.js` runs in Node, and both must agree."""

import itertools
import json

import numpy as np
import pytest

from apps.views.titanic.hand import give_table
from shared.tabular.net import Net, loss_of, predict, train_nets
from shared.tabular.passengers import load_passengers
from shared.tabular.steps import Steps, fit_recipe
from tests.conftest import ROOT
from tests.node import run_in_node

SWITCHES = [
    Steps(fill=fill, log=log, dummies=dummies, scale=scale)
    for fill, log, dummies, scale in itertools.product(
        (True, False), (True, False), (True, False), ("none", "max", "standardise")
    )
]
_SCRIPT = """import(%s).then((m) => {
  const given = %s;
  const made = given.cases.map(({ steps, coefficients, sigmoid }) => {
    const { names, rows } = m.prepare(given.people, steps);
    const w = coefficients.slice(0, names.length);
    const p = m.predict(rows, w, sigmoid);
    const y = given.people.survived;
    return { names, rows: [rows[0], rows[5], rows[61]], loss: m.loss(p, y), accuracy: m.accuracy(p, y),
             gradient: m.gradient(rows, w, y, sigmoid) };
  });
  console.log(JSON.stringify(made));
});"""


def test_the_pages_steps_losses_and_gradients_are_pythons():
    people = load_passengers()
    coefficients = np.random.default_rng(1).normal(size=12)
    cases = [
        {"steps": steps.model_dump(), "coefficients": coefficients.tolist(), "sigmoid": sigmoid}
        for steps in SWITCHES
        for sigmoid in (False, True)
    ]
    address = json.dumps((ROOT / "shared/tabular/maths.js").as_uri())
    given = json.dumps({"people": give_table(None)["people"], "cases": cases})
    made = run_in_node(_SCRIPT % (address, given))
    for case, mine in zip(cases, made, strict=True):
        recipe = fit_recipe(people, Steps(**case["steps"]))
        x = recipe.apply(people)
        assert mine["names"] == [*recipe.names]
        theirs = np.where(np.isnan(x[[0, 5, 61]]), np.nan, x[[0, 5, 61]])
        assert np.array(mine["rows"], dtype=float) == pytest.approx(theirs, nan_ok=True)
        net = Net((coefficients[None, : x.shape[1], None],), (None,), case["sigmoid"])
        if np.isnan(x).any():
            assert mine["loss"] is None  # how JSON writes nan
            continue
        said = predict(net, x)
        assert mine["loss"] == pytest.approx(loss_of(said, people.survived)[0], abs=1e-6)
        assert mine["accuracy"] == pytest.approx(((said[0] > 0.5) == (people.survived > 0.5)).mean())
        ((after, _),) = train_nets(net, x, people.survived, learning_rate=1, epochs=1)
        slopes = (net.weights[0] - after.weights[0])[0, :, 0]
        assert mine["gradient"] == pytest.approx(slopes, abs=1e-5)

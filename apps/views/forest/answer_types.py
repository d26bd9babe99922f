"""What each endpoint of the forest explorer answers: the keys, and what stands under them.

Clients read these types: `-> dict` would tell them nothing. Where a number may be missing it is null.
"""

from typing import TypedDict

Number = float | None
Value = float | str | None  # of a column: a category by its name, null where it is unknown


class Interval(TypedDict):
    """A mean with its 95 % interval."""

    mean: Number
    low: Number
    high: Number


class ErrorAnswer(TypedDict):
    """An error with its 95 % interval, and of how many rows it is."""

    error: Number
    low: Number
    high: Number
    rows: int


class Settings(TypedDict):
    """What a forest was fitted with."""

    trees: int
    min_samples_leaf: int
    max_features: float | str
    max_samples: float
    seed: int | None
    bootstrap: bool


class FitFacts(TypedDict):
    """What was fitted on what."""

    target: str
    predicted: str
    task: str
    classes: list[str]
    settings: Settings
    rows: int
    training_rows: int
    error_is: str
    errors: dict[str, ErrorAnswer]


class LearnedColumn(TypedDict):
    """A column that was learned from."""

    name: str
    kind: str
    source: str
    levels: list[str]


class Gain(TypedDict):
    """What the splits on a column gained, a share of all gains."""

    column: str
    impurity: float


class UnderstoodColumn(TypedDict):
    """What was understood of a column of a table."""

    name: str
    kind: str
    examples: list[str]
    missing: int
    different: int
    note: str
    missing_words: list[str]


class Understood(TypedDict):
    """What was understood of a table."""

    summary: str
    is_sample: bool
    rows_kept: int
    columns: list[UnderstoodColumn]


class Suggestion(TypedDict):
    """A change that a remark suggests: what `kinds` or `leave_out` of /fit would hold more."""

    column: str
    because: str
    kinds: dict[str, str]
    leave_out: list[str]


class FitAnswer(FitFacts):
    """What /fit answers."""

    model: str
    columns: list[LearnedColumn]
    importances: list[Gain]
    understood: Understood
    notes: list[str]
    remarks: list[str]
    suggestions: list[Suggestion]


class Predictions(TypedDict):
    """A class or a number for each row.

    Of classes there are `shares`. Of numbers there is how far the trees are apart; and `in_units`, the
    predictions in the target's own units, where they are its logarithm. What there is not is null.
    """

    predicted: str
    task: str
    predictions: list[str | float]
    shares: list[dict[str, float]] | None
    standard_deviation_of_trees: list[Number] | None
    in_units: list[Number] | None


class PredictAnswer(Predictions):
    """What /predict answers."""

    notes: list[str]


class Contribution(TypedDict):
    """What a column adds to a prediction."""

    column: str
    value: Value
    contribution: float
    outside_training_range: bool


class Why(TypedDict):
    """The parts of a prediction; `in_units` where it is a logarithm of the target, else null."""

    predicted: str
    bias: float
    contributions: list[Contribution]
    prediction: float
    in_units: Number


class ExplainAnswer(Why):
    """What /explain answers."""

    of_class: str | None
    notes: list[str]


class CurveAnswer(TypedDict):
    """The average prediction for each value of a column, and how many rows are near it."""

    column: str
    kind: str
    grid: list[Value]
    average: list[Number]
    rows_near: list[int]


class DependenceAnswer(TypedDict):
    """What /partial_dependence answers."""

    target: str
    of_class: str | None
    curves: list[CurveAnswer]


class ColumnImportance(Interval):
    """How much a column matters."""

    column: str
    below_noise: bool


class ImportancesAnswer(TypedDict):
    """What /importances answers."""

    kind: str
    meaning: str
    unit: str
    forests: int
    columns: list[ColumnImportance]
    noise: Interval


class Score(TypedDict):
    """The score of a split at a threshold."""

    column: str
    threshold: float
    score: float
    rows_below: int


class Split(Score):
    """The best split of a column."""

    below: str
    above: str
    equally_good: list[float]


class OneRAnswer(TypedDict):
    """The best split as a model: its answer on each side, and its error."""

    split: Split | None
    answer_below: dict[str, Number] | Number
    answer_above: dict[str, Number] | Number
    error_is: str
    validation: ErrorAnswer | None


class SplitsAnswer(TypedDict):
    """What /best_splits answers."""

    measure: str
    rows: int
    splits: list[Split]
    scores: list[Score]
    one_r: OneRAnswer


class GiniAnswer(TypedDict):
    """What /gini answers."""

    gini: float
    entropy_bits: float
    shares: list[float]
    said: str

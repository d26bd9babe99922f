"""How much one visitor's table and forest may take: more where a cluster does the work.

current_caps().rows      # 20,000 on this machine, 1,000,000 while a Dask cluster answers
"""

from dataclasses import dataclass

from shared import limits
from shared.forest.cluster import has_cluster


@dataclass(frozen=True)
class Caps:
    """What is accepted.

    Attributes:
        rows: that are kept of a table to fit on; from a longer file they are drawn at random.
        cells: rows times columns that are kept: wide tables keep fewer rows.
        table_mb: that one visitor's tables take in memory.
        work: rows x columns tried at a split x trees of one fit.
        refit_work: the same, for all refits of one answer together.
        forest_mb: all trees of one forest in memory, at the most that they can grow to.
    """

    rows: int
    cells: int
    table_mb: int
    work: int
    refit_work: int
    forest_mb: int


HERE = Caps(
    rows=limits.MAX_TABLE_SAMPLE_ROWS,
    cells=limits.MAX_TABLE_CELLS,
    table_mb=limits.MAX_KEPT_TABLE_MB,
    work=limits.MAX_FOREST_WORK,
    refit_work=limits.MAX_FOREST_REFIT_WORK,
    forest_mb=limits.MAX_FOREST_MB,
)
CLUSTER = Caps(
    rows=limits.MAX_CLUSTER_TABLE_ROWS,
    cells=limits.MAX_CLUSTER_TABLE_CELLS,
    table_mb=limits.MAX_CLUSTER_TABLE_MB,
    work=limits.MAX_CLUSTER_FOREST_WORK,
    refit_work=limits.MAX_CLUSTER_REFIT_WORK,
    forest_mb=limits.MAX_CLUSTER_FOREST_MB,
)


def current_caps() -> Caps:
    """Give the caps of whoever would do the work now."""
    return CLUSTER if has_cluster() else HERE

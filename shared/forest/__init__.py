"""Decision trees and random forests (lessons 5 and 6): from a table to why a prediction is what it is.

Reading a table, in this order:
`tables`: begin here. Titanic and Ames housing, of `shared.datasets`.
`own_table`: any CSV of a visitor, as `shared.tables` reads it, in as many rows as the machine takes.
`remarks`: IDs, constants, and columns that give the target away.
`target`, `choose`, `recipe`: the visitor's choice becomes numbers, and so does a what-if row later.
`encoded`: those numbers, and what each column means. Everything below starts from here.
`curves_csv`, `scored`: tables to take away. `take_away`, `notebook`: the forest, and a notebook that fits it
again (`plain_reading` has pandas read cells as we do).

One split, one tree, a forest:
`impurity`, `splits`: Gini, entropy and the lesson's score; the best split of each column; OneR.
`grow`, `greedy`: a tree grown by hand, and scikit-learn's beside it.
`fit`, `curve`: a forest, and its error as trees are added, out-of-bag error among them.
`lottery`: OneR, a small tree and a forest over many random splits.

What a forest says:
`flat`: its trees as flat arrays, which `kernels` walks, compiled (`compiled`) or until then not (`plain`).
`grids`, `partial_dependence`, `ice`, `ale`: how the answer changes with a column, exactly.
`permutation`, `contributions`: what shuffling a column costs; a prediction taken apart.
`importances`, `redundancy`: which columns matter, and which say the same thing.
`domain`: rows that are not like the training rows.
`explorer`, `store`: all of this for one forest, worked out once; and the forests of visitors.
`cluster`, `caps`: a Dask cluster fits them, where one is named, and more is accepted then.

    from shared.forest.tables import load_table
    from shared.forest.choose import choose
    encoded = choose(load_table("titanic"), target="Survived").encoded
    encoded.X.shape, encoded.classes  # ((891, 8), ("0", "1"))
"""

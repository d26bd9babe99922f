"""Embeddings of a table's categories, learned by fastai, as pictures and as columns for a forest.

- `model`: one column's embedding: vectors, nearest categories, the map; and the bundled ones.
- `learn`: fastai's `tabular_learner` on the houses of Ames. Imports fastai, so only training imports it.
- `train`: the command that learns the bundled ones and measures what a forest gains by them.
"""

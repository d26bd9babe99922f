"""Embeddings of a table's categories, learned by fastai, as pictures and as columns for a forest.

- `model`: one column's embedding: vectors, nearest categories, the map; and the bundled ones.
- `train`: the command that learns those of Ames by fastai, and measures what a forest gains by them.
"""

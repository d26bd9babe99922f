"""The tabs of `apps/models.py`, one a file: the module that draws it lies beside it."""

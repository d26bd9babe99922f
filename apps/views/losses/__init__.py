"""The tabs of `apps/losses.py`, one a file: the template or the module that draws it lies beside it."""

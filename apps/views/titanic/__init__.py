"""The tabs of `apps/titanic.py`, one a file: the template or the module that draws it lies beside it."""

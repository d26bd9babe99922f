"""The tests mirror the tree: tests/shared/..., tests/apps/..., tests/spaces/..., tests/browser/...

This file makes `tests` a package, because one of the data packages installs a `tests` package of its own.
"""

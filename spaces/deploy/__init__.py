"""From a folder of this project to a public Space: what `spaces/push.py` does, a step a module."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # of the project

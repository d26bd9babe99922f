"""From a folder of this project to a public Space: what `spaces/push.py` does, a step a module."""

"""Which image model to fine-tune, as lessons 3 and 6 ask it: timm's published figures, and a clock.

- `table`: one row for each pretrained model and image size: accuracies, robustness, speed on five machines.
- `refresh`: makes that table anew from timm's own files, by one command.
- `rank`: filters, the Pareto front, recommendations with their reasons, and the course's fine-tuning score.
- `measure`: one architecture timed here, for the page in a process of its own (`measure_worker`).
- `memory`: what a training step takes of memory, counted and measured (`memory_worker`).
- `notebook`: the screen as a notebook, with its rows.

`rank.js` and `memory.js` hold the same formulas for the page; a test holds them together.
"""

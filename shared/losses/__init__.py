"""Losses and gradient accumulation, as lesson 7 has them: formulas with their gradients, a step retraced.

- `entropy`: cross-entropy of softmax and of sigmoid, with temperature, label smoothing and class weights.
- `torch_forms`: the same number by PyTorch's classes and functions, run in a process of its own.
- `net`: a small net with LayerNorm or BatchNorm, its gradients, SGD and Adam, in NumPy.
- `accumulate`: one batch of 64 against many micro-batches, the right loop and the published one.
- `notebook`: all of it in PyTorch, with the visitor's own numbers.

`maths.js` holds the formulas of `entropy` for the page; a test holds the two together. What a training step
takes of memory is in `shared.image_models.memory`, for it is about networks for photos.
"""

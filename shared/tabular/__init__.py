"""A neural net for a table, from scratch: lesson 5 of Practical Deep Learning for Coders, with every figure.

- `passengers`: the 891 rows as arrays, and the lesson's split of them.
- `steps`: from rows to numbers, each step a switch: fill, log, dummies, scale.
- `draws`: PyTorch's random numbers without PyTorch, so that a seed means here what it means in the lesson.
- `net`: linear, one hidden layer, deep; many nets at once, their gradients by hand.
- `train`: one run, epoch by epoch; `notebook` gives it away in PyTorch.
- `failures`: the deep net from a hundred seeds at once, and what keeps it from failing.
- `fastai_worker`: the same table in fastai, in a process of its own, which `train_fastai` works in.
- `compare`: constant, rule, linear, nets, forest on the same splits, and of one person.
- `own`: a visitor's own table with a two-valued target, prepared in the same way.
- `features`: columns that people build by hand, two of them also as published: broken.
- `ablation`: each step off and each feature on in turn, paired over splits.
- `plots`: draws all of them.

`maths.js` holds the steps and the linear model for the page; a test holds the two together.
"""

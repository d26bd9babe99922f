"""Matrix multiplication, as lessons 3, 5 and 7 use it: every formula with its shapes, and a clock beside it.

- `products`: one product step by step, the sizes that must agree, and the gradient that comes back.
- `shapes`: broadcasting, with the copies that nobody makes.
- `lookup`: a one-hot row times a matrix is a row of it; the multiplications that saves.
- `hidden`: a Titanic passenger through the lesson's layer of 20 hidden units, with the trained weights.
- `timing`: the same product by plain loops, numpy and torch, timed here, for the page in a process of its own
  (`timing_worker`); `timing_plots` draws it.
- `notebook`: all of it in a notebook, with the visitor's own numbers.

`maths.js` holds the same formulas for the page; a test holds the two together.
"""

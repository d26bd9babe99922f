"""Curves through points (lesson 3): a quadratic and a sum of ReLUs, fitted by gradient descent.

`quadratic`, `relus`: begin here. The two models, their losses, and gradients worked out by hand.
`data`: the lesson's points, and others whose true curve is known.
`points`: points and numbers that come in are checked, and brought to a size that gradient descent can use.
`points_file`: points from a CSV file or a pasted table; `points_text`, `points_dates`: written for people.
`race`: the visitor's sliders against four ways to fit a quadratic.
`fit`, `descent`: fit sums of ReLUs, many seeds at once.
`lesson_loop`: the same fit as the lesson writes it, in PyTorch; no app imports it.
`notebook`: a notebook that reproduces the page.
`sweep`: how the errors change with the number of ReLUs, up to overfitting.

`curves.js` holds the same formulas for the browser.

    from shared.curves.data import make_points
    from shared.curves.quadratic import descend
    x, y = make_points()
    descend([1.1, 1.1, 1.1], x, y, n_steps=1000).losses[-1]  # 0.99
"""

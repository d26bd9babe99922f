"""What stands under each tab: "What is happening here?", and the step of the lesson that is corrected.

Every figure is of the lesson's own 20 points; tests/apps/views/relu/test_words.py computes them again.

    with explain(text=words.HAND): ...
    errata(**words.ERRATA_ZERO)
"""

HAND = """
**The points** are the lesson's own: 20 points of the quadratic 3x² + 2x + 1, with noise. You know neither the
3 nor the 2 nor the 1, only the points. Fitting means: find the **parameters** a, b and c for which
ax² + bx + c comes close to them.

**The loss** says in one number how far off the curve is. Each dotted line is the error at one point.

- **MAE**, the mean absolute error: the mean length of these lines, in units of y. The lesson takes this one.
- **MSE**, the mean squared error: each length is squared first. So a few large errors weigh most.

**The race** gives the same points to four methods. The first three start from a = b = c = 1.1:

- *Coordinate descent* sets one parameter to its best value, then the next, and round again. That is what you
  do with the sliders. With the MAE it gets stuck at 0.992: no slider alone helps any more, two together
  would.
- *Gradient descent* moves all three at once, each a little, along its own slope. It takes 1,000 steps with a
  learning rate of 0.01.
- *Gradients never zeroed* is the same with the mistake of the published notebook: see **Machine**.
- The *exact optimum* is computed directly. No quadratic has a smaller loss: 0.986.

**Is the smallest loss the truth?** No. The true parameters 3, 2 and 1 have an MAE of 1.477 on these points.
The optimum is lower because it also follows the noise.

**Things to try**

- Set a, then b, then c to the value with the smallest loss. Then go round once more: does a still stand
  right?
- Get below 0.990. It can be done with these sliders.
- Set 3, 2 and 1. Would you have taken this curve for the best?
- Switch to the MSE. Which points pull harder now?

This is [lesson 3](https://course.fast.ai/Lessons/lesson3.html).
"""

MACHINE = """
**The gradient** is one slope for each parameter: how fast the loss rises when this parameter rises. At the
start it is -1.353 for a, -0.032 for b and -0.500 for c. All three are negative, so all three should go up,
and a matters most.

**One step** is `parameter -= learning_rate * slope`, for all parameters at once. With a learning rate of
0.01, a goes from 1.1 to 1.1135, and the MAE from 2.42 to 2.40. Then the slopes are worked out anew.

**The learning rate** says how long the steps are. Too small, and it takes for ever. Too large, and each step
jumps over the bottom of the valley. With the MSE, 0.2 goes well here. With 0.24 each step lands higher than
the one before, and the loss grows without end: the run *diverges*.

**The MAE dances.** Its gradient counts which points lie above the curve and which below. How far away they
are does not matter. So near the minimum the steps do not shrink to nothing, and the curve goes to and fro.
With a learning rate of 0.01 you hardly see it. With 1, the loss jumps between 1.00 and 1.72. A *learning rate
schedule* makes the steps shorter with time.

**Zero the gradients.** PyTorch adds each new gradient to what is in `grad`. Without `zero_()` a step follows
the sum of all slopes so far. It is quick at first. Then it runs past the minimum, far up the other side, and
back again.

**The loss surface** shows the loss for many values of two parameters, while the third one is held still. The
line on it is the path of the steps.

**Things to try**

- Hide the arrows and guess which way a parameter goes next. Do some turn round on the way?
- Play 100 steps with a learning rate of 0.001, 0.01 and 0.1. Which one arrives?
- Choose the MSE in **By hand**, and raise the learning rate until the run diverges. Where is the limit?
- Do not zero the gradients. Where does the path on the surface go after the minimum?

This is [lesson 3](https://course.fast.ai/Lessons/lesson3.html).
"""

UNITS = """
**One unit** is `w * relu(m*x + b)`. The ReLU replaces negative numbers by 0. So the unit is level on one side
and a slope on the other. It switches where `m*x + b` is 0: at x = -b/m, its **knot**. m says how steep it is
and to which side it opens, b moves the knot, and w scales the whole and can turn it upside down.

**The network** is the sum of all units and a constant c. Each knot bends the line once. So k units make at
most k + 1 straight pieces. With enough of them you can follow any curve as closely as you like. That is the
idea of lesson 3: a neural net adds up simple pieces, and gradient descent places them.

**A dead unit** is 0 at every point: its knot lies beyond all of them, and it opens away from them. Then its
gradient is 0 as well, and no step can bring it back. A *leaky ReLU* keeps a small slope there. *Sigmoid* and
*tanh* bend softly. Their units are never quite dead, but those that lie far from all points hardly learn.

**Two errors.** The *training error* is measured on the points, noise and all. The *error to the true curve*
is measured against the curve behind them. In real life nobody knows that one. More units lower the training
error nearly always. The error to the true curve stops falling, or rises again: the new units follow the
noise. That is **overfitting**.

**Seeds.** Each seed starts with other random numbers. With few units, much depends on that: a unit may start
dead, or on the wrong side. So look at many seeds. Of 20 fits with two units, the best ends with a training
error of 0.94 after 3,000 steps. The average one ends near 2.

**Things to try**

- Two units, opening to the left and to the right: can you place them so that the sum is a V?
- Move b until a unit is dead, and fit from your units: once with ReLU, once with leaky ReLU.
- Fit 2 units, then 20, then 100. Watch both errors.
- Turn the noise to 0. Do 100 units still overfit?
- Choose the sine wave in **Points**. Can two units go down, up and down again? Can three?

This is [lesson 3](https://course.fast.ai/Lessons/lesson3.html).
"""

POINTS = """
**All tabs fit the points that you see here.** Choose a preset, click to add a point, or drag one to move it.
Or bring your own: paste them or upload a CSV, one point a row, x first, then y.

**The presets** are true curves with noise. *Step* and *absolute value* have corners, which suit ReLUs. The
*sine wave* is round. *Only noise* is a test: the true curve is flat, so whatever the units find is not there.

**An outlier** is a point far from all the others: a slip of the pen, a broken sensor. The two losses treat it
differently. The MSE squares its error, so the curve turns towards it. For the MAE it is one more point above
the curve. Lift the lesson's first point by 10 and the best curve by the MAE stays exactly where it is. By the
MSE, a goes from 2.76 to 3.49.

**The true curve of your own points** is known to nobody. So the errors of a fit say less: a small training
error may be learned noise. Instead, some points are held out in turn and predicted by a fit of the others.
This is *cross-validation*.

**Large numbers** and dates are scaled before a fit, so that the same learning rate suits all points. Axes and
losses stay in your own numbers.

**The link** in the address bar holds your points and settings. Send it, and others see the same screen. The
**notebook** computes it again, step by step.

**Things to try**

- Drag one point far up. Which best curve goes after it: the one by the MAE, or the one by the MSE?
- Choose *Only noise* and fit 50 units in **ReLUs**. How small does the training error get?
- Draw a letter. How many units does it take? And why can a sum of ReLUs not draw an O?
- Paste two points and no more. How many quadratics go through both?

This is [lesson 3](https://course.fast.ai/Lessons/lesson3.html).
"""

# Keyword arguments of `shared.ui.page.errata`. The notebook takes one step before its loop, so the losses
# that the loop prints are those after 1 to 10 steps.
ERRATA_ZERO = {
    "published": (
        "`loss.backward()`, then `abc -= abc.grad*0.01`, again and again. Loss after 1 to 10 steps: 2.40 "
        "2.36 2.30 2.21 2.11 1.98 1.85 1.72 1.58 1.46. After 50: 2.37. After 100: 2.31. After 1,000: 1.97."
    ),
    "corrected": (
        "The same, then `abc.grad.zero_()`. Loss after 1 to 10 steps: 2.40 2.38 2.36 2.34 2.32 2.30 2.28 "
        "2.26 2.23 2.21. After 50: 1.57. After 100: 1.21. After 1,000: 0.99."
    ),
    "why": (
        "PyTorch adds each gradient to those before. So the steps grow and run past the minimum. The "
        "notebook explains the rise by the learning rate, which should shrink. But with `zero_()` and the "
        "same learning rate, the loss falls to 0.99 and stays there."
    ),
    "source": "in lesson 3, How does a neural net really work?",
}

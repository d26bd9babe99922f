"""*Quiz* on lesson 3: what the curve fitter's tabs have shown, asked.

Every figure is of the lesson's own 20 points; tests/apps/views/relu/test_quiz.py computes them again.

with gr.Tab("Quiz"):
    build_quiz()
"""

from shared.ui.page import try_this
from shared.ui.quiz import Choice, Question, quiz


def build_quiz() -> None:
    """Lay out the tab, inside whatever block is open."""
    try_this("Choose an answer, then read why each one is right or wrong.")
    quiz(QUESTIONS, key="relu")


QUESTIONS = (
    Question(
        "With a, b and c at 1.1, the MAE is 2.42 and the MSE is 10.14. Why is the MSE so much larger?",
        (
            Choice(
                "The curve fits worse under the MSE.",
                right=False,
                why="It is the same curve on the same points. The MAE is in units of y, the MSE in their "
                "squares. So the two sizes cannot be compared.",
            ),
            Choice(
                "The MSE adds up all errors. The MAE also divides by the number of points.",
                right=False,
                why="Both are means over the 20 points: of the errors' sizes, or of their squares.",
            ),
            Choice(
                "The MSE squares each error, so a few large ones weigh most.",
                right=True,
                why="The largest error here is 8.57, at the left end. Its square makes up 36 % of the sum of "
                "all 20. In the MAE its share is 18 %.",
            ),
            Choice(
                "The MSE counts only the points above the curve.",
                right=False,
                why="Both losses count every point, whether it lies above or below the curve.",
            ),
        ),
        see="Switch the loss in *By hand*. Then drag one point far up in *Points*: which best curve follows?",
    ),
    Question(
        "At the start, the gradient of the MAE is -1.35 for a, -0.03 for b and -0.50 for c. What does one "
        "step of gradient descent do?",
        (
            Choice(
                "It raises all three, and a by the most.",
                right=True,
                why="A negative slope means: more of this parameter, less loss. With a learning rate of "
                "0.01, a goes from 1.1 to 1.1135.",
            ),
            Choice(
                "It lowers all three, and a by the most.",
                right=False,
                why="That is uphill. The gradient says how the loss rises; the step goes the other way.",
            ),
            Choice(
                "It changes only a, since the loss is steepest there.",
                right=False,
                why="All three move at once, each by its own slope. One at a time is coordinate descent.",
            ),
            Choice(
                "It sets a, b and c to the values with the smallest loss.",
                right=False,
                why="A slope says which way is down and how steep. It does not say how far to go.",
            ),
        ),
        see="Take one step at a time in *Machine*. The arrows are the slopes.",
    ),
    Question(
        "With the MSE and a learning rate of 0.24, the loss goes 10.1, 12.8, 16.7, 21.9. Why?",
        (
            Choice(
                "The loss must first climb over a hill. After that it will fall.",
                right=False,
                why="The MSE of a quadratic is one valley without a hill. This run never comes down.",
            ),
            Choice(
                "Each step jumps over the bottom of the valley and lands higher up on the other side.",
                right=True,
                why="Higher up the slope is steeper, so the next step is longer still. With 0.2 the loss "
                "falls: 10.1, 7.2, 5.3, 4.0.",
            ),
            Choice(
                "The sign of the gradient is wrong.",
                right=False,
                why="The direction is right: a short step that way lowers the loss. This one is too long.",
            ),
            Choice(
                "There are too few points for such a large learning rate.",
                right=False,
                why="It is a mean: taking every point twice changes nothing. What counts is the steepness.",
            ),
        ),
        see="Find the limit in *Machine*: raise the learning rate, with the MSE.",
    ),
    Question(
        "The published loop never calls `zero_()`. After 10 steps its loss is 1.46; with `zero_()` it is "
        "2.21. Is it better without?",
        (
            Choice(
                "Yes. Longer steps are free speed.",
                right=False,
                why="Only at first. After 50 steps it is back at 2.37, with `zero_()` at 1.57 and falling.",
            ),
            Choice(
                "No. Without `zero_()` the gradient stays zero, and nothing moves.",
                right=False,
                why="It moves, and too far. After `zero_()`, `grad` holds the newest gradient only.",
            ),
            Choice(
                "It makes no difference. Both end at the same loss.",
                right=False,
                why="After 1,000 steps the loss is 0.99 with `zero_()`. Without, it still swings up and "
                "down, and is 1.97 at that moment.",
            ),
            Choice(
                "No. PyTorch adds each gradient to those before, so the steps run past the minimum.",
                right=True,
                why="The sum goes on pointing the old way when the slope has long turned. After 50 steps the "
                "loss is 2.37, against 1.57 with `zero_()`.",
            ),
        ),
        see="*Machine* shows both runs: zero the gradients, yes or no.",
    ),
    Question(
        "With the MAE and a learning rate of 1, the loss jumps between 1.00 and 1.72, even after 900 steps. "
        "Why does it not settle?",
        (
            Choice(
                "There are several minima, and it cannot decide.",
                right=False,
                why="For a quadratic, the MAE is one valley. The steps go to and fro across its bottom.",
            ),
            Choice(
                "Near the minimum the gradient of the MAE does not shrink to zero, so the steps stay long.",
                right=True,
                why="Each point pushes just as hard, however small its error. A smaller learning rate means "
                "a smaller dance: with 0.01 the loss ends at 0.99.",
            ),
            Choice(
                "It was stopped too early. More steps would bring it to rest.",
                right=False,
                why="After 10,000 steps it still jumps as far. A learning rate that shrinks would end it.",
            ),
            Choice(
                "The noise in the points is another one at each step.",
                right=False,
                why="The 20 points stay as they are, and every step uses all of them.",
            ),
        ),
        see="Watch it in *Machine*: raise the learning rate and play.",
    ),
    Question(
        "One unit is `w * relu(m*x + b)`. What can it draw, together with the constant c?",
        (
            Choice(
                "Any line with one bend.",
                right=False,
                why="One side of the bend is always level. A slope on both sides takes a second unit.",
            ),
            Choice(
                "Any straight line, and nothing else.",
                right=False,
                why="That is what `m*x + b` alone would draw. Without the ReLU, a thousand units would still "
                "add up to one straight line.",
            ),
            Choice(
                "A smooth curve, such as a parabola.",
                right=False,
                why="Its pieces are straight. Many short ones can look smooth, but they take many units.",
            ),
            Choice(
                "A line that is level on one side of x = -b/m and sloped on the other.",
                right=True,
                why="Where `m*x + b` is negative, the ReLU gives 0. The place where it switches is its knot.",
            ),
        ),
        see="Move m and b of one unit in *ReLUs*, and watch its knot.",
    ),
    Question(
        "You add three ReLU units and a constant. How many straight pieces can the sum have at most?",
        (
            Choice(
                "Three.",
                right=False,
                why="A single unit already has two pieces: the level one and the slope.",
            ),
            Choice(
                "Four.",
                right=True,
                why="Each knot bends the line once. Three bends make four pieces.",
            ),
            Choice(
                "Six.",
                right=False,
                why="Each unit has two pieces, but they overlap. Only a knot begins a new piece of the sum.",
            ),
            Choice(
                "As many as you like.",
                right=False,
                why="More pieces need more knots, and so more units. Very many can follow any curve.",
            ),
        ),
        see="*ReLUs* draws each unit thin, their sum thick, and marks the knots.",
    ),
    Question(
        "The points go from x = -2 to x = 2. A ReLU unit has m = 1 and b = -3. What does training do to it?",
        (
            Choice(
                "Nothing. The unit is 0 at every point, and so is its gradient.",
                right=True,
                why="Its knot is at x = 3, to the right of all points. Such a unit is *dead*. A leaky ReLU "
                "keeps a small slope there and can come back.",
            ),
            Choice(
                "It moves the knot towards the points, where the unit can help.",
                right=False,
                why="Gradient descent feels only slopes. Here a small change of m or b changes nothing.",
            ),
            Choice(
                "It turns the unit into a straight line over all points.",
                right=False,
                why="With b = 3 it would be one: its knot is then at -3, and it is on at every point.",
            ),
            Choice(
                "It takes the unit out, because it does not help.",
                right=False,
                why="Nobody takes it out. It stays, costs time and draws nothing.",
            ),
        ),
        see="*ReLUs* names the units that are dead.",
    ),
    Question(
        "The points are 3x² + 2x + 1 plus noise. This true curve has an MAE of 1.48, the best quadratic "
        "0.99. How can that one beat the truth?",
        (
            Choice(
                "The best quadratic was only found approximately.",
                right=False,
                why="It is exact: no quadratic has a smaller MAE on these points.",
            ),
            Choice(
                "The true curve is not a quadratic.",
                right=False,
                why="It is one, with a = 3, b = 2 and c = 1.",
            ),
            Choice(
                "It is bent towards the noise of these 20 points.",
                right=True,
                why="It was chosen on them, the true curve was not. With fresh noise the truth wins: about "
                "1.44 against 1.74 on average. So a training error alone misleads.",
            ),
            Choice(
                "The two errors were computed on different points.",
                right=False,
                why="Both are on the same 20 points. That helps the one that was chosen on them.",
            ),
        ),
        see="Set the sliders to 3, 2 and 1 in *By hand*, and read the loss.",
    ),
    Question(
        "The best of 20 fits with two units has a training error of 0.94. With twenty units it is below 0.8. "
        "Which lies nearer to the true curve?",
        (
            Choice(
                "The one with twenty. A smaller error is a smaller error.",
                right=False,
                why="The training error cannot tell a better curve from learned noise.",
            ),
            Choice(
                "Both the same, because they saw the same points.",
                right=False,
                why="Twenty units have enough knots to bend towards single points. Two do not.",
            ),
            Choice(
                "The one with two. The other mostly follows the noise.",
                right=True,
                why="After 3,000 steps, two units are less than 1.0 away from the true curve on average, "
                "twenty are further off. This is overfitting.",
            ),
            Choice(
                "The one with twenty, if only it is trained for long enough.",
                right=False,
                why="Longer training lowers the training error, by following the noise more closely.",
            ),
        ),
        see="*ReLUs* plots both errors against the number of units.",
    ),
)

"""*Quiz* on lessons 5 and 6: what the forest explorer's tabs have shown, asked.

with gr.Tab("Quiz"):
    build_quiz()
"""

from shared.ui.page import try_this
from shared.ui.quiz import Choice, Question, quiz


def build_quiz() -> None:
    """Lay out the tab, inside whatever block is open."""
    try_this("Choose an answer, then read why each one is right or wrong.")
    quiz(QUESTIONS, key="forest")


QUESTIONS = (
    Question(
        "The Gini impurity of the 314 women on the Titanic is 0.38. What does this number say?",
        (
            Choice(
                "Draw a woman twice, putting her back: both times the same outcome has a chance of 0.38.",
                right=False,
                why="The lesson says it this way, and it is the wrong way round. The same outcome twice has "
                "a chance of 0.62.",
            ),
            Choice(
                "Of all the women in the table, 38 % died.",
                right=False,
                why="81 of the 314 women died, which is 26 %. Gini is worked out from this share, but it is "
                "not the share.",
            ),
            Choice(
                "Draw a woman twice, putting her back: the two outcomes differ with a chance of 0.38.",
                right=True,
                why="That is the formula: 1 minus the sum of the squared shares. If all had survived it "
                "would be 0, because two draws could not differ.",
            ),
            Choice(
                "Asking whether somebody is a woman removes 38 % of all errors that a model would make.",
                right=False,
                why="Gini describes one group, before anything is predicted. How good a split is, is seen by "
                "comparing the groups after it with the whole.",
            ),
        ),
        see="The tab *One split* shows Gini, entropy and the lesson's score side by side.",
    ),
    Question(
        "OneR predicts with the best single split and nothing else. What is it good for?",
        (
            Choice(
                "It is the baseline: a larger model must beat it to be worth its trouble.",
                right=True,
                why="In the lesson, sex alone is wrong on 21.5 % of the validation rows. A forest that does "
                "not clearly beat this has learned little more.",
            ),
            Choice(
                "It finds the column that a forest should learn from, so that the others can be removed.",
                right=False,
                why="A column that splits badly alone can help after another split. Removing the others "
                "would throw that away.",
            ),
            Choice(
                "It is a first draft of the tree: the forest copies it and adds splits below it.",
                right=False,
                why="A forest does not begin with OneR. Each tree looks for its own splits, on its own draw "
                "of the rows.",
            ),
            Choice(
                "It cannot overfit, so its error on the training rows is its real error.",
                right=False,
                why="It chose the best of many columns and thresholds on those rows, so it flatters itself "
                "too, if only a little.",
            ),
        ),
        see="Compare it in *One split*, then with a tree of yours in *Grow a tree*.",
    ),
    Question(
        "What is the out-of-bag error of a forest?",
        (
            Choice(
                "The error on rows that were set aside before any tree was grown.",
                right=False,
                why="Those are validation rows. The out-of-bag error needs no rows set aside.",
            ),
            Choice(
                "The error of the forest on the rows whose target is missing.",
                right=False,
                why="Without a target there is no error to measure. Such rows are left out.",
            ),
            Choice(
                "The error of the worst tree, as a warning of how bad a single tree can be.",
                right=False,
                why="It is about the forest. No tree is singled out.",
            ),
            Choice(
                "The error on training rows, each predicted only by the trees that did not draw it.",
                right=True,
                why="A tree draws as many rows as there are, with replacement, and so misses about 37 % of "
                "them. For those rows it is an honest judge.",
            ),
        ),
        see="In *Forest*, it is drawn beside the training and the validation error.",
    ),
    Question(
        "Every tree of a forest errs. Why is the mean of many trees better than most of the single ones?",
        (
            Choice(
                "The later trees are grown on the errors of the earlier ones, so the errors shrink.",
                right=False,
                why="That is boosting. The trees of a random forest know nothing of each other.",
            ),
            Choice(
                "They err on different rows in different ways, so part of the errors cancels in the mean.",
                right=True,
                why="That is bagging. Other rows for each tree, and other columns at each split, keep the "
                "trees different enough for it.",
            ),
            Choice(
                "The mean is taken over the best trees only. The others have no vote.",
                right=False,
                why="All trees count the same. Choosing the best by their training error would choose the "
                "ones that overfit most.",
            ),
            Choice(
                "A forest of 100 trees has seen 100 times as many rows as one tree.",
                right=False,
                why="All trees draw from the same rows. There is no more data, only more ways to look at it.",
            ),
        ),
        see="In *Forest*, watch the error fall as trees are added, and then level off.",
    ),
    Question(
        "The forest gives a column an importance of 0.04. How do you find out whether it matters at all?",
        (
            Choice(
                "It matters. A column without any information would get exactly 0.",
                right=False,
                why="Trees find something in everything. Even random numbers get a part of the splits, and "
                "so an importance above 0.",
            ),
            Choice(
                "It does not. Importances below 0.05 are not significant.",
                right=False,
                why="There is no such limit. The shares of all columns add up to 1, so with 73 columns most "
                "are small.",
            ),
            Choice(
                "Add a column of random numbers, fit several forests, and see whether it clearly beats that.",
                right=True,
                why="The random column is the yardstick. Several forests give the interval, because one "
                "forest alone may favour a column by chance.",
            ),
            Choice(
                "Look at one tree of the forest: if it uses the column, the column matters.",
                right=False,
                why="A single tree may use a column by chance. The published notebook plots one tree's "
                "importances instead of the forest's, and they differ a lot.",
            ),
        ),
        see="The tab *Which matter* greys the columns that do not beat the noise.",
    ),
    Question(
        "How does a partial dependence curve get its height at age 40?",
        (
            Choice(
                "Set the age to 40 in every row, leave the rest as it is, and take the mean prediction.",
                right=True,
                why="So all else stays equal. Some of these rows may be people who cannot exist, and there "
                "the curve proves little.",
            ),
            Choice(
                "Take the mean of the target over the rows where the age is about 40.",
                right=False,
                why="Those people differ in more than age, in fare and class for example. This mean mixes "
                "it all together.",
            ),
            Choice(
                "Fit another forest on the age alone, and ask it for its prediction at 40.",
                right=False,
                why="No forest is fitted anew. The curve explains the forest that you have, with all its "
                "columns.",
            ),
            Choice(
                "Set every other column to its mean, the age to 40, and take the one prediction.",
                right=False,
                why="A row of means is nobody, and half a woman is not even a row. The curve asks every real "
                "row and takes the mean afterwards.",
            ),
        ),
        see="*Partial dependence* draws the curve and its evidence; *Why* takes one prediction apart.",
    ),
    Question(
        "All houses in the training table were built by 2010. What does a forest say of one built in 2030?",
        (
            Choice(
                "It goes on with the trend of the last years before 2010.",
                right=False,
                why="A line would. A tree has no slope to go on with, only questions and leaves.",
            ),
            Choice(
                "It gives no answer, because no row of the training table has such a year.",
                right=False,
                why="It answers without hesitation. Every row ends in some leaf, however strange it is.",
            ),
            Choice(
                "It falls back on the mean price of all houses, because the year is unknown to it.",
                right=False,
                why="The year leads to the leaf of the newest houses. That leaf has its own mean, not that "
                "of all houses.",
            ),
            Choice(
                "It says the same as for 2010, all else being equal.",
                right=True,
                why="Every threshold lies inside the training range. Beyond it, all questions get the same "
                "answers, so the curve is flat.",
            ),
        ),
        see="The tab *Beyond* draws this flat line, and tells which rows are unlike the training rows.",
    ),
    Question(
        "A small tree is right on 82.6 % of 178 rows, OneR on 79.2 % of the same rows. Which one is better?",
        (
            Choice(
                "The tree. It is right on six rows more, and rows do not lie.",
                right=False,
                why="On other rows it may be six fewer. The question is what holds for all passengers.",
            ),
            Choice(
                "These rows cannot tell: each of the two numbers may be off by about 6 points.",
                right=True,
                why="With 178 rows the 95 % intervals are 5.6 and 6.0 points to either side. A difference of "
                "3.4 points is well within what chance does.",
            ),
            Choice(
                "OneR. When two models are this close, the simpler one has the smaller real error.",
                right=False,
                why="A good habit, but no proof. Being simple does not make an error small.",
            ),
            Choice(
                "The tree, once both have been fitted again with another seed and it wins again.",
                right=False,
                why="Two draws are hardly more than one. Many random splits show how often each wins.",
            ),
        ),
        see="The split lottery in *Forest* compares them over many random splits.",
    ),
)

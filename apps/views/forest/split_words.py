"""What *One split* says: the corrected step, and the explanation under the tab."""

ERRATUM = {
    "source": "Lesson 6, notes and lecture",
    "published": "Gini is how likely it is that you pick the same item twice in a row.",
    "corrected": "Gini, 1 − p² − (1 − p)², is the chance that two draws *differ* (the first is put back).",
    "why": (
        "A pure group has Gini 0: two draws never differ, and always agree. On the Titanic 233 of 314 women "
        "lived: Gini 0.3828, and the chance to pick the same twice is 0.6172. Of 577 men 109 lived: 0.3064."
    ),
}

MACHINE = (
    "A machine tries every threshold of every column. *OneR* keeps the single best split and stops. "
    "Any model you build later should beat it."
)

EXPLANATION = """
A **binary split** asks one question: is the value at or below a **threshold**? Rows that answer yes go left,
the others right. A good split makes two groups whose targets are alike inside each group.

**The score** is the lesson's. Take the *standard deviation* of the target on each side, which is small when
the rows are alike. Multiply each by its number of rows, add the two, divide by all rows. Lower is better. The
dashed line shows the score without a split.

**Gini** and **entropy** measure the same thing for classes. Gini is the chance that two rows drawn from the
group differ. Entropy counts the yes-no questions you need to learn a row's class. All are 0 for a pure group.
With three or more classes a standard deviation means nothing, so Gini is the score there.

**OneR** is the best single split used as a model (Holte, 1993). It is a *baseline*: its error tells how much
a larger model has to win. The brackets hold the 95 % interval over validation rows. Those rows were kept out
of training.

A **category** has codes in the order of its levels. A split puts the first levels left, the others right.
Missing categories have the code −1, so they go left. A column called *is missing* is 1 where the table had no
value.

**Things to try**

- Titanic, *Sex*: there is one threshold only. What does it say?
- *Age*: the best threshold is low. Who is on the left side?
- Choose a column at the end of the table. How flat is its curve?

[Lesson 6](https://course.fast.ai/Lessons/lesson6.html) hunts for splits in *How random forests really work*.
"""

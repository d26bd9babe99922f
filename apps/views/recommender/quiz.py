"""*Quiz* on lesson 7: what the recommender's tabs have shown, asked.

with gr.Tab("Quiz"):
    build_quiz()
"""

from shared.ui.page import try_this
from shared.ui.quiz import Choice, Question, quiz


def build_quiz() -> None:
    """Lay out the tab, inside whatever block is open."""
    try_this("Choose an answer, then read why each one is right or wrong.")
    quiz(QUESTIONS, key="recommender")


QUESTIONS = (
    Question(
        "Each film has five numbers, its latent factors. Where do they come from?",
        (
            Choice(
                "People watched the films and wrote the numbers down.",
                right=False,
                why="Nobody wrote them. The lesson begins with numbers made up by hand, only to show what "
                "they do.",
            ),
            Choice(
                "They start at random and change until the predicted stars come close to the real ones.",
                right=True,
                why="They are parameters, and training changes them until the error is small. What a factor "
                "means, if anything, we can only find out afterwards.",
            ),
            Choice(
                "Each one stands for a genre, in the order of the alphabet.",
                right=False,
                why="A factor may turn out to follow a genre, but no factor is told which one. Many follow "
                "nothing that has a name.",
            ),
            Choice(
                "They count how many people gave one, two, three, four and five stars.",
                right=False,
                why="Such counts say how popular a film is, not what kind of film it is. Factors are "
                "learned, not counted.",
            ),
        ),
        see="The tab *Film map* draws the factors and looks for names for its axes.",
    ),
    Question(
        "An embedding layer has one row for each film. What does it compute?",
        (
            Choice(
                "It compares the film with every row and gives back the most similar one.",
                right=False,
                why="Nothing is compared. The film's number says which row to take.",
            ),
            Choice(
                "It picks the film's row, which gives the same numbers as a one-hot vector times the table.",
                right=True,
                why="The zeros of the one-hot vector wipe out every other row. Picking the row gives the "
                "same result without multiplying.",
            ),
            Choice(
                "It multiplies the film's number by every entry of the table.",
                right=False,
                why="Then film 200 would be twice as much as film 100. The number is only a name: it says "
                "which row.",
            ),
            Choice(
                "It picks the film's row. A lookup has no gradient, so the row stays as it was at the start.",
                right=False,
                why="A lookup equals a matrix product, so it has a gradient. It goes to the row that was "
                "picked.",
            ),
        ),
        see="See both ways counted in *Under the hood*, tab *Lookup*.",
    ),
    Question(
        "Why does the model give each film and each user a bias, beside the factors?",
        (
            Choice(
                "To correct the errors that users make when they rate in a hurry or in a bad mood.",
                right=False,
                why="The ratings stay as they are. The bias says what is usual for a film or a user.",
            ),
            Choice(
                "To keep the predicted stars between 0 and 5.",
                right=False,
                why="A bias can push a prediction out of the range. The scaled sigmoid keeps it inside.",
            ),
            Choice(
                "Some films are liked by nearly everybody, and some people give high stars to everything.",
                right=True,
                why="The bias holds this level. So the factors are free to say what kind of film it is and "
                "who likes it.",
            ),
            Choice(
                "To make films with few ratings count more, so that the famous films do not win every time.",
                right=False,
                why="A bias does not weigh films. With few ratings, it rests on little evidence itself.",
            ),
        ),
        see="The tab *Loved* shows the highest and the lowest film biases.",
    ),
    Question(
        "What does weight decay do while the model is trained?",
        (
            Choice(
                "It adds the sum of the squared weights, times a small number, to the loss. So weights stay "
                "small.",
                right=True,
                why="A large weight must now earn its place. That stops the model from learning single "
                "ratings by heart.",
            ),
            Choice(
                "It lowers the learning rate a little after every step, so that the model comes to rest at "
                "the end.",
                right=False,
                why="That is a learning rate schedule. Weight decay pulls on the weights, not on the step "
                "size.",
            ),
            Choice(
                "It removes the weights that are close to zero.",
                right=False,
                why="That is called pruning. Weight decay makes weights smaller, and removes none.",
            ),
            Choice(
                "It lets the model fit the training ratings more closely.",
                right=False,
                why="The opposite: the training error gets a little larger. The hope is a smaller error on "
                "ratings it has not seen.",
            ),
        ),
        see="Try it in *Under the hood*, tab *Train*: hide some ratings and change the weight decay.",
    ),
    Question(
        "Sort all films by predicted stars. Why is the top often a poor list, though the error on stars is "
        "low?",
        (
            Choice(
                "The model needs more factors. With enough of them, the sorted list is good.",
                right=False,
                why="More factors may lower the error a little. The error would still be measured on films "
                "people chose to rate.",
            ),
            Choice(
                "RMSE, the error on stars, measures the wrong way round: a high one is good.",
                right=False,
                why="A low RMSE is good. It is just an answer to another question than what you will watch.",
            ),
            Choice(
                "Nothing is wrong: the model with the lowest error always makes the best list.",
                right=False,
                why="On held-out people, the list by highest stars was far behind one that simply lists the "
                "most rated films.",
            ),
            Choice(
                "The error is measured on films that people chose to rate. The list ranks all the others "
                "too.",
                right=True,
                why="People rate films they chose to watch. The error says little about the thousands they "
                "never would, and one obscure film put too high takes a place in the list.",
            ),
        ),
        see="In *For you*, choose *Highest stars* and look how few ratings some of the films have.",
    ),
    Question(
        "You come to the app for the first time and rate three films. How can it know your taste at once?",
        (
            Choice(
                "It cannot. The whole model has to be trained again with your ratings.",
                right=False,
                why="That would work, but it is not needed. The films' factors hardly change for one more "
                "person.",
            ),
            Choice(
                "It finds the user in its data whose id is nearest to yours.",
                right=False,
                why="An id is only a name. Users with close ids have nothing in common.",
            ),
            Choice(
                "It keeps the films' factors as they are, and works out only yours from your ratings.",
                right=True,
                why="With the films fixed, your factors are the answer to a small equation. This is called "
                "folding in. With three ratings, the answer stays close to the average person, and the "
                "interval is wide.",
            ),
            Choice(
                "It gives you random factors and waits until you have rated enough films to train on.",
                right=False,
                why="Random factors would mean random advice. Without any rating, the average taste is the "
                "better start.",
            ),
        ),
        see="In *For you*, rate one film after the other and watch the uncertainty go down.",
    ),
)

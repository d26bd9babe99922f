"""*Quiz* on lessons 1, 2, 3 and 6: what the bear classifier's tabs have shown, asked.

with gr.Tab("Quiz"):
    build_quiz()
"""

from shared.ui.page import try_this
from shared.ui.quiz import Choice, Question, quiz


def build_quiz() -> None:
    """Lay out the tab, inside whatever block is open."""
    try_this("Choose an answer, then read why each one is right or wrong.")
    quiz(QUESTIONS, key="bears")


QUESTIONS = (
    Question(
        "You have downloaded 450 photos of bears. Some have the wrong label. What comes first?",
        (
            Choice(
                "Clean every photo by hand. A model that learned from wrong labels is useless.",
                right=False,
                why="A few wrong labels spoil little. Without a model, you would look at every photo with "
                "equal care.",
            ),
            Choice(
                "Train a quick model, then clean the photos it finds hardest.",
                right=True,
                why="Photos with a high loss are often wrong or odd ones. So the model shows you where to "
                "look first.",
            ),
            Choice(
                "Delete all photos that a first model gets wrong.",
                right=False,
                why="Many of them are right and just hard. Without them, the model would only look better. "
                "Look before you delete.",
            ),
            Choice(
                "Download ten times as many photos, so that the wrong labels do not matter.",
                right=False,
                why="Ten times the photos bring ten times the wrong labels, and the same share of them.",
            ),
        ),
        see="Do it in *Clean*: the grid starts with the photos of highest loss.",
    ),
    Question(
        "Training photos are flipped, turned and cut at random. What about the validation photos?",
        (
            Choice(
                "The same, or the errors on training and validation photos could not be compared.",
                right=False,
                why="Augmentation makes training photos harder. The validation error should say how well "
                "real photos are read.",
            ),
            Choice(
                "They are augmented even more, to be sure.",
                right=False,
                why="Then the error would measure the augmentation, and change from one epoch to the next "
                "by chance.",
            ),
            Choice(
                "It does not matter, since the model does not learn from them.",
                right=False,
                why="It learns nothing from them, but you do: you choose the model, and when to stop, by "
                "them.",
            ),
            Choice(
                "They are only brought to the right size, always in the same way.",
                right=True,
                why="They are the yardstick. It must be the same after every epoch, and like the photos of "
                "later visitors.",
            ),
        ),
    ),
    Question(
        "What does `RandomResizedCrop` do with a photo each time the model sees it?",
        (
            Choice(
                "It cuts out another part at random and brings it to the same size.",
                right=True,
                why="So each epoch shows the bear nearer, farther or off the middle. The model learns that "
                "it is the same bear.",
            ),
            Choice(
                "It cuts out the middle, so the edges are never seen.",
                right=False,
                why="That is a centre crop. Training with a random crop sees the edges too, only not every "
                "time.",
            ),
            Choice(
                "It squeezes the whole photo into a square.",
                right=False,
                why="That is the squish method. It keeps everything, but bears become thin or fat.",
            ),
            Choice(
                "It saves more photos on the disk, so the data set gets larger.",
                right=False,
                why="Nothing is saved. The cut is made anew, in memory, whenever the photo is needed.",
            ),
        ),
        see="Draw it again and again on your own photo in *What it sees*.",
    ),
    Question(
        "The model knows black bears, grizzlies and teddies. You show it a cat. It says: grizzly, 95 %. Why?",
        (
            Choice(
                "The cat must look much like a grizzly.",
                right=False,
                why="It only has to look less like the two others. The cat may be far from all three.",
            ),
            Choice(
                "The model was not trained long enough.",
                right=False,
                why="Longer training makes it surer of its three answers. It would still have no word for a "
                "cat.",
            ),
            Choice(
                "Softmax shares 100 % among the three classes. There is no fourth answer.",
                right=True,
                why="Softmax compares the scores with each other, so something always wins. One sigmoid for "
                "each class could say no to all three.",
            ),
            Choice(
                "95 % means that 95 % of such cats are grizzlies.",
                right=False,
                why="At best, such a number holds for photos like the training photos. There were no cats "
                "among them.",
            ),
        ),
        see="In *Which bear?*, compare softmax with sigmoid, and see when the answer is *none of these*.",
    ),
    Question(
        "What does the learning rate finder do?",
        (
            Choice(
                "It trains the model once with each of many rates, and keeps the rate that ends with the "
                "best accuracy.",
                right=False,
                why="That would take long. The finder needs one run of about a hundred batches.",
            ),
            Choice(
                "It raises the rate a little after each batch and records the loss. You take a rate where "
                "the loss falls steeply.",
                right=True,
                why="The rate grows until the loss blows up. *Valley* and *slide* are two rules for picking "
                "a point before that.",
            ),
            Choice(
                "It finds the rate at the lowest point of the curve, which is the best one.",
                right=False,
                why="At the lowest point, the loss is about to rise: the rate is already too high. Take one "
                "well to the left.",
            ),
            Choice(
                "It lowers the rate while the model is trained.",
                right=False,
                why="That is a schedule, such as `fine_tune` uses. The finder runs before the training.",
            ),
        ),
        see="*Train* draws the curve, with slide and valley marked.",
    ),
    Question(
        "Why does a few minutes' training on 480 photos do so well?",
        (
            Choice(
                "The model starts from weights that learned on a million other photos.",
                right=True,
                why="Its layers already know edges, fur and eyes. A new last layer is trained, then all "
                "layers a little. That is fine-tuning.",
            ),
            Choice(
                "Three classes are so easy that any network learns them from random weights.",
                right=False,
                why="From random weights, 480 photos are far too few for millions of parameters.",
            ),
            Choice(
                "The model has seen these very bears before.",
                right=False,
                why="It has seen other photos, of other things. What it learned there is useful for bears "
                "too.",
            ),
            Choice(
                "Augmentation turns 480 photos into millions.",
                right=False,
                why="It helps a little. But a flipped bear is still the same bear: it brings no new ones.",
            ),
        ),
        see="In *Inside*, the filters of the first layer look for edges and colours. Those are useful "
        "for any photo.",
    ),
    Question(
        "Two nearly equal photos of one bear: one is in the training set, the other in the validation set. "
        "What happens?",
        (
            Choice(
                "Nothing, since they are different files.",
                right=False,
                why="The model does not see files, it sees pixels. To the model, they are the same photo.",
            ),
            Choice(
                "The accuracy looks worse than it is, because the model is confused.",
                right=False,
                why="The second photo is easy: the answer was shown in training. The figure goes up.",
            ),
            Choice(
                "The accuracy looks better than it is.",
                right=True,
                why="The model has seen the answer in training. The second photo tests its memory, not how "
                "it reads new bears.",
            ),
            Choice(
                "Training fails, because a photo may occur only once.",
                right=False,
                why="Training does not notice. So the app looks for near-duplicates, and keeps them on one "
                "side.",
            ),
        ),
        see="*Clean* shows near-duplicates, and those across the split.",
    ),
    Question(
        "Test-time augmentation averages the predictions of several views of one photo. Is that always "
        "better?",
        (
            Choice(
                "Yes, the average of more predictions is never worse.",
                right=False,
                why="A bad view counts too: a crop may cut the bear's head off. In the lesson's own run, "
                "the small model got worse.",
            ),
            Choice(
                "No. It helps often, but measure it on held-out photos, with the uncertainty.",
                right=True,
                why="On few photos, one changed answer can look like progress. It also takes several times "
                "as long.",
            ),
            Choice(
                "No, it is cheating, because the model sees the test photo several times.",
                right=False,
                why="The label is never shown, so nothing is given away. It is fair, only slower.",
            ),
            Choice(
                "Yes, because the model is trained again on each view.",
                right=False,
                why="No weight changes. The same model looks several times, and the answers are averaged.",
            ),
        ),
        see="*Which bear?* lists the prediction of each view, and what their average changed.",
    ),
)

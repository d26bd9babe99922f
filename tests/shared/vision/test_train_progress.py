"""Events of a training, put together: the share, the curves, and a loss that goes astray."""

import pytest

from shared.vision.train_progress import RunProgress


def batch(epoch, number, of=4, loss=1.0):
    return {"kind": "batch", "epoch": epoch, "batch": number, "n_batches": of, "loss": loss}


def epoch(number, loss=0.5):
    return {"kind": "epoch", "epoch": number, "train_loss": loss, "valid_loss": loss, "error_rate": 0.1}


def whole_run(n_epochs=3):
    yield {"kind": "stage", "phrase": "Reading the photos"}
    yield {"kind": "stage", "phrase": "Looking for a learning rate", "epochs": 15.0}  # of 4 batches
    yield from (batch(0, number, 60) for number in range(1, 61))
    yield {"kind": "lr", "rates": [1e-3], "losses": [1.0], "slide": 1e-3, "valley": 1e-3, "chosen": 1e-3}
    yield {"kind": "stage", "phrase": "Training the new classifier"}
    for number in range(1, n_epochs + 1):
        yield from (batch(number, at) for at in range(1, 5))
        yield epoch(number)
    yield {"kind": "stage", "phrase": "Writing and measuring the model"}


def test_the_share_grows_and_never_goes_back():
    progress = RunProgress(n_epochs=3)
    shares = []
    for event in whole_run():
        progress = progress.take_in(event)
        shares.append(progress.share)
    assert shares == sorted(shares)
    assert 0.85 < shares[-1] < 1
    assert progress.phrase == "Writing and measuring the model"
    assert [entry["epoch"] for entry in progress.history] == [1, 2, 3]
    assert [gone_by for gone_by, _ in progress.batches] == [at / 4 for at in range(1, 13)]
    assert progress.finder["valley"] == 1e-3


def test_the_finders_batches_are_not_in_the_curve():
    progress = RunProgress(n_epochs=2).take_in(batch(0, 30, 60))
    assert progress.batches == ()
    assert progress.last_batch["batch"] == 30
    assert progress.share == pytest.approx(0.1)  # how long an epoch is beside the finder is not known


def test_a_run_that_goes_on_tells_its_epochs_again():
    progress = RunProgress(n_epochs=3)
    for event in (epoch(1, 0.9), epoch(2, 0.8), epoch(1, 0.9), epoch(2, 0.8), epoch(3, 0.7)):
        progress = progress.take_in(event)
    assert [entry["valid_loss"] for entry in progress.history] == [0.9, 0.8, 0.7]


@pytest.mark.parametrize(
    ("event", "diverged"),
    [
        (batch(1, 1, loss=float("nan")), True),
        (batch(1, 1, loss=float("inf")), True),
        (batch(1, 1, loss=1e6), True),
        (batch(1, 1, loss=4.0), False),
        (epoch(1, float("nan")), True),
        (epoch(1, 2.0), False),
    ],
)
def test_a_loss_that_goes_astray_is_noticed(event, diverged):
    assert RunProgress().take_in(event).has_diverged is diverged


def test_what_is_kept_of_an_epoch_that_was_not_finished():
    progress = RunProgress(n_epochs=2)
    for event in (batch(1, 4), epoch(1), batch(2, 1), batch(2, 2)):
        progress = progress.take_in(event)
    kept = progress.kept()
    assert (kept.share, kept.batches) == (pytest.approx(0.1 + 0.75 / 2), ((1.0, 1.0),))
    assert RunProgress(n_epochs=2).take_in(batch(1, 2)).kept().share == 0


def test_the_time_left_is_that_of_what_is_learned():
    """A batch takes a second in the finder and while only the new layer learns, two while all layers do."""
    progress, seconds, said = RunProgress(n_epochs=3, n_frozen=1, state="running"), 0.0, []
    # 60 s for the finder, 4 and 16 for the epochs, all of them 0.75 of the bar; writing is 0.15 of it.
    end = 30.0 + 80.0 + 80.0 * 0.15 / 0.75
    for event in whole_run():
        if event["kind"] == "batch":
            seconds += 2.0 if event["epoch"] > 1 else 1.0
        progress = progress.after(event, 30.0 + seconds)  # half a minute to import and to read
        if progress.seconds_left is not None and progress.phrase != "Writing and measuring the model":
            said.append((event["kind"], event.get("epoch")))
            assert progress.seconds_left == pytest.approx(end - 30.0 - seconds)
    assert ("batch", 0) in said
    assert ("batch", 3) in said

"""The model card of a trained classifier, as the Hugging Face Hub shows it.

write_card(config)                         # the text of the artifact's README.md
"""

from typing import Any

from shared.words import percent

_CARD = """\
---
license: apache-2.0
library_name: timm
pipeline_tag: image-classification
tags: [image-classification, timm, fastai, education]
---
# Classifier of photos: {classes}

`{architecture}`, fine-tuned with fastai for the classifier app of the lessons. `model.safetensors` and
`config.json` are a timm model folder; `model.onnx` gives the same logits, the pooled features and the last
feature map.

```python
import timm

model = timm.create_model("local-dir:FOLDER", pretrained=True)  # or "hf-hub:user/repo"
```

## Trained on

{n_photos} photos of {n_classes} classes, {n_train} to learn from and {n_valid} held out; near-duplicates are
never on both sides. The photos are not in this folder. Their features are (`abstain.safetensors`): they serve
to measure how far a new photo is from them.

## How

First weights: {init}. Epochs for the new classifier alone: {freeze_epochs}, with all layers: {epochs}.
Learning rate {lr:.1e}, photos of {size} pixels by `{resize}`, weight decay {weight_decay:g}, seed {seed}.

## Measured

On the files as they are, with the {n_valid} held-out photos: accuracy **{accuracy}** (95 % interval
{low} to {high}).

{confusion}

Rows: what the photo shows. Columns: what the model says.

## None of these

{abstain}

## Limits

{n_valid} photos say little about rare cases. Whoever gathered the photos decided what the model knows. Not
for decisions about safety.
"""


def write_card(config: dict[str, Any]) -> str:
    """Fill the card from an artifact's config."""
    metrics, how = config["metrics"], config["trained_with"]
    low, high = metrics["accuracy_interval"]
    vocab = metrics["vocab"]
    return _CARD.format(
        classes=", ".join(vocab),
        architecture=config["architecture"],
        n_photos=config["data"]["n_photos"],
        n_classes=len(vocab),
        n_train=metrics["n_train"],
        n_valid=metrics["n_valid"],
        accuracy=percent(metrics["accuracy"], 1),
        low=percent(low, 1),
        high=percent(high, 1),
        confusion=_confusion_table(vocab, metrics["confusion"]),
        abstain=_abstain_text(config["abstain"]),
        **{
            key: how[key]
            for key in ("init", "freeze_epochs", "epochs", "lr", "size", "resize", "weight_decay", "seed")
        },
    )


def _confusion_table(vocab: list[str], counts: list[list[int]]) -> str:
    head = "| | " + " | ".join(vocab) + " |"
    rule = "|---|" + "---:|" * len(vocab)
    rows = [
        f"| **{name}** | " + " | ".join(map(str, row)) + " |" for name, row in zip(vocab, counts, strict=True)
    ]
    return "\n".join([head, rule, *rows])


def _abstain_text(abstain: dict[str, Any]) -> str:
    measured = abstain["measured"]
    ours = measured["ours_refused"]
    text = (
        'The answer is "none of these" when a photo is not like the training photos. Of '
        f"{ours['n']} photos that the checks had not seen, {percent(ours['share'], 1)} were refused "
        f"({percent(ours['interval'][0], 1)} to {percent(ours['interval'][1], 1)})."
    )
    if "others_refused" in measured:
        others = measured["others_refused"]
        text += (
            f" Of {others['n']} photos of other things, {percent(others['share'], 1)} were refused "
            f"({percent(others['interval'][0], 1)} to {percent(others['interval'][1], 1)})."
        )
    thresholds = ", ".join(f"{name} {value:.3f}" for name, value in abstain["thresholds"].items())
    return f"{text}\n\nThresholds: {thresholds}."

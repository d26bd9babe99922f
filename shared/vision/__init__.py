"""Photos: classify them, know when not to, clean them, train on them, look inside (lessons 1, 2, 3 and 6).

What visitors send is decoded by `images.py` and `zips.py`; `dataset.py` reads class folders and splits them;
`train.py` trains with fastai and writes an artifact; `model.py` answers from it with ONNX Runtime, without
torch; `abstain.py` decides when the answer is "none of these".

    from shared.vision.model import load_classifier
    load_classifier().classify(open_photo("bear.jpg"))["label"]
"""

"""Write the few lines of PyTorch behind the tab *Inside*: one module, its tensors, its activations.

print(write_script(classifier, inside.facts("blocks.2.1.conv_dw")))
"""

from shared.vision.inside import N_MAPS, Facts, channel_axis
from shared.vision.model import MAX_SIDE_PX, Classifier

MODEL = "shared/vision/artifact"  # in the project
PHOTO = "shared/vision/examples/grizzly.jpg"

_MODULE = '''"""One module, as the app shows it. Run in the project's folder: python my_look.py"""

import timm
import torch

from shared.vision.crops import resize_photo, to_array
from shared.vision.images import open_photo

model = timm.create_model("local-dir:{model}", pretrained=True).eval()  # or the folder of your own
module = model.get_submodule("{path}")
print(module)
for name, tensor in module.state_dict().items():
    print(name, tuple(tensor.shape))
'''
_OUTPUT = """
photo = resize_photo(open_photo("{photo}", max_side={max_side}, exact=False), {size}, "{resize}")
x = torch.from_numpy(to_array(photo, {mean}, {std}))[None]  # (1, 3, {size}, {size})

outputs = []  # filled when the photo passes the module
module.register_forward_hook(lambda module, inputs, output: outputs.append(output.clone()))
with torch.inference_mode():
    model(x)
print(tuple(outputs[0].shape))
"""
_MAPS = """
maps = outputs[0][0]{to_front}  # (channels, height, width)
strongest = maps.abs().mean((1, 2)).argsort(descending=True)[:{n_maps}]
print(strongest.tolist())
"""


def write_script(classifier: Classifier, facts: Facts) -> str:
    """Write the script for one module.

    Args:
        classifier: says how a photo is prepared.
        facts: of the module.
    """
    script = _MODULE.format(model=MODEL, path=facts.path)
    if facts.output_shape is None:
        return script
    script += _OUTPUT.format(
        photo=PHOTO,
        max_side=MAX_SIDE_PX,
        size=classifier.size,
        resize=classifier.resize,
        mean=classifier.mean,
        std=classifier.std,
    )
    axis = channel_axis(facts.output_shape)
    if axis is None:
        return script
    return script + _MAPS.format(to_front="" if axis == 1 else ".permute(2, 0, 1)", n_maps=N_MAPS)

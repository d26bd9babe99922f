"""What the Hub offers to a Space: hardware, colours, and what comes with ZeroGPU. One place for each list.

from deploy.hardware import FREE_HARDWARE, HARDWARE
"t4-small" in HARDWARE and "t4-small" not in FREE_HARDWARE  # True: it costs money by the hour
"""

# As huggingface_hub 2.4 lists them; prices are asked of the Hub, since they change.
HARDWARE = (
    "cpu-basic",
    "cpu-upgrade",
    "zero-a10g",
    "t4-small",
    "t4-medium",
    "l4x1",
    "l4x4",
    "l40sx1",
    "l40sx4",
    "l40sx8",
    "a10g-small",
    "a10g-large",
    "a10g-largex2",
    "a10g-largex4",
    "a100-large",
    "a100x4",
    "a100x8",
    "rtx-pro-6000",
    "rtx-pro-6000x2",
    "rtx-pro-6000x4",
    "rtx-pro-6000x8",
)
ZERO_GPU = "zero-a10g"
FREE_HARDWARE = ("cpu-basic", ZERO_GPU)  # no price by the hour
PRO_HARDWARE = "cpu-basic"  # for Gradio only with a subscription, since July 2026

# What a README may name as `suggested_hardware`: ZeroGPU and the newest flavours are not on that list.
SUGGESTED_HARDWARE = (
    "cpu-basic",
    "cpu-upgrade",
    "t4-small",
    "t4-medium",
    "l4x1",
    "l4x4",
    "a10g-small",
    "a10g-large",
    "a10g-largex2",
    "a10g-largex4",
    "a100-large",
)

COLORS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")

# ZeroGPU runs these and no others (list of August 2026). A torch that is not on its list is staged as the
# newest one that is, with the torchvision that belongs to it. Its Python 3.10 is too old for this project.
ZERO_GPU_PYTHON = ("3.12", "3.12.12")
ZERO_GPU_TORCH = {"2.8.0": "0.23.0", "2.9.1": "0.24.1", "2.10.0": "0.25.0", "2.11.0": "0.26.0"}

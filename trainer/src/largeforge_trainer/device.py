"""Where a run computes: the environment before torch is imported, and the recipe after."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import TrainerError

if TYPE_CHECKING:
    import torch

    from .spec import Device


@dataclass(frozen=True)
class Recipe:
    """How to compute: `kind` cpu or cuda, its name, the weights' dtype and whether activations are recomputed."""

    kind: str
    name: str
    dtype: torch.dtype
    gradient_checkpointing: bool


def prepare_environment(device: Device) -> None:
    """Set what the libraries read while they are imported. Must run before torch.

    One thread is the default on purpose: with another busy process on the same cores, OpenMP's spin-waiting made two
    threads 10 to 20 times slower than one (measured on 2 cores).
    """
    threads = str(device.threads)
    os.environ |= {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "warning",
    }
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    # One process trains on one device: with more in sight, transformers would wrap the model in DataParallel.
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    os.environ["CUDA_VISIBLE_DEVICES"] = "" if device.kind == "cpu" else visible.split(",")[0]


def choose_recipe(device: Device) -> Recipe:
    """Take the asked device. Raises TrainerError BAD_SPEC when `cuda` was asked for and there is none."""
    import torch

    torch.set_num_threads(device.threads)
    if device.kind != "cpu" and torch.cuda.is_available():
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
        return Recipe("cuda", torch.cuda.get_device_name(0), dtype, gradient_checkpointing=True)
    if device.kind == "cuda":
        raise TrainerError(
            "BAD_SPEC",
            "device.kind is cuda, but this machine shows no CUDA device",
            "Set device.kind to auto or cpu, or start the run where the driver sees a GPU.",
        )
    # fp32 without autocast keeps a resumed run bit-identical to an uninterrupted one.
    return Recipe("cpu", "cpu", torch.float32, gradient_checkpointing=False)

"""What a base model must be before it is opened: local, safetensors, no code of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import TrainerError

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def check_base(path: Path) -> dict[str, Any]:
    """Check the folder of a base model and return its config.json.

    Raises TrainerError BASE_MISSING (no model there) or BASE_UNSUPPORTED (would need code or pickle from the model).
    """
    config = read_json(path / "config.json")
    if config is None:
        raise missing(f"there is no readable config.json in the base model's folder {path}")
    for name in ("config.json", "tokenizer_config.json"):
        if "auto_map" in (read_json(path / name) or {}):
            raise TrainerError(
                "BASE_UNSUPPORTED",
                f"the base model brings its own code (auto_map in {name}), which is never run here",
                "Choose a base of an architecture that transformers itself knows.",
            )
    check_weights(path)
    if not any((path / name).is_file() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        raise missing("the base model has no tokenizer (tokenizer.json)")
    return config


def check_weights(path: Path) -> None:
    """Refuse folders without complete safetensors weights. Raises TrainerError."""
    if not any(path.glob("*.safetensors")):
        pickled = sorted(file.name for pattern in PICKLES for file in path.glob(pattern))
        if pickled:
            raise TrainerError(
                "BASE_UNSUPPORTED",
                f"the base model's weights are pickle files ({pickled[0]}), which can run code when they are opened",
                "Import the safetensors version of this model, or convert it where you trust it.",
            )
        raise missing("the base model has no weights (*.safetensors)")
    index = read_json(path / "model.safetensors.index.json")
    shards = set((index or {}).get("weight_map", {}).values())
    absent = sorted(name for name in shards if not (path / name).is_file())
    if absent:
        raise missing(f"{len(absent)} of the base model's weight files are absent, first {absent[0]}")


def missing(message: str) -> TrainerError:
    """BASE_MISSING with its remedy."""
    return TrainerError("BASE_MISSING", message, "Import the base model again.")


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None when the file is absent or is no JSON object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None

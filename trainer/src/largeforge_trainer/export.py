"""The run's result: the adapter's folder and a manifest of every file in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .errors import disk_full, is_disk_full
from .events import EventLog
from .files import fsync_tree, list_entries, sha256_file, write_json
from .folder import RunFolder

KINDS = {"adapter_model.safetensors": "adapter", "adapter_config.json": "adapter_config", "probe.json": "probe"}


def save_adapter(folder: RunFolder, model: Any, tokenizer: Any, base_name: str, record: dict[str, Any]) -> None:
    """Write DIR/adapter whole or not at all: weights, configuration, tokenizer with its template, proof record.

    Raises TrainerError DISK_FULL.
    """
    staging = folder.adapter.with_name("adapter.tmp")
    shutil.rmtree(staging, ignore_errors=True)
    # The configuration would otherwise carry this machine's path to everyone who downloads the adapter.
    for config in model.peft_config.values():
        config.base_model_name_or_path = base_name
    try:
        # PEFT would look into the base to see whether its vocabulary grew; LoRA on linear layers never grows it.
        model.save_pretrained(staging, save_embedding_layers=False)
        tokenizer.save_pretrained(staging)
        (staging / "README.md").unlink(missing_ok=True)
        write_json(staging / "probe.json", record)
        fsync_tree(staging)
        shutil.rmtree(folder.adapter, ignore_errors=True)
        staging.rename(folder.adapter)
    except Exception as error:
        shutil.rmtree(staging, ignore_errors=True)
        if is_disk_full(error):
            raise disk_full("writing the adapter") from error
        raise


def write_manifest(folder: RunFolder, spec_hash: str, events: EventLog) -> None:
    """Write DIR/manifest.json over the adapter's files and tell each as an `artifact`, the manifest itself last."""
    entries = list_entries(folder.adapter, folder.root)
    write_json(folder.manifest, {"v": 1, "specHash": spec_hash, "files": entries})
    for entry in entries:
        kind = KINDS.get(Path(entry["path"]).name, "tokenizer")
        events.append("artifact", kind=kind, **entry)
    size = folder.manifest.stat().st_size
    events.append("artifact", kind="manifest", path="manifest.json", bytes=size, sha256=sha256_file(folder.manifest))

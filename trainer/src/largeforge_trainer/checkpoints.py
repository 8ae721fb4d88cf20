"""Checkpoints that are complete or do not exist: written aside, hashed, forced to disk, renamed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import TrainerError, disk_full, is_disk_full
from .files import fsync_path, fsync_tree, list_entries, write_json

MANIFEST = "manifest.json"
STAGING = "staging"
NAME = re.compile(r"^checkpoint-(\d+)$")
NEARLY_NOTHING_BYTES = 1 << 16


@dataclass(frozen=True)
class Checkpoint:
    """A complete checkpoint. `trained_tokens` and `seconds` are the run's totals up to `step`.

    `validation_loss` is None where no evaluation ran at that step.
    """

    path: Path
    step: int
    trained_tokens: int
    seconds: float
    validation_loss: float | None = None


def save(root: Path, step: int, spec_hash: str, totals: dict[str, Any], write: Callable[[Path], Path]) -> Path:
    """Let `write(staging folder)` write a checkpoint and return its folder, then seal it as root/checkpoint-`step`.

    Raises TrainerError DISK_FULL, having removed what was half written; older checkpoints are never touched.
    """
    staging = root / STAGING
    target = root / f"checkpoint-{step}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        written = write(staging)
        manifest = {"v": 1, "step": step, "specHash": spec_hash, **totals, "files": list_entries(written, written)}
        write_json(written / MANIFEST, manifest)
        fsync_tree(written)
        # The same step again (a resumed run that crashed before it was sealed) replaces the older copy.
        shutil.rmtree(target, ignore_errors=True)
        written.rename(target)
        fsync_path(root)
    except Exception as error:
        # torch reports a short write as a RuntimeError of its own, so the free space is asked too.
        full = is_disk_full(error) or shutil.disk_usage(root).free < NEARLY_NOTHING_BYTES
        shutil.rmtree(staging, ignore_errors=True)
        if full:
            raise disk_full(f"writing the checkpoint of step {step}") from error
        raise
    shutil.rmtree(staging, ignore_errors=True)
    return target


def prune(root: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints and the one of the lowest validation loss.

    The manifest goes first, so a crash leaves no half-true one.
    """
    best = best_of(root)
    for path in numbered(root)[keep:]:
        if path == best:
            continue
        (path / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)


def best_of(root: Path) -> Path | None:
    """The checkpoint of the lowest validation loss, the earliest of equals; None when none was evaluated."""
    losses = [(loss, path) for path in reversed(numbered(root)) if (loss := validation_loss_of(path)) is not None]
    return min(losses, key=lambda each: each[0])[1] if losses else None


def validation_loss_of(path: Path) -> float | None:
    """What its manifest says, None when it says nothing."""
    try:
        loss = json.loads((path / MANIFEST).read_text(encoding="utf-8")).get("validationLoss")
    except (OSError, ValueError):
        return None
    return loss if isinstance(loss, float | int) else None


def newest(root: Path, spec_hash: str, warn: Callable[[str], None]) -> Checkpoint | None:
    """The newest checkpoint whose every file has its recorded hash; incomplete ones are removed with a warning.

    Raises TrainerError BAD_SPEC when it belongs to another spec.
    """
    shutil.rmtree(root / STAGING, ignore_errors=True)
    for path in numbered(root):
        manifest = verified_manifest(path)
        if manifest is None:
            warn(f"{path.name} is incomplete or damaged and was removed; the one before it is used")
            shutil.rmtree(path, ignore_errors=True)
            continue
        if manifest["specHash"] != spec_hash:
            raise TrainerError(
                "BAD_SPEC",
                f"{path.name} belongs to another spec: the settings or the data changed since it was written",
                "Start a new run for the new settings, or put the old spec and data back to resume this one.",
            )
        loss = manifest.get("validationLoss")
        return Checkpoint(path, manifest["step"], manifest["trainedTokens"], manifest["seconds"], loss)
    return None


def verified_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a checkpoint when its files are exactly those recorded, else None."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        entries = [entry for entry in list_entries(path, path) if entry["path"] != MANIFEST]
        return manifest if entries == manifest["files"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def numbered(root: Path) -> list[Path]:
    """The folders root/checkpoint-N, newest (highest N) first."""
    if not root.is_dir():
        return []
    found = [(int(match[1]), path) for path in root.iterdir() if (match := NAME.match(path.name)) and path.is_dir()]
    return [path for _, path in sorted(found, reverse=True)]

"""Small file helpers that survive a crash: hash, write whole or not at all, force to disk."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, TypedDict

HASH_BLOCK_BYTES = 1 << 20


class FileEntry(TypedDict):
    """One file of a manifest; `path` is relative to the manifest's folder, with forward slashes."""

    path: str
    bytes: int
    sha256: str


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file's content, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def sha256_json(value: Any) -> str:
    """Hex sha256 of a value's canonical JSON (sorted keys, no spaces)."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def list_entries(folder: Path, relative_to: Path) -> list[FileEntry]:
    """Every file below `folder`, hashed, in path order."""
    return [
        {
            "path": path.relative_to(relative_to).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": sha256_file(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def fsync_path(path: Path) -> None:
    """Force a file or a folder's entries to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """Force every file and folder below `folder` to disk, files first."""
    for path in sorted(folder.rglob("*"), reverse=True):
        fsync_path(path)
    fsync_path(folder)


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by the JSON of `value`, whole or not at all, and force it to disk."""
    staging = path.with_name(path.name + ".tmp")
    with staging.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    staging.replace(path)
    fsync_path(path.parent)

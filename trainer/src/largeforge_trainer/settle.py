"""Imports that stay: torch, transformers and TRL make millions of objects that live as long as the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled_imports() -> Iterator[None]:
    """Import without the garbage collector, then set what is there aside from it for good.

    Half of a trainer's start went into collecting passes over modules that nothing ever frees, at exit once more.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()

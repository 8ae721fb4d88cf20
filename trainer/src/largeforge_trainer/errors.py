"""What can go wrong, as the worker reads it: a code, a sentence and the remedy."""

from __future__ import annotations

import errno
from typing import Any, Literal

ErrorCode = Literal[
    "BAD_SPEC",
    "BAD_DATA",
    "BASE_MISSING",
    "BASE_UNSUPPORTED",
    "OUT_OF_MEMORY",
    "DIVERGED",
    "DISK_FULL",
    "CRASH",
]

# The last event is the reason; the exit code is only a hint (torchrun, for one, turns every code into 1).
EXIT_CODES: dict[ErrorCode, int] = {
    "BAD_SPEC": 20,
    "BAD_DATA": 20,
    "BASE_MISSING": 20,
    "BASE_UNSUPPORTED": 20,
    "OUT_OF_MEMORY": 30,
    "DIVERGED": 40,
    "DISK_FULL": 50,
    "CRASH": 1,
}
EXIT_CANCELLED = 10
EXIT_LOCKED = 75


class TrainerError(Exception):
    """A failure that a person can understand and act on; it becomes the `error` event, `facts` among its keys."""

    def __init__(self, code: ErrorCode, message: str, hint: str, **facts: Any) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.hint = hint
        self.facts = facts


class CancelledError(Exception):
    """The run was asked to stop; `step` and `checkpoint` say what was kept."""

    def __init__(self, step: int, checkpoint: str | None) -> None:
        super().__init__(f"cancelled at step {step}")
        self.step = step
        self.checkpoint = checkpoint


def disk_full(doing: str) -> TrainerError:
    """The DISK_FULL error; `doing` completes "while …"."""
    return TrainerError(
        "DISK_FULL",
        f"the disk is full: there was no room left while {doing}",
        "Free space on the data disk (old runs, unused bases) and resume: the last good checkpoint was not touched.",
    )


def is_disk_full(error: BaseException | None) -> bool:
    """Whether `error`, or what caused it, is ENOSPC; safetensors wraps it in an error of its own with the OS text."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "No space left on device" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def as_trainer_error(error: BaseException) -> TrainerError:
    """Name any exception: OUT_OF_MEMORY and DISK_FULL are recognised by what the libraries raise, the rest is CRASH."""
    if isinstance(error, TrainerError):
        return error
    text = str(error)
    if (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or ("DefaultCPUAllocator" in text and "memory" in text)
        or "CUDA out of memory" in text
    ):
        return TrainerError(
            "OUT_OF_MEMORY",
            f"there is not enough memory for this run: {text.splitlines()[0] if text else 'allocation failed'}",
            "Halve optim.batchSize and double optim.gradientAccumulation (the result is the same), shorten "
            "sequence.maxLength, or choose a smaller base.",
        )
    if is_disk_full(error):
        return disk_full("writing the run's files")
    return TrainerError(
        "CRASH",
        f"{type(error).__name__}: {text or 'no message'}",
        "Read the end of the run's log; resuming continues from the last checkpoint.",
    )

"""`python -m largeforge_trainer --spec spec.json --out DIR`: train, telling everything in DIR/events.jsonl.

Exit codes are hints (the last event is the reason): 0 done, 10 cancelled, 20 bad spec, data or base, 30 out of memory,
40 diverged, 50 disk full, 75 another trainer holds DIR, 1 crash.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from .checkpoints import newest
from .errors import EXIT_CANCELLED, EXIT_CODES, EXIT_LOCKED, CancelledError, as_trainer_error
from .events import EventLog
from .folder import LockedError, RunFolder, StopRequest
from .spec import hash_spec, load_spec


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one spec in one folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m largeforge_trainer", description="Train one run of LargeForge.")
    parser.add_argument("--spec", type=Path, required=True, help="the run's spec (JSON)")
    parser.add_argument("--out", type=Path, required=True, help="the run's folder; an interrupted run is resumed")
    options = parser.parse_args(arguments)

    folder = RunFolder(options.out)
    try:
        folder.acquire()
    except LockedError as error:
        # Nothing goes into the folder: its events belong to the trainer that holds it.
        print(
            json.dumps({"code": "LOCKED", "message": str(error), "hint": "Wait for it, or stop it."}), file=sys.stderr
        )
        return EXIT_LOCKED
    redirect_output(folder.log)
    stop = StopRequest(folder)
    stop.listen()
    events = EventLog(folder.events)
    try:
        train(options.spec, folder, events, stop)
    except CancelledError as cancelled:
        events.append_last("cancelled", step=cancelled.step, checkpoint=cancelled.checkpoint)
        return EXIT_CANCELLED
    except Exception as error:
        traceback.print_exc()
        named = as_trainer_error(error)
        with contextlib.suppress(OSError):  # On a disk without one free byte the exit code is all that is left to say.
            events.append_last("error", code=named.code, message=named.message, hint=named.hint, **named.facts)
        return EXIT_CODES[named.code]
    finally:
        events.close()
    return 0


def train(spec_path: Path, folder: RunFolder, events: EventLog, stop: StopRequest) -> None:
    """Check the spec, find where to resume, then train. A finished folder is left as it is."""
    spec = load_spec(spec_path)
    spec_hash = hash_spec(spec)
    resume = newest(folder.checkpoints, spec_hash, events.warn)
    if events.last and events.last["type"] == "done" and folder.manifest.is_file():
        return
    if stop.requested():
        raise CancelledError(resume.step if resume else 0, folder.relative(resume.path) if resume else None)
    from .run import train_run  # Only now: this imports torch.

    train_run(spec, spec_hash, folder, events, stop, resume)


def redirect_output(log: Path) -> None:
    """Send what libraries print to DIR/log, unless a person watches."""
    if sys.stderr.isatty():
        return
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())

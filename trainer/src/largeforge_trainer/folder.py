"""The run's folder: one trainer at a time, found again by its process id and start time, stopped by a file."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from pathlib import Path
from types import FrameType

from .files import write_json

STAT_START_TIME_FIELD = 22  # proc(5): (22) starttime, in clock ticks after boot


class LockedError(Exception):
    """Another trainer holds this folder."""


class RunFolder:
    """Paths inside DIR and the lock on it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.events = self.root / "events.jsonl"
        self.log = self.root / "log"
        self.checkpoints = self.root / "checkpoints"
        self.adapter = self.root / "adapter"
        self.manifest = self.root / "manifest.json"
        self.cancel = self.root / "cancel"

    def acquire(self) -> None:
        """Create the folder, lock it for the life of this process and leave `pid.json` for a successor.

        Raises LockedError when a live trainer holds it. The kernel drops the lock with the process, so a killed
        trainer never blocks its successor.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock = (self.root / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"another trainer is running in {self.root}") from error
        write_json(self.root / "pid.json", {"pid": os.getpid(), "startTime": process_start_time(os.getpid())})

    def relative(self, path: Path) -> str:
        """`path` as events name it: relative to DIR, so that the folder may be moved or mounted elsewhere."""
        return path.relative_to(self.root).as_posix()


def process_start_time(pid: int) -> int | str:
    """What tells a process from a later one with the same id: on Linux clock ticks since boot, else `ps -o lstart=`."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        # The command name, field 2, may hold spaces and brackets: count from the last bracket.
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return int(fields[STAT_START_TIME_FIELD - 3])
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C"})  # noqa: S603 fixed
    return done.stdout.strip()


class StopRequest:
    """Whether somebody wants this run to end: SIGTERM, SIGINT or a file DIR/cancel."""

    def __init__(self, folder: RunFolder) -> None:
        self._file = os.fspath(folder.cancel)
        self._signalled = False

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as a wish to stop after the current step."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True

    def requested(self) -> bool:
        """Cheap enough for every step: one stat call."""
        return self._signalled or os.access(self._file, os.F_OK)

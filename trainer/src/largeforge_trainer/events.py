"""The run's events: one JSON object per line in DIR/events.jsonl, numbered, whole or absent.

Every line is `{"v": 1, "seq": n, "t": unix seconds, "type": …, …}`. Readers follow by `seq`; the last line of type
`done`, `error` or `cancelled` is the run's outcome.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from .errors import is_disk_full

VERSION = 1
HEARTBEAT_SECONDS = 5.0
TAIL_BLOCK_BYTES = 1 << 16
RESERVE_BYTES = 1 << 14


class EventLog:
    """Append-only event file; `seq` continues after the last complete line, a half-written one is cut off."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._lock = threading.Lock()
        self._last = repair(self._descriptor)
        # Room for the last word on a full disk: given back just before it is written.
        self._reserve = path.with_name(".reserve")
        if not self._reserve.exists():
            try:
                self._reserve.write_bytes(b"\0" * RESERVE_BYTES)
            except OSError as error:  # No room even for this: the first event will say so.
                if not is_disk_full(error):
                    raise
                self._reserve.unlink(missing_ok=True)

    @property
    def last(self) -> dict[str, Any] | None:
        """The newest event in the file, or None when there is none."""
        return self._last

    def append(self, kind: str, /, **fields: Any) -> None:
        """Write one event. One write call: a reader sees all of the line or nothing, also after kill -9."""
        with self._lock:
            seq = self._last["seq"] + 1 if self._last else 1
            event = {"v": VERSION, "seq": seq, "t": round(time.time(), 3), "type": kind, **fields}
            line = (json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n").encode()
            size = os.fstat(self._descriptor).st_size
            try:
                written = os.write(self._descriptor, line)
                if written < len(line):  # A nearly full disk takes part of a line; the next write names the reason.
                    os.write(self._descriptor, line[written:])
            except OSError:
                os.ftruncate(self._descriptor, size)
                raise
            self._last = event

    def append_last(self, kind: str, /, **fields: Any) -> None:
        """Write the outcome and force it to disk; on a full disk it takes the reserved space."""
        try:
            self.append(kind, **fields)
        except OSError as error:
            if not is_disk_full(error):
                raise
            self._reserve.unlink(missing_ok=True)
            self.append(kind, **fields)
        os.fsync(self._descriptor)
        self._reserve.unlink(missing_ok=True)

    def warn(self, message: str, **facts: Any) -> None:
        """Write a `warning` event."""
        self.append("warning", message=message, **facts)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def repair(descriptor: int) -> dict[str, Any] | None:
    """Cut everything after the last complete event and return that event (None when the file holds none)."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start, line = last_line(descriptor, end)
        if line.endswith(b"\n"):
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if isinstance(event, dict) and isinstance(event.get("seq"), int):
                return event
        os.ftruncate(descriptor, start)
        end = start
    return None


def last_line(descriptor: int, end: int) -> tuple[int, bytes]:
    """The last line before byte `end` with its line break, if it has one: (offset of its first byte, bytes)."""
    tail = b""
    start = end
    while start > 0:
        size = min(TAIL_BLOCK_BYTES, start)
        start -= size
        tail = os.pread(descriptor, size, start) + tail
        cut = tail.rfind(b"\n", 0, len(tail) - 1)
        if cut >= 0:
            return start + cut + 1, tail[cut + 1 :]
    return 0, tail


class Heartbeat:
    """A thread that says every five seconds that the process lives and at which `step` it is."""

    def __init__(self, events: EventLog, step: int) -> None:
        self.step = step
        self._events = events
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            try:
                self._events.append("heartbeat", step=self.step)
            except OSError as error:  # A full disk is told by the training thread; a missing beat says nothing new.
                if not is_disk_full(error):
                    raise

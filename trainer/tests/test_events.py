"""Events are whole lines with a gapless seq, whatever happened to the process before."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path

import pytest

from largeforge_trainer.events import EventLog


def seqs(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_seq_continues_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for _ in range(3):
        log = EventLog(path)
        log.append("phase", name="loading")
        log.warn("Grüße")
        log.close()
    assert seqs(path) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("damage", [b'{"v": 1, "seq": 3, "ty', b'{"v": 1, "seq": 3}', b"\x00\x00\x00", b"not json\n"])
def test_a_half_written_last_line_is_cut_off(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append("phase", name="loading")
    log.append("phase", name="training", note="x" * 200_000)  # longer than one block of the backward search
    log.close()
    with path.open("ab") as file:
        file.write(damage)
    log = EventLog(path)
    assert log.last is not None
    assert log.last["name"] == "training"
    log.append("phase", name="saving")
    log.close()
    assert seqs(path) == [1, 2, 3]


def test_a_file_with_nothing_whole_starts_again_at_one(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"v": 1, "se')
    log = EventLog(path)
    assert log.last is None
    log.append("phase", name="loading")
    assert seqs(path) == [1]


def test_threads_never_share_a_line_or_a_number(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    threads = [threading.Thread(target=lambda: [log.append("heartbeat", step=1) for _ in range(100)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seqs(tmp_path / "events.jsonl") == list(range(1, 401))


def test_no_event_holds_what_json_cannot(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    with pytest.raises(ValueError, match="JSON compliant"):
        log.append("metric", loss=float("nan"))
    assert (tmp_path / "events.jsonl").read_bytes() == b""


def test_the_last_word_fits_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.append("phase", name="saving")
    write = os.write

    def full_until_the_reserve_is_given_back(descriptor: int, data: bytes) -> int:
        if (tmp_path / ".reserve").exists():
            write(descriptor, data[:5])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full_until_the_reserve_is_given_back)
    with pytest.raises(OSError, match="No space"):
        log.append("metric", step=1)
    log.append_last("error", code="DISK_FULL", message="full", hint="free some")
    assert seqs(tmp_path / "events.jsonl") == [1, 2]

"""A run that is killed, stopped or damaged goes on where it was, to the same bits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

from conftest import Events, of_type, read_events, resumable_spec, run_here, start
from largeforge_trainer.files import sha256_file
from largeforge_trainer.folder import process_start_time


def wait_for(folder: Path, kind: str, step: int, seconds: float = 60.0) -> None:
    """Wait until a run has written an event of this type at or after this step."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (folder / "events.jsonl").exists():
            text = (folder / "events.jsonl").read_text(encoding="utf-8")
            whole = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
            if any(event["step"] >= step for event in of_type(whole, kind)):
                return
        time.sleep(0.002)
    raise AssertionError(f"no {kind} event of step {step} in {seconds} s")


def weights(folder: Path) -> str:
    return sha256_file(folder / "adapter" / "adapter_model.safetensors")


def copy_of(folder: Path, target: Path) -> None:
    """Copy a run's folder without its lock."""
    shutil.copytree(folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lock"))


def test_a_killed_run_resumes_to_the_same_bits(
    finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path
) -> None:
    spec = resumable_spec(base, rows)
    process = start(tmp_path, spec)
    wait_for(tmp_path, "metric", 13)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    killed_at = read_events(tmp_path)[-1]
    assert killed_at["type"] != "done"

    events = run_here(tmp_path, spec)
    hello = of_type(events, "hello")[-1]
    assert hello["resumedFromStep"] >= 10
    resumed = [event["step"] for event in of_type(events, "metric") if event["seq"] > hello["seq"]]
    assert resumed == list(range(hello["resumedFromStep"] + 1, 61))
    uninterrupted, told = finished
    assert weights(tmp_path) == weights(uninterrupted)
    last_loss = {event["step"]: event["loss"] for event in of_type(events, "metric")}
    assert last_loss == {event["step"]: event["loss"] for event in of_type(told, "metric")}
    assert events[-1]["trainedTokens"] == told[-1]["trainedTokens"]
    learnt = {event["step"]: event["trainedTokens"] for event in of_type(events, "metric")}
    assert learnt == {event["step"]: event["trainedTokens"] for event in of_type(told, "metric")}


def test_sigterm_ends_the_step_and_leaves_a_checkpoint(base: Path, rows: Path, tmp_path: Path) -> None:
    process = start(tmp_path, resumable_spec(base, rows, optim__maxSteps=2000, checkpoint__everySteps=1000))
    wait_for(tmp_path, "metric", 3)
    told = json.loads((tmp_path / "pid.json").read_text(encoding="utf-8"))
    assert told == {"pid": process.pid, "startTime": process_start_time(process.pid)}
    second = start(tmp_path, resumable_spec(base, rows))
    _, problem = second.communicate(timeout=30)
    assert second.returncode == 75
    assert json.loads(problem)["code"] == "LOCKED"
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(timeout=30) == 10
    last = read_events(tmp_path)[-1]
    assert last["type"] == "cancelled"
    assert last["checkpoint"] == f"checkpoints/checkpoint-{last['step']}"
    assert (tmp_path / last["checkpoint"] / "manifest.json").is_file()


def test_a_cancel_file_stops_the_run_which_can_be_resumed(
    finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path
) -> None:
    spec = resumable_spec(base, rows)

    def ask_to_stop() -> None:
        wait_for(tmp_path, "metric", 7)
        (tmp_path / "cancel").touch()

    thread = threading.Thread(target=ask_to_stop)
    thread.start()
    events = run_here(tmp_path, spec)
    thread.join()
    assert events[-1]["type"] == "cancelled"
    assert 7 <= events[-1]["step"] < 60
    assert of_type(events, "checkpoint")[-1]["path"] == events[-1]["checkpoint"]

    again = run_here(tmp_path, spec)  # The wish still stands: nothing is loaded, nothing is lost.
    assert len(again) == len(events) + 1
    assert again[-1]["checkpoint"] == events[-1]["checkpoint"]

    (tmp_path / "cancel").unlink()
    assert run_here(tmp_path, spec)[-1]["type"] == "done"
    assert weights(tmp_path) == weights(finished[0])


def test_a_damaged_checkpoint_is_passed_over(
    finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path
) -> None:
    copy_of(finished[0], tmp_path)
    (tmp_path / "events.jsonl").unlink()
    (tmp_path / "manifest.json").unlink()
    optimizer = tmp_path / "checkpoints" / "checkpoint-60" / "optimizer.pt"
    optimizer.write_bytes(optimizer.read_bytes()[:-100])
    (tmp_path / "checkpoints" / "staging" / "checkpoint-58").mkdir(parents=True)
    events = run_here(tmp_path, resumable_spec(base, rows))
    assert "checkpoint-60 is incomplete" in of_type(events, "warning")[0]["message"]
    assert of_type(events, "hello")[0]["resumedFromStep"] == 55
    assert weights(tmp_path) == weights(finished[0])


def test_a_run_killed_after_its_last_step_only_proves_and_saves(
    finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path
) -> None:
    copy_of(finished[0], tmp_path)
    for name in ("events.jsonl", "manifest.json"):
        (tmp_path / name).unlink()
    events = run_here(tmp_path, resumable_spec(base, rows))
    assert of_type(events, "metric") == []
    assert events[-1]["type"] == "done"
    assert weights(tmp_path) == weights(finished[0])


def test_a_changed_spec_is_refused(finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path) -> None:
    copy_of(finished[0], tmp_path)
    events = run_here(tmp_path, resumable_spec(base, rows, optim__learningRate=0.01))
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "BAD_SPEC")
    assert "another spec" in events[-1]["message"]

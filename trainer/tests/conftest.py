"""Shared fixtures: one tiny base and data set per session, and one way to run the trainer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What the trainer sets for itself, set here before any test imports torch.
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import pytest

import tiny
from largeforge_trainer.__main__ import train
from largeforge_trainer.errors import CancelledError, TrainerError
from largeforge_trainer.events import EventLog
from largeforge_trainer.folder import RunFolder, StopRequest

SOURCE = Path(__file__).parents[1] / "src"
REPOSITORY = Path(__file__).parents[2]

Events = list[dict[str, Any]]
RunHere = Callable[..., tuple[Path, Events]]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny base model whose template marks the assistant's turns."""
    return tiny.build_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def bos_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny base model that begins every text with a token of its own."""
    return tiny.build_base(
        tmp_path_factory.mktemp("bos-base"), template="{{ bos_token }}" + tiny.PLAIN_TEMPLATE, bos="<s>"
    )


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty training conversations."""
    return tiny.write_rows(tmp_path_factory.mktemp("rows") / "train.jsonl", tiny.chats(40))


def read_events(folder: Path) -> Events:
    """All events of a run; every line must be whole."""
    return [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def of_type(events: Events, kind: str) -> Events:
    """The events of one type."""
    return [event for event in events if event["type"] == kind]


def write_spec(folder: Path, spec: dict[str, Any]) -> Path:
    """Write DIR/spec.json."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "spec.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


def start(folder: Path, spec: dict[str, Any]) -> subprocess.Popen[str]:
    """The trainer as the worker starts it: a process of its own."""
    command = [
        sys.executable,
        "-m",
        "largeforge_trainer",
        "--spec",
        str(write_spec(folder, spec)),
        "--out",
        str(folder),
    ]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def run_here(folder: Path, spec: dict[str, Any]) -> Events:
    """The same run inside this process, which has torch imported already. Raises what `main` would turn into events."""
    path = write_spec(folder, spec)
    run = RunFolder(folder)
    run.acquire()
    events = EventLog(run.events)
    try:
        train(path, run, events, StopRequest(run))
    except CancelledError as cancelled:
        events.append_last("cancelled", step=cancelled.step, checkpoint=cancelled.checkpoint)
    except TrainerError as error:
        events.append_last("error", code=error.code, message=error.message, hint=error.hint, **error.facts)
    finally:
        events.close()
        run._lock.close()
    return read_events(folder)


@pytest.fixture(scope="session")
def finished(base: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Events]:
    """An uninterrupted run of the spec that the resume tests interrupt."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, run_here(folder, resumable_spec(base, rows))


def resumable_spec(base: Path, rows: Path, **changes: Any) -> dict[str, Any]:
    """Sixty steps with dropout, a checkpoint every five, evaluated on the way."""
    return tiny.make_spec(
        base,
        rows,
        rows,
        **{"optim__maxSteps": 60, "checkpoint__everySteps": 5, "eval__everySteps": 30, **changes},
    )


@pytest.fixture(scope="session")
def converters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """llama.cpp's converters out of the bundle that ships with node-llama-cpp; skips with a reason without it."""
    prepared = REPOSITORY / ".tools" / "converters"
    if (prepared / "convert_hf_to_gguf.py").is_file():
        return prepared
    bundle = REPOSITORY / "node_modules" / "node-llama-cpp" / "llama" / "gitRelease.bundle"
    if not bundle.is_file() or not shutil.which("git"):
        pytest.skip("llama.cpp's converters are not here: run npm ci in the repository (and install git)")
    folder = tmp_path_factory.mktemp("converters")
    clone = folder / "clone"
    subprocess.run([shutil.which("git") or "git", "clone", "--quiet", str(bundle), str(clone)], check=True)
    for name in ("conversion", "gguf-py"):
        shutil.copytree(clone / name, folder / name)
    for script in clone.glob("convert_*.py"):
        shutil.copy(script, folder)
    shutil.rmtree(clone)
    return folder

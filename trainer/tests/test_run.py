"""A run from spec to adapter, and what is left when it cannot succeed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

import tiny
from conftest import SOURCE, Events, of_type, read_events, resumable_spec, run_here
from largeforge_trainer.files import sha256_file
from largeforge_trainer.probe import choose_prompts
from largeforge_trainer.spec import parse_spec


def test_a_run_learns_and_leaves_an_adapter_with_a_manifest(finished: tuple[Path, Events]) -> None:
    folder, events = finished
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["name"] for event in of_type(events, "phase")] == [
        "loading",
        "tokenizing",
        "training",
        "probing",
        "saving",
    ]
    metrics = of_type(events, "metric")
    assert [event["step"] for event in metrics] == list(range(1, 61))
    assert {event["totalSteps"] for event in metrics} == {60} == {of_type(events, "data")[0]["totalSteps"]}
    losses = [event["loss"] for event in metrics]
    assert sum(losses[-5:]) < sum(losses[:5]) - 1
    assert all(event["stepMs"] > 0 and event["tokensPerSecond"] > 0 for event in metrics)
    learnt = [event["trainedTokens"] for event in metrics]
    assert 0 < learnt[0] < learnt[1]
    assert learnt[-1] == events[-1]["trainedTokens"]
    assert [event["step"] for event in of_type(events, "eval")] == [30, 60]

    done = events[-1]
    assert (done["type"], done["steps"], done["adapterDir"]) == ("done", 60, "adapter")
    assert done["finalLoss"] == losses[-1]
    assert done["trainedTokens"] == of_type(events, "data")[0]["trainedTokens"] * 6  # 60 steps of 4 = six times 40 rows
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["path"] for entry in manifest["files"]} >= {
        "adapter/adapter_model.safetensors",
        "adapter/adapter_config.json",
        "adapter/probe.json",
        "adapter/chat_template.jinja",
    }
    assert all(sha256_file(folder / entry["path"]) == entry["sha256"] for entry in manifest["files"])
    assert not [path.name for path in folder.rglob("*") if path.name in ("training_args.bin", "README.md")]
    config = json.loads((folder / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    assert "/" not in config["base_model_name_or_path"]


def test_only_the_newest_checkpoints_stay(finished: tuple[Path, Events]) -> None:
    folder, _ = finished
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == ["checkpoint-55", "checkpoint-60"]


def test_the_checkpoint_of_the_lowest_validation_loss_stays_too(base: Path, rows: Path, tmp_path: Path) -> None:
    # The validation rows contradict the training rows: the better those are learnt, the worse these become.
    wrong = tiny.chats(8)
    for row in wrong:
        row["messages"][1]["content"] = "Nobody knows."
    validation = tiny.write_rows(tmp_path / "wrong.jsonl", wrong)
    changes = {"optim__maxSteps": 7, "checkpoint__everySteps": 1, "checkpoint__keep": 2, "eval__everySteps": 2}
    events = run_here(tmp_path / "run", tiny.make_spec(base, rows, validation, optim__learningRate=0.1, **changes))
    losses = {event["step"]: event["loss"] for event in of_type(events, "eval")}
    assert list(losses) == [2, 4, 6, 7]  # the last step always
    told = {event["step"]: event["validationLoss"] for event in of_type(events, "checkpoint")}
    assert told == {step: losses.get(step) for step in range(1, 8)}
    best = min(losses, key=lambda step: losses[step])
    kept = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert best < 6
    assert kept == {f"checkpoint-{best}", "checkpoint-6", "checkpoint-7"}


def test_a_finished_run_started_again_changes_nothing(finished: tuple[Path, Events], base: Path, rows: Path) -> None:
    folder, events = finished
    assert run_here(folder, resumable_spec(base, rows)) == events


def test_a_loss_that_is_no_number_ends_the_run(base: Path, rows: Path, tmp_path: Path) -> None:
    overflowing = tiny.build_base(tmp_path / "base")
    weights = load_file(overflowing / "model.safetensors")
    weights["lm_head.weight"] *= 1e38
    save_file(weights, overflowing / "model.safetensors", {"format": "pt"})
    events = run_here(tmp_path / "run", tiny.make_spec(overflowing, rows, checkpoint__everySteps=1))
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "DIVERGED")
    assert "learningRate" in events[-1]["hint"]


def test_without_a_validation_row_training_rows_prove_the_adapter(base: Path, rows: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    empty = tiny.write_rows(tmp_path / "empty.jsonl", [])
    one = tiny.write_rows(tmp_path / "one.jsonl", tiny.chats(1))

    def chosen(validation: Path | None) -> int:
        spec = parse_spec(json.dumps(tiny.make_spec(base, rows, validation)))
        return len(choose_prompts(spec, tokenizer, 64, lambda: None))

    assert [chosen(None), chosen(empty), chosen(one)] == [4, 4, 1]


def test_a_full_disk_keeps_the_last_good_checkpoint(base: Path, rows: Path, tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(resumable_spec(base, rows, checkpoint__keep=9)), encoding="utf-8")
    (tmp_path / "out").mkdir()
    # A disk of 600 KB, of which a checkpoint takes 160, in a mount namespace of its own.
    script = (
        'mount -t tmpfs -o size=600k none "$1" || exit 97; '
        '"$2" -m largeforge_trainer --spec "$3" --out "$1"; code=$?; cp -r "$1" "$4"; exit $code'
    )
    command = ["unshare", "-rm", "sh", "-c", script, "sh"]
    places = [str(tmp_path / "out"), sys.executable, str(spec), str(tmp_path / "kept")]
    try:
        done = subprocess.run([*command, *places], env={**os.environ, "PYTHONPATH": str(SOURCE)}, check=False)
    except FileNotFoundError:
        pytest.skip("a small disk needs unshare(1), which is Linux's")
    if not (tmp_path / "kept").exists():
        pytest.skip("this machine does not let a test mount a small disk")
    assert done.returncode == 50
    events = read_events(tmp_path / "kept")
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "DISK_FULL")
    sealed = of_type(events, "checkpoint")[-1]
    kept = tmp_path / "kept" / sealed["path"]
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    assert all(sha256_file(kept / entry["path"]) == entry["sha256"] for entry in manifest["files"])

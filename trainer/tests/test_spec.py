"""The spec is read strictly, and every refusal names the field and the remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tiny
from conftest import SOURCE
from largeforge_trainer.errors import TrainerError
from largeforge_trainer.spec import hash_spec, parse_spec

BASE, ROWS = Path("/data/base"), Path("/data/train.jsonl")


def spec_text(**changes: Any) -> str:
    return json.dumps(tiny.make_spec(BASE, ROWS, **changes))


def test_a_valid_spec_is_read() -> None:
    spec = parse_spec(spec_text())
    assert spec.optim.learning_rate == 0.02
    assert spec.lora.target_modules == "all-linear"


@pytest.mark.parametrize(
    ("changes", "field", "hint"),
    [
        (
            {"optim__learningRate": -1},
            "optim.learningRate: input should be greater than or equal to 0.0000001, not -1",
            "Correct optim",
        ),
        ({"optim__learningRate": "0.1"}, "optim.learningRate", "Correct optim.learningRate"),
        ({"optim__batchSize": 0}, "optim.batchSize", "Correct optim.batchSize"),
        ({"optim__warmupRatio": 1}, "optim.warmupRatio", "Correct optim.warmupRatio"),
        ({"optim__lerningRate": 1}, "optim.lerningRate is not a known setting", "Did you mean learningRate?"),
        ({"packing": True}, "packing is not a known setting", "known here: v, runId, method"),
        ({"method": "dpo"}, "method", "Correct method"),
        ({"v": 2}, "v:", "Correct v"),
        ({"base__path": "models/nano"}, 'base.path: must be an absolute path, not "models/nano"', "Correct base.path"),
        ({"lora__dropout": 1.0}, "lora.dropout", "Correct lora.dropout"),
        ({"data__shape": "alpaca"}, "data.shape", "Correct data.shape"),
        ({"probe__prompts": [[{"role": "user", "text": "hi"}]]}, "probe.prompts.0.0.text", "role, content"),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(changes: dict[str, Any], field: str, hint: str) -> None:
    with pytest.raises(TrainerError) as caught:
        parse_spec(spec_text(**changes))
    assert caught.value.code == "BAD_SPEC"
    assert field in caught.value.message
    assert hint in caught.value.hint


def test_a_missing_field_is_named() -> None:
    spec = tiny.make_spec(BASE, ROWS)
    del spec["sequence"]["maxLength"]
    with pytest.raises(TrainerError, match=r"sequence\.maxLength is missing"):
        parse_spec(json.dumps(spec))


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(TrainerError, match="not valid JSON"):
        parse_spec("{")


def test_the_hash_follows_the_data_and_not_its_place(tmp_path: Path) -> None:
    def hash_of(name: str, count: int) -> str:
        return hash_spec(
            parse_spec(json.dumps(tiny.make_spec(BASE, tiny.write_rows(tmp_path / name, tiny.chats(count)))))
        )

    assert hash_of("a.jsonl", 4) == hash_of("b.jsonl", 4)
    assert hash_of("a.jsonl", 4) != hash_of("b.jsonl", 5)


def test_a_wrong_spec_is_refused_without_importing_torch(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text("{}", encoding="utf-8")
    script = (
        "import sys; from largeforge_trainer.__main__ import main; code = main(sys.argv[1:]); "
        "sys.exit(99 if {'torch', 'transformers', 'trl'} & set(sys.modules) else code)"
    )
    command = [sys.executable, "-c", script, "--spec", str(tmp_path / "spec.json"), "--out", str(tmp_path)]
    done = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, check=False, capture_output=True, text=True)
    assert done.returncode == 20
    last = json.loads((tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["type"], last["code"]) == ("error", "BAD_SPEC")
    assert "is missing" in last["message"]

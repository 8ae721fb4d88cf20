"""A training method is one module and one alternative of the schema; nothing else of the trainer knows its name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import largeforge_trainer.methods
import tiny
from conftest import SOURCE, of_type, run_here
from largeforge_trainer import spec as specs
from largeforge_trainer.errors import TrainerError
from largeforge_trainer.methods import find_method
from largeforge_trainer.schema import build_model

INVENTED = Path(__file__).parent / "fixtures" / "invented"


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    """The method `noisy`, by its module and by the schema that TypeScript's test makes of its declaration."""
    monkeypatch.setattr(largeforge_trainer.methods, "__path__", [*largeforge_trainer.methods.__path__, str(INVENTED)])
    monkeypatch.setattr(specs, "SCHEMA", INVENTED / "spec.schema.json")


def test_an_invented_method_is_checked_trained_and_proved(
    base: Path, rows: Path, tmp_path: Path, invented: None
) -> None:
    events = run_here(tmp_path, tiny.make_spec(base, rows, method="noisy", optim__noiseAlpha=5))
    assert events[-1]["type"] == "done"
    assert all(0 <= event["tokenAccuracy"] <= 1 for event in of_type(events, "metric"))
    plain = run_here(tmp_path / "plain", tiny.make_spec(base, rows))
    assert [event["loss"] for event in of_type(events, "metric")] != [
        event["loss"] for event in of_type(plain, "metric")
    ]


def test_its_fields_have_the_bounds_of_its_declaration(base: Path, rows: Path, invented: None) -> None:
    def refusal(**changes: object) -> str:
        with pytest.raises(TrainerError) as caught:
            specs.parse_spec(json.dumps(tiny.make_spec(base, rows, **changes)))
        return caught.value.message

    assert "less than or equal to 20, not 21" in refusal(method="noisy", optim__noiseAlpha=21)
    assert refusal(method="noisy") == "optim.noiseAlpha is missing"
    assert "optim.noiseAlpha is not a known setting" in refusal(optim__noiseAlpha=5)
    assert "data.shape" in refusal(method="noisy", optim__noiseAlpha=5, data__shape="text")


def test_a_method_without_a_module_is_named() -> None:
    with pytest.raises(TrainerError, match="this trainer has no method magic"):
        find_method("magic")


def test_a_schema_with_a_bound_that_is_not_understood_is_refused() -> None:
    schema = {"properties": {"a": {"type": "integer", "multipleOf": 2}}, "required": ["a"]}
    with pytest.raises(ValueError, match="does not understand multipleOf"):
        build_model("odd", {**schema, "additionalProperties": False})


def test_only_the_method_of_the_run_is_imported(tmp_path: Path) -> None:
    """A method whose libraries are broken must not keep the others from training."""
    (tmp_path / "broken.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    script = (
        "import sys, largeforge_trainer.methods as methods; methods.__path__.append(sys.argv[1]); "
        "methods.find_method('sft'); assert 'largeforge_trainer.methods.broken' not in sys.modules"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

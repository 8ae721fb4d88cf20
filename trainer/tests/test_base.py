"""Bases that would run code, or are not whole, are refused before they are opened; runs say so in their last event."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import tiny
from conftest import of_type, run_here
from largeforge_trainer.base import check_base
from largeforge_trainer.errors import TrainerError
from largeforge_trainer.template import has_generation_markers, without_generation_markers


def edited(path: Path, **changes: Any) -> None:
    """Change a JSON file of a base."""
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def refusal(path: Path) -> TrainerError:
    with pytest.raises(TrainerError) as caught:
        check_base(path)
    return caught.value


def test_a_base_with_code_of_its_own_is_refused(base: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    edited(folder / "config.json", auto_map={"AutoModelForCausalLM": "modeling.Evil"})
    assert refusal(folder).code == "BASE_UNSUPPORTED"


def test_pickled_weights_are_refused(base: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert refusal(folder).code == "BASE_UNSUPPORTED"


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_base_that_is_not_whole_is_missing(name: str, base: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    (folder / name).unlink()
    assert refusal(folder).code == "BASE_MISSING"


def test_an_absent_shard_is_named(base: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    index = {"weight_map": {"lm_head.weight": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert "model-00002-of-00002" in refusal(folder).message


def test_an_unknown_architecture_is_refused_by_the_run(base: Path, rows: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    edited(folder / "config.json", model_type="abacus")
    last = run_here(tmp_path / "run", tiny.make_spec(folder, rows))[-1]
    assert (last["type"], last["code"]) == ("error", "BASE_UNSUPPORTED")


def test_a_template_without_marks_falls_back_with_a_warning(rows: Path, tmp_path: Path) -> None:
    base = tiny.build_base(tmp_path / "base", tiny.PLAIN_TEMPLATE)
    events = run_here(tmp_path / "run", tiny.make_spec(base, rows, optim__maxSteps=2))
    assert "last assistant turn" in of_type(events, "warning")[0]["message"]
    assert events[-1]["type"] == "done"


def test_data_without_anything_to_learn_is_refused(base: Path, tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": [{"role": "user", "content": "hello"}]}])
    last = run_here(tmp_path / "run", tiny.make_spec(base, rows))[-1]
    assert (last["type"], last["code"]) == ("error", "BAD_DATA")
    assert "assistant turns" in last["hint"]


@pytest.mark.parametrize("name", ["training", "validation"])
def test_an_error_for_one_row_says_where_the_row_stands(name: str, base: Path, rows: Path, tmp_path: Path) -> None:
    broken = tiny.write_rows(tmp_path / "broken.jsonl", [*tiny.chats(5), {"conversations": []}])
    train, validation = (broken, rows) if name == "training" else (rows, broken)
    last = run_here(tmp_path / "run", tiny.make_spec(base, train, validation, eval__everySteps=2))[-1]
    assert (last["type"], last["code"]) == ("error", "BAD_DATA")
    assert (last["badRowOf"], last["line"]) == (name, 6)
    assert last["message"].startswith("normalised line 6 has no ")


def test_a_row_that_only_the_proof_reads_ends_the_run_before_it_trains(base: Path, rows: Path, tmp_path: Path) -> None:
    # Without evals the validation rows are read for the proof's prompts alone.
    broken = tiny.write_rows(tmp_path / "broken.jsonl", [*tiny.chats(2), {"messages": [{"content": "hello"}]}])
    events = run_here(tmp_path / "run", tiny.make_spec(base, rows, broken, eval__everySteps=None))
    last = events[-1]
    assert (last["type"], last["code"], last["badRowOf"], last["line"]) == ("error", "BAD_DATA", "validation", 3)
    assert last["message"] == "normalised line 3 has no 'role'"
    assert of_type(events, "metric") == []


@pytest.mark.parametrize("tag", ["{% NAME %}", "{%- NAME %}", "{% NAME -%}", "{%- NAME -%}", "{%+ NAME %}", "{%NAME%}"])
def test_a_template_without_its_marks_renders_the_same(tag: str) -> None:
    from transformers.utils.chat_template_utils import _compile_jinja_template

    begin, end = tag.replace("NAME", "generation"), tag.replace("NAME", "endgeneration")
    marked = "{% for m in messages %}\n  x " + begin + "\n {{ m }} " + end + " \n y\n{% endfor %}"
    plain = without_generation_markers(marked)
    assert has_generation_markers(marked)
    assert not has_generation_markers(plain)
    rendered = [_compile_jinja_template(template).render(messages=["a", "b"]) for template in (marked, plain)]
    assert rendered[0] == rendered[1]


def test_target_modules_that_the_base_lacks_are_named(base: Path, rows: Path, tmp_path: Path) -> None:
    last = run_here(tmp_path, tiny.make_spec(base, rows, lora__targetModules=["query_key_value"]))[-1]
    assert (last["type"], last["code"]) == ("error", "BAD_SPEC")
    assert "lora.targetModules" in last["message"]

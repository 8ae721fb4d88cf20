"""nano's recipe and the committed weights."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from recipes.nano import MANIFEST, build, sha256
from recipes.nano_model import Plan
from recipes.nano_tokens import PAD, encode_rows, prompt
from recipes.prove import Lesson, prove

SAMPLES = Path(__file__).parents[2] / "samples"
NANO = SAMPLES / "nano"
MAX_BYTES = 16 * 1024 * 1024
PROMISED_SHARE = 0.9
takes_minutes = pytest.mark.skipif("LARGEFORGE_SLOW_TESTS" not in os.environ, reason="set LARGEFORGE_SLOW_TESTS=1")


def test_the_committed_files_are_the_ones_in_the_manifest() -> None:
    hashes = json.loads((NANO / MANIFEST).read_text())["sha256"]
    assert "model.safetensors" in hashes
    assert {name: sha256(NANO / name) for name in hashes} == hashes
    assert sum(path.stat().st_size for path in NANO.iterdir()) <= MAX_BYTES


def test_the_committed_plan_is_the_recipe_of_today() -> None:
    assert Plan(**json.loads((NANO / MANIFEST).read_text())["plan"]) == Plan()


def test_a_short_build_works_and_repeats_itself_to_the_byte(tmp_path: Path) -> None:
    plan = Plan(steps=20, batch=4, vocab_size=512, hidden=32, heads=2, layers=2, feed_forward=64)
    losses: list[float] = []
    build(plan, tmp_path / "one", lambda _step, loss: losses.append(loss))
    build(plan, tmp_path / "two", lambda _step, _loss: None)
    assert losses[-1] < losses[0]
    assert (tmp_path / "one" / MANIFEST).read_text() == (tmp_path / "two" / MANIFEST).read_text()
    assert AutoModelForCausalLM.from_pretrained(tmp_path / "one").config.pad_token_id == 0


def test_no_merge_joins_a_digit() -> None:
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    joined = [t for t in tokenizer.get_vocab() if len(t) > 1 and any(c in "0123456789" for c in t)]
    assert joined == []


def test_the_chat_template_renders_what_nano_was_trained_on() -> None:
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    asked = [{"role": "system", "content": "Sort."}, {"role": "user", "content": "Hi 12"}]
    rendered = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    assert rendered == prompt("Sort.", "Hi 12")
    whole = tokenizer.apply_chat_template(
        [*asked, {"role": "assistant", "content": '{"a":1}'}],
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    [(ids, start)] = encode_rows(tokenizer, [(rendered, '{"a":1}')])
    assert whole["input_ids"][: len(ids)] == ids
    taught = [i for i, mask in enumerate(whole["assistant_masks"]) if mask]
    assert taught == list(range(start, len(ids)))
    assert tokenizer.decode([ids[-1]]) == tokenizer.eos_token != PAD


@pytest.mark.slow
@takes_minutes
def test_the_committed_weights_learn_triage() -> None:
    proof = prove(NANO, SAMPLES / "triage", Lesson())
    assert proof.base < 0.05
    assert proof.tuned >= PROMISED_SHARE


@pytest.mark.slow
@takes_minutes
def test_the_recipe_reproduces_the_score(tmp_path: Path) -> None:
    build(Plan(), tmp_path, lambda _step, _loss: None)
    assert prove(tmp_path, SAMPLES / "triage", Lesson()).tuned >= PROMISED_SHARE

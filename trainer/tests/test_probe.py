"""Which prompts are recorded as the adapter's proof, and as which tokens."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tiny
from largeforge_trainer.data import Encoder, encode_row
from largeforge_trainer.errors import TrainerError
from largeforge_trainer.probe import Prompt, choose_prompts, longest_prompt
from largeforge_trainer.spec import Spec, parse_spec


def spec_of(base: Path, rows: Path, **changes: Any) -> Spec:
    return parse_spec(json.dumps(tiny.make_spec(base, rows, **changes)))


def tokenizer_of(base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base)


def chosen(base: Path, spec: Spec, longest: int = 64) -> list[Prompt]:
    return choose_prompts(spec, tokenizer_of(base), longest, lambda: None)


def test_rows_whose_prompt_is_too_long_are_passed_over(base: Path, tmp_path: Path) -> None:
    long = [{"role": "user", "content": "Why is the sky blue? " * 40}, {"role": "assistant", "content": "So it is."}]
    rows = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": long}] * 6 + tiny.chats(2))
    prompts = chosen(base, spec_of(base, rows))
    assert ["leaf" in prompt.text for prompt in prompts] == [True, True]
    assert all(0 < len(prompt.ids) <= 64 for prompt in prompts)
    asked = [[{"role": "user", "content": "Hi"}], long[:1]]
    assert [prompt.messages for prompt in chosen(base, spec_of(base, rows, probe__prompts=asked))] == asked[:1]


def test_a_prompt_is_as_long_as_the_runs_rows_may_be_and_leaves_room_for_its_answer(base: Path, rows: Path) -> None:
    model = SimpleNamespace(config=SimpleNamespace(max_position_embeddings=128))
    assert longest_prompt(spec_of(base, rows), model) == 64
    assert longest_prompt(spec_of(base, rows, sequence__maxLength=512), model) == 120


@pytest.mark.parametrize("shape", ["text", "prompt_completion"])
def test_a_plain_prompt_begins_as_its_row_did_in_training(shape: str, bos_base: Path, tmp_path: Path) -> None:
    row = {"text": "The leaf is green."} if shape == "text" else {"prompt": "The leaf is", "completion": " green."}
    rows = tiny.write_rows(tmp_path / "rows.jsonl", [row])
    [prompt] = chosen(bos_base, spec_of(bos_base, rows, data__shape=shape))
    tokenizer = tokenizer_of(bos_base)
    trained, _ = encode_row(row, 1, Encoder(tokenizer, shape, 64, None, "everything"))  # type: ignore[arg-type]
    assert prompt.ids == trained[: len(prompt.ids)]
    assert prompt.ids.count(tokenizer.bos_token_id) == 1


def test_a_chat_prompt_has_the_bos_of_its_template_alone(bos_base: Path, rows: Path) -> None:
    bos = tokenizer_of(bos_base).bos_token_id
    for prompt in chosen(bos_base, spec_of(bos_base, rows)):
        assert (prompt.ids[0], prompt.ids.count(bos)) == (bos, 1)


ANSWER = {"role": "assistant", "content": "Green."}
MALFORMED = {
    "messages": [{}, {"messages": None}, {"messages": [{"content": "?"}, ANSWER]}, {"messages": [1, ANSWER]}],
    "prompt_completion": [{"prompt": "The leaf is"}, {"prompt": 7, "completion": "green"}, {"completion": "green"}],
    "text": [{}, {"text": 7}, {"text": None}],
}


@pytest.mark.parametrize("name", ["validation", "training"])
@pytest.mark.parametrize(
    ("shape", "row"),
    [pytest.param(shape, row, id=json.dumps(row)) for shape, rows in MALFORMED.items() for row in rows],
)
def test_a_malformed_row_among_the_prompts_is_named_by_its_place(
    name: str, shape: str, row: dict[str, Any], base: Path, tmp_path: Path
) -> None:
    good = {"text": "The leaf is green.", "prompt": "The leaf is", "completion": "green.", **tiny.chats(1)[0]}
    broken = tiny.write_rows(tmp_path / "broken.jsonl", [good, row])
    rows = tiny.write_rows(tmp_path / "rows.jsonl", [good])
    files = {"data__train": str(broken if name == "training" else rows)}
    files["data__validation"] = str(broken) if name == "validation" else None
    with pytest.raises(TrainerError) as caught:
        chosen(base, spec_of(base, rows, data__shape=shape, **files))
    assert (caught.value.code, caught.value.facts) == ("BAD_DATA", {"line": 2, "badRowOf": name})
    assert caught.value.message.startswith("normalised line 2 ")


def test_a_given_prompt_that_the_template_refuses_is_named(tmp_path: Path, rows: Path) -> None:
    refusing = tiny.CHAT_TEMPLATE.replace(
        "{% if message",
        "{% if message['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{% if message",
        1,
    )
    base = tiny.build_base(tmp_path / "base", refusing)
    asked = [[{"role": "user", "content": "Hi"}], [{"role": "system", "content": "Be brief."}]]
    with pytest.raises(TrainerError, match=r"probe\.prompts\[1\] could not be rendered: no system") as caught:
        chosen(base, spec_of(base, rows, probe__prompts=asked))
    assert caught.value.code == "BAD_SPEC"

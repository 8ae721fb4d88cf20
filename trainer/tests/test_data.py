"""Rows become the tokens and labels that TRL would make of them, and what is left out is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tiny
from largeforge_trainer.data import IGNORED, Encoder, Split, encode_file, naming_row
from largeforge_trainer.errors import TrainerError

TURNS = [
    {"role": "system", "content": "You know colours."},
    {"role": "user", "content": "What colour is the leaf?"},
    {"role": "assistant", "content": "The leaf is green."},
    {"role": "user", "content": "And the sky?"},
    {"role": "assistant", "content": "The sky is blue."},
]
SHAPES: dict[str, list[dict[str, Any]]] = {
    "messages": [{"messages": TURNS}, *tiny.chats(6)],
    "prompt_completion": [
        {"prompt": "The leaf is", "completion": " green."},
        {"prompt": "The sky is", "completion": " blue."},
    ],
    "prompt_completion of messages": [{"prompt": TURNS[:2], "completion": TURNS[2:3]}],
    "text": [{"text": "The leaf is green."}, {"text": "The sky is blue. " * 30}],
}


def asked(row: dict[str, Any]) -> dict[str, Any]:
    """A pair as a chat client asks it."""
    question, answer = row["prompt"], row["completion"]
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


AS_TRL_READS_THEM = {**SHAPES, "prompt_completion": [asked(row) for row in SHAPES["prompt_completion"]]}


def tokenizer_of(base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(base)


def encode(path: Path, base: Path, shape: str = "messages", length: int = 64, scored: Any = "assistant") -> Split:
    encoder = Encoder(tokenizer_of(base), shape.split()[0], length, None, scored)  # type: ignore[arg-type]
    return encode_file(path, encoder, lambda: None)


def learnt_text(base: Path, row: dict[str, list[int]]) -> str:
    return tokenizer_of(base).decode([label for label in row["labels"] if label != IGNORED])


@pytest.mark.parametrize(("shape", "scored"), [("messages", "assistant"), *((shape, "everything") for shape in SHAPES)])
def test_rows_become_what_trl_makes_of_them(shape: str, scored: str, base: Path, tmp_path: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM
    from trl import SFTConfig, SFTTrainer

    config = SFTConfig(
        output_dir=str(tmp_path / "trl"),
        max_length=64,
        assistant_only_loss=scored == "assistant",
        use_cpu=True,
        bf16=False,
        report_to="none",
    )
    trainer = SFTTrainer(
        AutoModelForCausalLM.from_pretrained(base),
        config,
        train_dataset=Dataset.from_list(AS_TRL_READS_THEM[shape]),
        processing_class=tokenizer_of(base),
    )
    ours = encode(tiny.write_rows(tmp_path / "rows.jsonl", SHAPES[shape]), base, shape, scored=scored)
    assert ours.dataset["input_ids"][:] == trainer.train_dataset["input_ids"][:]
    assert ours.dataset["labels"][:] == trainer.train_dataset["labels"][:]


def test_pairs_stay_plain_text_for_a_base_without_a_chat_template(base: Path, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(base)
    tokenizer.chat_template = None
    path = tiny.write_rows(tmp_path / "rows.jsonl", SHAPES["prompt_completion"])
    split = encode_file(path, Encoder(tokenizer, "prompt_completion", 64, None, "everything"), lambda: None)
    whole = [tokenizer.decode(ids) for ids in split.dataset["input_ids"]]
    assert whole == ["The leaf is green.<|im_end|>", "The sky is blue.<|im_end|>"]
    assert [learnt_text(base, row) for row in split.dataset] == [" green.<|im_end|>", " blue.<|im_end|>"]


def test_only_the_assistants_words_and_its_stop_token_are_learnt(base: Path, tmp_path: Path) -> None:
    path = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": TURNS}])
    split = encode(path, base, length=128)
    assert learnt_text(base, split.dataset[0]) == "The leaf is green.<|im_end|>The sky is blue.<|im_end|>"
    assert split.trained_tokens == sum(label != IGNORED for label in split.dataset[0]["labels"])


def test_without_marks_only_the_last_turn_is_learnt(base: Path, tmp_path: Path) -> None:
    trailing_question = {"messages": [*TURNS, {"role": "user", "content": "And coal?"}]}
    path = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": TURNS}, trailing_question])
    split = encode(path, base, length=128, scored="last_turn")
    assert {learnt_text(base, row) for row in split.dataset} == {"The sky is blue.<|im_end|>\n"}


def test_a_turn_of_weight_0_carries_no_loss_and_stays_as_context(base: Path, tmp_path: Path) -> None:
    excluded = {"messages": [*TURNS[:2], {**TURNS[2], "weight": 0}, *TURNS[3:]]}
    path = tiny.write_rows(tmp_path / "rows.jsonl", [excluded, {"messages": TURNS}])
    split = encode(path, base, length=128)
    assert learnt_text(base, split.dataset[0]) == "The sky is blue.<|im_end|>"
    assert split.dataset[0]["input_ids"] == split.dataset[1]["input_ids"]


def test_with_loss_on_every_turn_a_turn_of_weight_0_still_carries_none(base: Path, tmp_path: Path) -> None:
    excluded = {"messages": [*TURNS[:2], {**TURNS[2], "weight": 0}, *TURNS[3:]]}
    path = tiny.write_rows(tmp_path / "rows.jsonl", [excluded])
    learnt = learnt_text(base, encode(path, base, length=128, scored="everything").dataset[0])
    assert "The leaf is green." not in learnt
    assert "What colour is the leaf?" in learnt
    assert "The sky is blue." in learnt


def test_without_marks_the_last_turn_that_carries_loss_is_learnt(base: Path, tmp_path: Path) -> None:
    path = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": [*TURNS[:4], {**TURNS[4], "weight": 0}]}])
    split = encode(path, base, length=128, scored="last_turn")
    assert learnt_text(base, split.dataset[0]) == "The leaf is green.<|im_end|>\n"


def test_a_row_without_a_turn_that_carries_loss_is_left_out(base: Path, tmp_path: Path) -> None:
    silent = [{**turn, "weight": 0} if turn["role"] == "assistant" else turn for turn in TURNS]
    path = tiny.write_rows(tmp_path / "rows.jsonl", [{"messages": silent}, *tiny.chats(1)])
    for scored in ("assistant", "last_turn"):
        split = encode(path, base, length=128, scored=scored)
        assert (split.rows, split.dropped_lines) == (1, [1])


def test_a_template_that_marks_a_turn_twice_is_refused_where_a_turn_is_left_out() -> None:
    from largeforge_trainer.weights import without_excluded

    turns = [{**turn, "weight": 0} if turn is TURNS[2] else turn for turn in TURNS]
    assert without_excluded([0, 1, 1, 0, 1], turns) == [0, 0, 0, 0, 1]
    with pytest.raises(ValueError, match="does not mark each assistant turn once"):
        without_excluded([0, 1, 0, 1, 0, 1], turns)


def test_rows_with_nothing_to_learn_are_counted_and_left_out(base: Path, tmp_path: Path) -> None:
    rows = [
        {"messages": TURNS[:2]},  # nobody answers
        {"messages": [{"role": "user", "content": "word " * 100}, TURNS[2]]},  # the answer lies behind the cut
        {"messages": [TURNS[1], {"role": "assistant", "content": "green " * 100}]},  # the answer is cut
        *tiny.chats(2),
    ]
    split = encode(tiny.write_rows(tmp_path / "rows.jsonl", rows), base)
    assert (split.rows, split.dropped_rows, split.truncated_rows) == (3, 2, 1)
    assert split.dropped_lines == [1, 2]
    assert max(len(ids) for ids in split.dataset["input_ids"]) == 64


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "normalised line 2 is not JSON"),
        ("[]", "normalised line 2 is not a JSON object"),
        ('{"conversations": []}', "normalised line 2 has no 'messages'"),
        ('{"messages": [{"role": "user"}]}', "normalised line 2 "),
        ('{"messages": "hello"}', "normalised line 2 could not be rendered"),
        ('{"messages": [{"role": "user", "content": "caf\udce9"}]}', "normalised line 2 is not UTF-8"),
        pytest.param('{"messages": ' + "[" * 100_000, "normalised line 2 is not JSON", id="nested too deep"),
    ],
)
def test_a_bad_row_is_named_by_its_line(line: str, message: str, base: Path, tmp_path: Path) -> None:
    path = tiny.write_rows(tmp_path / "rows.jsonl", tiny.chats(1))
    with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(line + "\n")
    with pytest.raises(TrainerError) as caught:
        encode(path, base)
    assert caught.value.code == "BAD_DATA"
    assert caught.value.message.startswith(message)
    assert caught.value.facts == {"line": 2}


def test_memory_that_runs_out_over_a_row_is_not_called_the_rows_fault() -> None:
    with pytest.raises(MemoryError), naming_row(1):
        raise MemoryError

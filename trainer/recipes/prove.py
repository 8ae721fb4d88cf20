"""Prove that nano can be taught: `python -m recipes.prove NANO_DIR TRIAGE_DIR`.

Trains a LoRA adapter on `train.jsonl` with TRL, answers `heldout.jsonl` at temperature 0 before and after, and prints
the share of answers that equal the wanted JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase, set_seed
from trl import SFTConfig, SFTTrainer

LINEAR_LAYERS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ANSWER_BATCH = 72
MAX_ANSWER_TOKENS = 40

Row = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Lesson:
    """The hyper-parameters that samples/triage recommends; chosen on validation.jsonl, never on heldout.jsonl."""

    steps: int = 200
    learning_rate: float = 3e-3
    batch: int = 16
    warmup_steps: int = 20
    rank: int = 16
    alpha: int = 32
    seed: int = 1


@dataclass(frozen=True)
class Proof:
    """Exact-answer shares between 0 and 1, and the seconds that training took."""

    base: float
    tuned: float
    train_seconds: float


def read_rows(path: Path) -> list[Row]:
    """Read a chat data set, one JSON row per line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def answers(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[Row]) -> list[str]:
    """Answer every row greedily."""
    tokenizer.padding_side = "left"
    texts: list[str] = []
    for start in range(0, len(rows), ANSWER_BATCH):
        asked = [
            tokenizer.apply_chat_template(row["messages"][:-1], tokenize=False, add_generation_prompt=True)
            for row in rows[start : start + ANSWER_BATCH]
        ]
        batch = tokenizer(asked, return_tensors="pt", padding=True, add_special_tokens=False)
        with torch.no_grad():
            made = model.generate(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                max_new_tokens=MAX_ANSWER_TOKENS,
                do_sample=False,
            )
        texts += tokenizer.batch_decode(made[:, batch.input_ids.shape[1] :], skip_special_tokens=True)
    return texts


def exact_share(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[Row]) -> float:
    """Give the share of rows whose answer is the wanted one, character for character."""
    wanted = [row["messages"][-1]["content"] for row in rows]
    return sum(a == b for a, b in zip(answers(model.eval(), tokenizer, rows), wanted, strict=True)) / len(rows)


def teach(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[Row], lesson: Lesson
) -> PreTrainedModel:
    """Train a LoRA adapter on one processor thread and give back the model that carries it."""
    with tempfile.TemporaryDirectory() as scratch:
        trainer = SFTTrainer(
            model=model,
            processing_class=tokenizer,
            train_dataset=Dataset.from_list(rows),
            peft_config=LoraConfig(
                r=lesson.rank, lora_alpha=lesson.alpha, target_modules=LINEAR_LAYERS, task_type="CAUSAL_LM"
            ),
            args=SFTConfig(
                output_dir=scratch,
                max_steps=lesson.steps,
                learning_rate=lesson.learning_rate,
                lr_scheduler_type="cosine",
                warmup_steps=lesson.warmup_steps,
                per_device_train_batch_size=lesson.batch,
                assistant_only_loss=True,
                max_length=256,
                seed=lesson.seed,
                data_seed=lesson.seed,
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                dataloader_pin_memory=False,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
        )
        trainer.train()
        return trainer.model


def prove(nano: Path, triage: Path, lesson: Lesson, split: str = "heldout") -> Proof:
    """Score the base, teach it, score it again."""
    torch.set_num_threads(1)
    set_seed(lesson.seed)  # before the model: LoRA's initial weights come from here
    tokenizer = AutoTokenizer.from_pretrained(nano)
    model = AutoModelForCausalLM.from_pretrained(nano)
    scored = read_rows(triage / f"{split}.jsonl")
    base = exact_share(model, tokenizer, scored)
    started = time.monotonic()
    taught = teach(model, tokenizer, read_rows(triage / "train.jsonl"), lesson)
    seconds = time.monotonic() - started
    return Proof(base, exact_share(taught, tokenizer, scored), seconds)


def main() -> None:
    """Read the command line and print the proof."""
    parser = argparse.ArgumentParser(description="Teach nano the triage sample and score it.")
    parser.add_argument("nano", type=Path)
    parser.add_argument("triage", type=Path)
    parser.add_argument("--seed", type=int, default=Lesson.seed)
    parser.add_argument("--split", choices=["heldout", "validation"], default="heldout")
    args = parser.parse_args()
    proof = prove(args.nano, args.triage, Lesson(seed=args.seed), args.split)
    print(f"base {proof.base:.1%}  tuned {proof.tuned:.1%}  {proof.train_seconds:.0f} s of training")


if __name__ == "__main__":
    main()

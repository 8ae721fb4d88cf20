"""A base model, rows and a spec small enough to train in seconds; nothing of it is ever committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}"
    "{{ '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
PLAIN_TEMPLATE = CHAT_TEMPLATE.replace("{% generation %}", "").replace("{% endgeneration %}", "")
COLOURS = {"leaf": "green", "sky": "blue", "coal": "black", "snow": "white", "blood": "red", "sun": "yellow"}
SPECIALS = ["<|pad|>", "<|im_start|>", "<|im_end|>"]


def chats(count: int) -> list[dict[str, Any]]:
    """`count` one-turn conversations about colours."""
    things = list(COLOURS)
    return [
        {
            "messages": [
                {"role": "user", "content": f"{'What colour is' if i % 2 else 'Name the colour of'} the {thing}?"},
                {"role": "assistant", "content": f"The {thing} is {COLOURS[thing]}."},
            ]
        }
        for i in range(count)
        for thing in [things[(i // 2) % len(things)]]
    ]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def build_base(folder: Path, template: str | None = CHAT_TEMPLATE, seed: int = 0, bos: str | None = None) -> Path:
    """A random Llama (32 wide, 2 layers) with a byte-level BPE tokenizer of its own, in safetensors.

    With `bos`, the tokenizer begins every text with that token, as Llama's, Mistral's and Gemma's do.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIALS, initial_alphabet=alphabet)
    texts = [message["content"] for row in chats(12) for message in row["messages"]]
    tokenizer.train_from_iterator([*texts, "user assistant system"], trainer)
    if bos:
        tokenizer.add_special_tokens([bos])
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, tokenizer.token_to_id(bos))]
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=bos, eos_token=SPECIALS[2], pad_token=SPECIALS[0]
    )
    fast.chat_template = template
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        bos_token_id=fast.bos_token_id,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def make_spec(base: Path, train: Path, validation: Path | None = None, **changes: Any) -> dict[str, Any]:
    """A valid spec; `changes` are dotted paths with `__`, e.g. optim__learningRate=1."""
    spec: dict[str, Any] = {
        "v": 1,
        "runId": "run_test",
        "method": "sft",
        "seed": 42,
        "base": {"path": str(base), "sha256": "0" * 64},
        "data": {
            "train": str(train),
            "validation": str(validation) if validation else None,
            "shape": "messages",
        },
        "lora": {"r": 8, "alpha": 16, "dropout": 0.05, "targetModules": "all-linear"},
        "optim": {
            "learningRate": 0.02,
            "epochs": 3,
            "maxSteps": 12,
            "batchSize": 4,
            "gradientAccumulation": 1,
            "warmupRatio": 0.03,
            "scheduler": "cosine",
            "weightDecay": 0.0,
            "maxGradNorm": 1.0,
        },
        "sequence": {"maxLength": 64, "assistantOnlyLoss": True},
        "checkpoint": {"everySteps": 4, "keep": 2},
        "eval": {"everySteps": None, "maxRows": 8},
        "logEverySteps": 1,
        "device": {"kind": "cpu", "threads": 1},
        "probe": {"prompts": [], "maxTokens": 8},
    }
    for name, value in changes.items():
        *sections, key = name.split("__")
        target = spec
        for section in sections:
            target = target[section]
        target[key] = value
    return spec

"""Bases and adapters become GGUF files that hold the same tokens, template and numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import SOURCE, Events
from largeforge_trainer.convert import pre_tokenizer_name
from largeforge_trainer.files import sha256_file


def convert(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    """Run the command; returns (exit code, its one line)."""
    command = [sys.executable, "-m", "largeforge_trainer.convert", *map(str, arguments)]
    environment = {"PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr[-2000:]
    return done.returncode, json.loads(lines[0])


def field(reader: Any, name: str) -> Any:
    return reader.get_field(name).contents()


def test_a_base_keeps_its_tokens_and_a_template_that_hosts_can_render(
    base: Path, converters: Path, tmp_path: Path
) -> None:
    from gguf import GGUFReader
    from transformers import AutoTokenizer

    out = tmp_path / "base.gguf"
    code, told = convert("--base", base, "--out", out, "--converters", converters, "--out-type", "f16")
    assert code == 0, told
    assert told == {
        "kind": "base",
        "path": str(out),
        "bytes": out.stat().st_size,
        "sha256": sha256_file(out),
        "outType": "f16",
    }
    reader = GGUFReader(out)
    tokenizer = AutoTokenizer.from_pretrained(base)
    assert field(reader, "tokenizer.ggml.tokens") == tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    assert field(reader, "tokenizer.ggml.pre") == "trillion"
    assert field(reader, "tokenizer.ggml.eos_token_id") == tokenizer.eos_token_id
    assert "generation %}" not in field(reader, "tokenizer.chat_template")
    assert "add_generation_prompt" in field(reader, "tokenizer.chat_template")


def test_a_base_that_begins_texts_with_a_token_says_so(bos_base: Path, converters: Path, tmp_path: Path) -> None:
    from gguf import GGUFReader

    out = tmp_path / "base.gguf"
    code, told = convert("--base", bos_base, "--out", out, "--converters", converters, "--out-type", "f16")
    assert code == 0, told
    reader = GGUFReader(out)
    assert field(reader, "tokenizer.ggml.add_bos_token") is True
    assert field(reader, "tokenizer.ggml.tokens")[field(reader, "tokenizer.ggml.bos_token_id")] == "<s>"


def test_an_adapter_keeps_its_numbers(
    base: Path, finished: tuple[Path, Events], converters: Path, tmp_path: Path
) -> None:
    import numpy as np
    from gguf import GGUFReader
    from safetensors.numpy import load_file

    adapter, out = finished[0] / "adapter", tmp_path / "adapter.gguf"
    code, told = convert("--base", base, "--adapter", adapter, "--out", out, "--converters", converters)
    assert code == 0, told
    assert (told["kind"], told["outType"]) == ("adapter", "f32")
    reader = GGUFReader(out)
    assert field(reader, "general.type") == "adapter"
    assert field(reader, "adapter.lora.alpha") == 16.0
    tensors = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
    weights = load_file(adapter / "adapter_model.safetensors")
    assert len(tensors) == len(weights) == 28  # two layers, seven linear layers each, A and B
    for half in "AB":
        ours = weights[f"base_model.model.model.layers.1.mlp.down_proj.lora_{half}.weight"]
        assert np.array_equal(tensors[f"blk.1.ffn_down.weight.lora_{half.lower()}"], ours)


@pytest.mark.parametrize(
    ("change", "cleans_spaces", "name"),
    [
        ({}, True, "gpt-2"),
        ({}, False, "trillion"),
        ({"digits": True}, True, "starcoder"),
        ({"digits": True}, False, "smollm"),
        ({"add_prefix_space": True}, False, None),
        ({"use_regex": False}, False, None),
        ({"normalizer": {"type": "NFC"}}, False, None),
        ({"type": "Unigram"}, False, None),
    ],
)
def test_only_byte_level_tokenizers_of_a_sure_kind_are_named(
    change: dict[str, Any], cleans_spaces: bool, name: str | None
) -> None:
    split = {
        "type": "ByteLevel",
        "add_prefix_space": change.get("add_prefix_space", False),
        "use_regex": change.get("use_regex", True),
    }
    if change.get("digits"):
        split = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, split]}
    tokenizer = {
        "model": {"type": change.get("type", "BPE"), "ignore_merges": False},
        "normalizer": change.get("normalizer"),
        "pre_tokenizer": split,
    }
    assert pre_tokenizer_name(tokenizer, cleans_spaces) == name


def test_what_is_missing_is_told_with_its_remedy(base: Path, tmp_path: Path) -> None:
    code, told = convert("--base", tmp_path, "--out", tmp_path / "x.gguf", "--converters", tmp_path)
    assert (code, told["code"]) == (20, "BASE_MISSING")
    code, told = convert("--base", base, "--out", tmp_path / "x.gguf", "--converters", tmp_path)
    assert (code, told["code"]) == (20, "BAD_SPEC")
    assert "set-up" in told["hint"]
    assert not list(tmp_path.glob("x.gguf*"))

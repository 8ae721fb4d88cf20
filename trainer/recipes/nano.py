"""Build `nano`, the tiny base model: `python -m recipes.nano OUT_DIR`.

A small Llama with its own tokenizer, pre-trained in minutes on one processor thread with text made by program. Writes
a folder that transformers loads: config, F16 safetensors, tokenizer, generation config, and a manifest of hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from .nano_model import Plan, Report, pretrain
from .nano_tokens import train_tokenizer

MANIFEST = "manifest.json"


def sha256(path: Path) -> str:
    """Hash a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, plan: Plan, out: Path) -> None:
    """Write the model folder and its manifest."""
    out.mkdir(parents=True, exist_ok=True)
    model.generation_config = GenerationConfig(
        do_sample=False,
        max_new_tokens=64,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    config = json.loads((out / "config.json").read_text())
    # F16 is how the file is stored; a processor must compute in F32, and loaders take their type from here.
    config["dtype"] = "float32"
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    files = sorted(path for path in out.iterdir() if path.suffix in {".json", ".safetensors", ".jinja"})
    hashes = {path.name: sha256(path) for path in files if path.name != MANIFEST}
    manifest = {"name": "nano", "plan": asdict(plan), "parameters": model.num_parameters(), "sha256": hashes}
    (out / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def build(plan: Plan, out: Path, report: Report) -> None:
    """Make the tokenizer, train the network, write both into `out`."""
    tokenizer = train_tokenizer(plan.seed, plan.vocab_size)
    save(pretrain(plan, tokenizer, report), tokenizer, plan, out)


def _progress(started: float) -> Report:
    losses: list[float] = []

    def report(step: int, loss: float) -> None:
        losses.append(loss)
        if (step + 1) % 100 == 0:
            mean = sum(losses[-100:]) / 100
            print(f"step {step + 1}  loss {mean:.3f}  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)

    return report


def main() -> None:
    """Read the command line and build."""
    plan = Plan()
    parser = argparse.ArgumentParser(description="Build the tiny base model nano.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--steps", type=int, default=plan.steps)
    args = parser.parse_args()
    build(Plan(seed=args.seed, steps=args.steps), args.out, _progress(time.monotonic()))


if __name__ == "__main__":
    main()

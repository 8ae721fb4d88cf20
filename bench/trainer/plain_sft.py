"""The run of a spec as a person would write it with TRL alone: the yardstick for the trainer's step time.

    python bench/trainer/plain_sft.py --spec spec.json

Same base, rows, settings and seeds as `python -m largeforge_trainer --spec spec.json`, without anything of ours. Prints
one JSON line: {"stepMs": [every step], "loss": [every logged loss]}. A step's time runs from the end of the one before
to its own end, which is what the trainer's `stepMs` says too; checkpoints and evaluation are left out on both sides.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Train the spec and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", type=Path, required=True)
    spec = json.loads(parser.parse_args().spec.read_text(encoding="utf-8"))
    os.environ |= {"OMP_NUM_THREADS": str(spec["device"]["threads"]), "TOKENIZERS_PARALLELISM": "false"}
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    if spec["device"]["kind"] == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(train(spec, folder)))


def train(spec: dict[str, Any], folder: str) -> dict[str, list[float]]:
    """The plain script itself."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed
    from trl import SFTConfig, SFTTrainer

    torch.set_num_threads(spec["device"]["threads"])
    optim, lora = spec["optim"], spec["lora"]
    gpu = torch.cuda.is_available()
    half = gpu and torch.cuda.is_bf16_supported()
    step_ms: list[float] = []

    class Clock(TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.since = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            now = time.perf_counter()
            step_ms.append((now - self.since) * 1000)
            self.since = now

    set_seed(spec["seed"])
    tokenizer = AutoTokenizer.from_pretrained(spec["base"]["path"])
    model = AutoModelForCausalLM.from_pretrained(spec["base"]["path"], dtype=torch.bfloat16 if half else torch.float32)
    with Path(spec["data"]["train"]).open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    steps = optim["maxSteps"] or math.ceil(
        optim["epochs"] * math.ceil(math.ceil(len(rows) / optim["batchSize"]) / optim["gradientAccumulation"])
    )
    warm = math.ceil(steps * optim["warmupRatio"])
    trainer = SFTTrainer(
        model,
        SFTConfig(
            output_dir=folder,
            seed=spec["seed"],
            data_seed=spec["seed"],
            learning_rate=optim["learningRate"],
            num_train_epochs=optim["epochs"],
            max_steps=optim["maxSteps"] or -1,
            per_device_train_batch_size=optim["batchSize"],
            gradient_accumulation_steps=optim["gradientAccumulation"],
            warmup_steps=warm,
            lr_scheduler_type="constant_with_warmup" if optim["scheduler"] == "constant" else optim["scheduler"],
            weight_decay=optim["weightDecay"],
            max_grad_norm=optim["maxGradNorm"],
            max_length=spec["sequence"]["maxLength"],
            assistant_only_loss=spec["data"]["shape"] == "messages" and spec["sequence"]["assistantOnlyLoss"],
            logging_steps=spec["logEverySteps"],
            save_strategy="no",
            use_cpu=not gpu,
            bf16=half,
            gradient_checkpointing=gpu,
            dataloader_pin_memory=gpu,
            report_to="none",
            disable_tqdm=False,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            task_type="CAUSAL_LM",
            r=lora["r"],
            lora_alpha=lora["alpha"],
            lora_dropout=lora["dropout"],
            target_modules=lora["targetModules"],
        ),
        callbacks=[Clock()],
    )
    trainer.train()
    return {"stepMs": step_ms, "loss": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]}


if __name__ == "__main__":
    main()

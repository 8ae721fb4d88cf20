"""Supervised fine-tuning with LoRA on TRL's SFTTrainer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peft import LoraConfig
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer
from trl.chat_template_utils import get_training_chat_template

from ..data import Encoder, Scored, Split
from ..device import Recipe
from ..errors import TrainerError
from ..losses import TokenWeightedLosses
from ..probe import Prompt
from ..probe import probe as probe_adapter
from ..sealing import SealedCheckpoints
from ..spec import Spec
from ..template import has_generation_markers


class SftRun(SealedCheckpoints, TokenWeightedLosses, SFTTrainer):
    """TRL's trainer with our checkpoints and losses per token."""


def choose_masking(tokenizer: Any, spec: Spec, warn: Callable[[str], None]) -> tuple[str | None, Scored]:
    """(chat template to train with, what is scored) for `messages` rows.

    The base's own template when it marks the assistant's tokens, else TRL's marked copy of a known template, else
    only the last assistant turn, which needs no marks.
    """
    if spec.data.shape != "messages" or not spec.sequence.assistant_only_loss:
        return None, "everything"
    if has_generation_markers(tokenizer.chat_template):
        return None, "assistant"
    try:
        return get_training_chat_template(tokenizer), "assistant"
    except ValueError:
        warn(
            "the base's chat template does not mark the assistant's turns, so only the last assistant turn of each "
            "conversation is learnt; earlier ones are context"
        )
        return None, "last_turn"


def count_steps(spec: Spec, rows: int) -> int:
    """Optimizer steps of the whole run, as transformers counts them: the last batch of an epoch may be smaller."""
    if spec.optim.max_steps is not None:
        return spec.optim.max_steps
    per_epoch = math.ceil(math.ceil(rows / spec.optim.batch_size) / spec.optim.gradient_accumulation)
    return math.ceil(spec.optim.epochs * per_epoch)


def make_config(spec: Spec, recipe: Recipe, folder: Path, total_steps: int, *, evaluate: bool) -> SFTConfig:
    """Our spec in TRL's words. Rows come encoded, so TRL prepares nothing."""
    optim = spec.optim
    scheduler = "constant_with_warmup" if optim.scheduler == "constant" and optim.warmup_ratio else optim.scheduler
    heads = spec.lora.target_modules if isinstance(spec.lora.target_modules, list) else []
    return SFTConfig(
        output_dir=str(folder),
        seed=spec.seed,
        data_seed=spec.seed,
        learning_rate=optim.learning_rate,
        num_train_epochs=optim.epochs,
        max_steps=optim.max_steps or -1,
        per_device_train_batch_size=optim.batch_size,
        per_device_eval_batch_size=optim.batch_size,
        gradient_accumulation_steps=optim.gradient_accumulation,
        # A whole number: from 1.0 on transformers reads the same field as a count, below as a share.
        warmup_steps=math.ceil(total_steps * optim.warmup_ratio),
        lr_scheduler_type=scheduler,
        weight_decay=optim.weight_decay,
        max_grad_norm=optim.max_grad_norm,
        max_length=spec.sequence.max_length,
        dataset_kwargs={"skip_prepare_dataset": True},
        # The chunked loss reads the head's weight directly, which would miss an adapter on it.
        loss_type="nll" if "lm_head" in heads else "chunked_nll",
        save_strategy="steps",
        save_steps=spec.checkpoint.every_steps,
        eval_strategy="steps" if evaluate else "no",
        eval_steps=spec.eval.every_steps,
        prediction_loss_only=True,
        logging_steps=spec.log_every_steps,
        logging_nan_inf_filter=False,  # A loss that is no number must be seen, not averaged away.
        use_cpu=recipe.kind == "cpu",
        bf16=recipe.dtype.itemsize == 2,
        gradient_checkpointing=recipe.gradient_checkpointing,
        dataloader_pin_memory=recipe.kind == "cuda",
        report_to="none",
        disable_tqdm=True,
    )


def make_trainer(
    spec: Spec,
    recipe: Recipe,
    folder: Path,
    model: Any,
    tokenizer: Any,
    train: Split,
    validation: Split | None,
    callback: TrainerCallback,
) -> SftRun:
    """The trainer over encoded rows; LoRA's first weights are drawn here, so the seed must be set before.

    Raises TrainerError BAD_SPEC when `lora.targetModules` names nothing in the base.
    """
    evaluate = validation is not None and spec.eval.every_steps is not None
    try:
        trainer = SftRun(
            model=model,
            args=make_config(spec, recipe, folder, count_steps(spec, train.rows), evaluate=evaluate),
            train_dataset=train.dataset,
            eval_dataset=validation.dataset if validation is not None and evaluate else None,
            processing_class=tokenizer,
            peft_config=LoraConfig(
                task_type="CAUSAL_LM",
                r=spec.lora.r,
                lora_alpha=spec.lora.alpha,
                lora_dropout=spec.lora.dropout,
                target_modules=spec.lora.target_modules,
            ),
            callbacks=[callback],
        )
    except ValueError as error:
        if "target modules" not in str(error).lower():
            raise
        raise TrainerError(
            "BAD_SPEC",
            f"lora.targetModules {spec.lora.target_modules} names no layer of this base",
            'Use "all-linear", or layer names that the base has (for a Llama: q_proj, k_proj, v_proj, o_proj, …).',
        ) from error
    trainer.remove_callback(PrinterCallback)
    return trainer


def make_encoder(spec: Spec, tokenizer: Any, max_length: int, warn: Callable[[str], None]) -> Encoder:
    """How this method turns rows into tokens."""
    template, scored = choose_masking(tokenizer, spec, warn)
    return Encoder(tokenizer, spec.data.shape, max_length, template, scored)


def metrics(logs: dict[str, float]) -> dict[str, Any]:
    """`trainedTokens`: learnt from so far, earlier attempts included."""
    return {"trainedTokens": int(logs["trained_tokens"])}


def probe(
    model: Any, tokenizer: Any, prompts: list[Prompt], max_tokens: int, check: Callable[[], None]
) -> dict[str, Any]:
    """The adapter's greedy answers beside those of its base."""
    return probe_adapter(model, tokenizer, prompts, max_tokens, check)

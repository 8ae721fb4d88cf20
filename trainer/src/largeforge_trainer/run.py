"""One run from its checked spec to its adapter: load, encode, train, save, prove."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import __version__, export
from .base import check_base
from .checkpoints import Checkpoint, newest
from .data import Encoder, Split, SplitName, encode_file, naming_split, warn_about
from .device import Recipe, choose_recipe, prepare_environment
from .errors import CancelledError, TrainerError
from .events import EventLog, Heartbeat
from .folder import RunFolder, StopRequest
from .methods import Method, find_method
from .probe import Prompt, choose_prompts, differing, log_samples, longest_prompt
from .settle import settled_imports
from .spec import Spec

LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")


def train_run(
    spec: Spec, spec_hash: str, folder: RunFolder, events: EventLog, stop: StopRequest, resume: Checkpoint | None
) -> None:
    """Train `spec` in `folder`, from `resume` when given, and end with a `done` event.

    Raises TrainerError for every failure that has a name and CancelledError when asked to stop.
    """
    config = check_base(spec.base.path)
    prepare_environment(spec.device)
    with settled_imports():
        recipe = choose_recipe(spec.device)
    events.append(
        "hello",
        versions={"trainer": __version__, "python": sys.version.split()[0]}
        | {name: version(name) for name in LIBRARIES},
        device={"kind": recipe.kind, "name": recipe.name, "dtype": str(recipe.dtype).removeprefix("torch.")},
        pid=os.getpid(),
        specHash=spec_hash,
        resumedFromStep=resume.step if resume else None,
    )
    events.append("phase", name="loading")

    def check_stop() -> None:
        if stop.requested():
            kept = newest(folder.checkpoints, spec_hash, events.warn)
            raise CancelledError(kept.step if kept else 0, folder.relative(kept.path) if kept else None)

    with Heartbeat(events, resume.step if resume else 0) as heartbeat:
        with settled_imports():
            method = find_method(spec.method)
            from .progress import Progress

        progress = Progress(events, stop, heartbeat, method.metrics)
        model, tokenizer = load_base(spec, recipe)
        check_stop()
        events.append("phase", name="tokenizing")
        encoder = method.make_encoder(spec, tokenizer, fit_length(spec, config, events), events.warn)
        train, validation = encode(spec, encoder, events, check_stop)
        # Now, not when they are asked: a row that cannot be read must not cost a whole training.
        prompts = choose_prompts(spec, tokenizer, longest_prompt(spec, model), check_stop)
        total_steps = method.count_steps(spec, train.rows)
        events.append(
            "data",
            trainRows=train.rows,
            validationRows=validation.rows if validation else 0,
            trainedTokens=train.trained_tokens,
            droppedRows=train.dropped_rows,
            truncatedRows=train.truncated_rows,
            totalSteps=total_steps,
        )
        trainer = method.make_trainer(spec, recipe, folder.root, model, tokenizer, train, validation, progress)
        trainer.begin(folder, events, spec_hash, spec.checkpoint.keep)
        events.append("phase", name="training")
        run_steps(trainer, resume, total_steps)
        check_stop()
        totals = trainer.totals()
        finish(method, spec, spec_hash, folder, events, trainer.model, tokenizer, prompts, check_stop)
        events.append_last(
            "done",
            adapterDir=folder.relative(folder.adapter),
            steps=total_steps,
            trainedTokens=totals["trainedTokens"],
            seconds=totals["seconds"],
            finalLoss=progress.final_loss,
        )


def load_base(spec: Spec, recipe: Recipe) -> tuple[Any, Any]:
    """The base model and its tokenizer, seeded first: LoRA's and dropout's draws follow from here on."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed

    set_seed(spec.seed)
    try:
        tokenizer = AutoTokenizer.from_pretrained(spec.base.path, local_files_only=True, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            spec.base.path, dtype=recipe.dtype, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
    except (ValueError, OSError, KeyError) as error:
        raise TrainerError(
            "BASE_UNSUPPORTED",
            f"the base model could not be opened: {str(error).strip().splitlines()[0]}",
            "Choose a causal language model of an architecture that transformers knows, with a fast tokenizer.",
        ) from error
    if spec.data.shape == "messages" and not tokenizer.chat_template:
        raise TrainerError(
            "BASE_UNSUPPORTED",
            "the base model has no chat template, so conversations cannot be written for it",
            "Choose a chat (instruct) base, or use prompt/completion data.",
        )
    return model, tokenizer


def fit_length(spec: Spec, config: dict[str, Any], events: EventLog) -> int:
    """The spec's maximum length, or the base's when that is shorter."""
    longest = config.get("max_position_embeddings")
    if not isinstance(longest, int) or spec.sequence.max_length <= longest:
        return spec.sequence.max_length
    events.warn(f"sequence.maxLength {spec.sequence.max_length} is more than the base can read; {longest} is used")
    return longest


def encode(spec: Spec, encoder: Encoder, events: EventLog, check_stop: Any) -> tuple[Split, Split | None]:
    """Both files as tokens. Raises TrainerError BAD_DATA when nothing is left to learn."""
    train = encode_split("training", spec.data.train, encoder, events, check_stop)
    if train.rows == 0:
        raise TrainerError(
            "BAD_DATA",
            f"no training row is left: {train.dropped_rows} of {train.dropped_rows} rows have no token to learn",
            "Check that the rows hold assistant turns (or completions) and that they begin within sequence.maxLength.",
        )
    if spec.data.validation is None or spec.eval.every_steps is None:
        return train, None
    validation = encode_split("validation", spec.data.validation, encoder, events, check_stop, spec.eval.max_rows)
    return train, validation if validation.rows else None


def encode_split(
    name: SplitName, path: Path, encoder: Encoder, events: EventLog, check_stop: Any, max_rows: int | None = None
) -> Split:
    """One file as tokens, and a word about what was left out. An error for one of its rows says which file it is of."""
    with naming_split(name):
        split = encode_file(path, encoder, check_stop, max_rows)
    warn_about(split, name, encoder, events.warn)
    return split


def run_steps(trainer: Any, resume: Checkpoint | None, total_steps: int) -> None:
    """All steps that are left; a run whose last step is already sealed only gets its weights back."""
    if resume is None:
        trainer.train()
        return
    trainer.continue_from(resume)
    if resume.step < total_steps:
        trainer.train(resume_from_checkpoint=str(resume.path))
    else:
        trainer._load_from_checkpoint(str(resume.path))


def finish(
    method: Method,
    spec: Spec,
    spec_hash: str,
    folder: RunFolder,
    events: EventLog,
    model: Any,
    tokenizer: Any,
    prompts: list[Prompt],
    check_stop: Any,
) -> None:
    """Prove what the adapter says, then write it with its manifest."""
    events.append("phase", name="probing")
    if hasattr(model, "gradient_checkpointing_disable"):
        model.gradient_checkpointing_disable()  # It would switch off the cache that greedy decoding relies on.
    record = method.probe(model, tokenizer, prompts, spec.probe.max_tokens, check_stop)
    log_samples(record, "adapter/probe.json", events.append)
    if not record["prompts"]:
        events.warn("no probe prompt fits base and sequence.maxLength, so no host can prove that it has this adapter")
    elif not differing(record):
        events.warn("the adapter answers like its base on every probe prompt: it learnt too little to be told apart")
    events.append("phase", name="saving")
    export.save_adapter(folder, model, tokenizer, spec.base.path.name, record)
    export.write_manifest(folder, spec_hash, events)

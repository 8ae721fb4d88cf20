"""The run's spec: what `server/runs/contract.ts` writes, read strictly, before anything heavy is imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from .errors import TrainerError
from .files import sha256_file, sha256_json
from .spec_problems import explain


def absolute(path: Path) -> Path:
    """A trainer may be started in any folder, so a relative path would mean something else each time."""
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


Count = Annotated[int, Field(ge=1)]
AbsolutePath = Annotated[Path, AfterValidator(absolute)]


class Section(BaseModel):
    """Strict base: camelCase keys as in JSON, unknown keys refused, no strings for numbers, no NaN."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Message(Section):
    """One chat turn."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str


class Base(Section):
    """Where the base model lies (safetensors) and the digest of its manifest, which the trainer only passes on."""

    path: AbsolutePath
    sha256: Annotated[str, Field(min_length=1)]


class Data(Section):
    """Normalised JSONL files; `shape` says which keys each row has."""

    train: AbsolutePath
    validation: AbsolutePath | None
    shape: Literal["messages", "prompt_completion", "text"]


class Lora(Section):
    """LoRA after Hu et al. 2021 (arXiv 2106.09685): rank `r`, scale `alpha / r`."""

    r: Annotated[int, Field(ge=1, le=1024)]
    alpha: Annotated[float, Field(gt=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    target_modules: Literal["all-linear"] | Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class Optim(Section):
    """AdamW; `maxSteps`, when set, wins over `epochs`; `warmupRatio` is a share of all steps; 0 `maxGradNorm` = off."""

    learning_rate: Annotated[float, Field(gt=0)]
    epochs: Annotated[float, Field(gt=0)]
    max_steps: Count | None
    batch_size: Count
    gradient_accumulation: Count
    warmup_ratio: Annotated[float, Field(ge=0, lt=1)]
    scheduler: Literal["cosine", "linear", "constant"]
    weight_decay: Annotated[float, Field(ge=0)]
    max_grad_norm: Annotated[float, Field(ge=0)]


class Sequence(Section):
    """`maxLength` in tokens; `assistantOnlyLoss` concerns `messages` rows (completions are always scored alone)."""

    max_length: Annotated[int, Field(ge=8)]
    assistant_only_loss: bool


class Checkpoint(Section):
    """A checkpoint every so many steps; the newest `keep` stay."""

    every_steps: Count
    keep: Count


class Eval(Section):
    """Validation loss every so many steps (null: never), over at most `maxRows` rows."""

    every_steps: Count | None
    max_rows: Count


class Device(Section):
    """`auto` takes a CUDA device when there is one; `threads` bounds the CPU threads of one trainer."""

    kind: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=256)]


class Probe(Section):
    """Prompts of the proof record; an empty list takes the first validation prompts. `maxTokens` per answer."""

    prompts: Annotated[list[Annotated[list[Message], Field(min_length=1)]], Field(max_length=64)]
    max_tokens: Annotated[int, Field(ge=1, le=1024)]


class Spec(Section):
    """Everything a run depends on; two runs of one spec on one CPU give the same adapter, bit by bit."""

    v: Literal[1]
    run_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    method: Literal["sft"]
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)]
    base: Base
    data: Data
    lora: Lora
    optim: Optim
    sequence: Sequence
    checkpoint: Checkpoint
    eval: Eval
    log_every_steps: Count
    device: Device
    probe: Probe


def parse_spec(text: str) -> Spec:
    """Parse and check the JSON of a spec.

    Raises TrainerError BAD_SPEC that names the first wrong field and what would be right.
    """
    try:
        json.loads(text)
    except ValueError as error:
        raise TrainerError(
            "BAD_SPEC", f"spec.json is not valid JSON: {error}", "Write the spec again from the run's settings."
        ) from error
    try:
        return Spec.model_validate_json(text)
    except ValidationError as error:
        raise explain(error, Spec) from error


def load_spec(path: Path) -> Spec:
    """Read and check the spec file. Raises TrainerError BAD_SPEC."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainerError(
            "BAD_SPEC", f"the spec could not be read: {error}", "Pass a readable file: --spec spec.json"
        ) from error
    return parse_spec(text)


def hash_spec(spec: Spec) -> str:
    """Hex sha256 of everything that decides the result: the spec with the data files' content in place of their paths.

    A moved data folder keeps its runs resumable; an edited data file does not.
    """
    value = spec.model_dump(mode="json", by_alias=True)
    value["base"].pop("path")
    for name, path in (("train", spec.data.train), ("validation", spec.data.validation)):
        if path is None:
            continue
        try:
            value["data"][name] = sha256_file(path)
        except OSError as error:
            raise TrainerError(
                "BAD_DATA", f"data.{name} could not be read: {error}", "Import the dataset version again."
            ) from error
    return sha256_json(value)

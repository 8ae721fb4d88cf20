"""The proof record: what the adapter says at temperature 0, so that a host can show that it really loaded it.

For each prompt the greedy tokens of the adapted model and of the base, with the margin between the two best tokens at
each step. A host must agree up to the first margin below 0.1 nats and must differ from the base: half precision and
batching flip near-ties, so equality beyond that is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .data import read_rows
from .spec import Spec

DEFAULT_PROMPTS = 4
TEXT_PROMPT_TOKENS = 16

Prompt = tuple[list[dict[str, str]] | None, str]


def choose_prompts(spec: Spec, tokenizer: Any) -> list[Prompt]:
    """(messages or None, rendered text) of the spec's prompts, else of the first validation, else training rows."""
    asked = [[message.model_dump() for message in prompt] for prompt in spec.probe.prompts]
    if asked:
        return [(messages, render(tokenizer, messages)) for messages in asked if tokenizer.chat_template]
    validation = first_prompts(spec.data.validation, spec, tokenizer) if spec.data.validation else []
    return validation or first_prompts(spec.data.train, spec, tokenizer)


def first_prompts(path: Path, spec: Spec, tokenizer: Any) -> list[Prompt]:
    """The first few different prompts of a data file; none when it holds no row that asks anything."""
    prompts: list[Prompt] = []
    for _, row in read_rows(path):
        prompt = prompt_of(row, spec.data.shape, tokenizer)
        if prompt is not None and prompt not in prompts:
            prompts.append(prompt)
        if len(prompts) == DEFAULT_PROMPTS:
            break
    return prompts


def prompt_of(row: dict[str, Any], shape: str, tokenizer: Any) -> Prompt | None:
    """What a row asks: everything before its last assistant turn, its prompt, or the beginning of its text."""
    if shape == "text":
        ids = tokenizer(row["text"], add_special_tokens=False)["input_ids"]
        return None, tokenizer.decode(ids[:TEXT_PROMPT_TOKENS])
    if shape == "prompt_completion":
        prompt = row["prompt"]
        return (None, prompt) if isinstance(prompt, str) else (prompt, render(tokenizer, prompt))
    turns = row["messages"]
    last = max((i for i, turn in enumerate(turns) if turn["role"] == "assistant"), default=0)
    return (turns[:last], render(tokenizer, turns[:last])) if last else None


def render(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    """The chat template with its generation prompt: exactly what a host sends to the model."""
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


def greedy(model: Any, ids: list[int], max_tokens: int, stops: set[int]) -> tuple[list[int], list[float]]:
    """Greedy continuation of `ids`: (tokens with the stop token if it came, margins in nats between the two best).

    The gap between two log-probabilities is the gap between their logits. No generation settings of the base apply.
    """
    import torch

    tokens: list[int] = []
    margins: list[float] = []
    window = torch.tensor([ids], device=model.device)
    cache = None
    with torch.inference_mode():
        while len(tokens) < max_tokens:
            output = model(input_ids=window, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            best = output.logits[0, -1].float().topk(2)
            token = int(best.indices[0])
            tokens.append(token)
            margins.append(round(float(best.values[0] - best.values[1]), 5))
            if token in stops:
                break
            window = torch.tensor([[token]], device=model.device)
    return tokens, margins


def probe(
    model: Any, tokenizer: Any, prompts: list[Prompt], max_tokens: int, check: Callable[[], None]
) -> dict[str, Any]:
    """The proof record of a PEFT model, as probe.json holds it; `check` runs before each answer and may raise."""
    stops = stop_tokens(model, tokenizer)
    window: int = getattr(model.config, "max_position_embeddings", 1 << 30)
    records = []

    def answer(ids: list[int]) -> dict[str, Any]:
        check()
        tokens, margins = greedy(model, ids, max_tokens, stops)
        return {"tokens": tokens, "margins": margins, "text": tokenizer.decode(tokens, skip_special_tokens=True)}

    model.eval()
    for messages, text in prompts:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        if not 0 < len(ids) <= window - max_tokens:
            continue
        adapted = answer(ids)
        with model.disable_adapter():
            base = answer(ids)
        records.append(
            {"messages": messages, "promptText": text, "promptTokenIds": ids, "adapted": adapted, "base": base}
        )
    return {"v": 1, "maxTokens": max_tokens, "prompts": records}


def stop_tokens(model: Any, tokenizer: Any) -> set[int]:
    """Ids that end an answer: the tokenizer's and those of the base's generation settings."""
    configured = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    several = configured if isinstance(configured, list) else [configured]
    return {token for token in (*several, tokenizer.eos_token_id) if token is not None}


def differing(record: dict[str, Any]) -> int:
    """Prompts on which the adapter answers otherwise than its base."""
    return sum(prompt["adapted"]["tokens"] != prompt["base"]["tokens"] for prompt in record["prompts"])


def log_samples(record: dict[str, Any], path: str, append: Callable[..., None]) -> None:
    """One `sample` event per prompt and one `probe` event about all of them."""
    for prompt in record["prompts"]:
        append(
            "sample",
            promptText=prompt["promptText"],
            adaptedText=prompt["adapted"]["text"],
            baseText=prompt["base"]["text"],
        )
    append("probe", path=path, prompts=len(record["prompts"]), differing=differing(record))

"""The proof record: what the adapter says at temperature 0, so that a host can show that it really loaded it.

For each prompt the greedy tokens of the adapted model and of the base, with the margin between the two best tokens at
each step. A host must agree up to the first margin below 0.1 nats and must differ from the base: half precision and
batching flip near-ties, so equality beyond that is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from .data import SplitName, as_turns, naming_row, naming_split, read_rows
from .errors import TrainerError
from .prompt import Prompter
from .spec import Spec
from .weights import last_learnt

DEFAULT_PROMPTS = 4
TEXT_PROMPT_TOKENS = 16

Question = list[dict[str, str]] | str


class Prompt(NamedTuple):
    """What is asked: messages (None for plain text), the text they are rendered to, and its tokens."""

    messages: list[dict[str, str]] | None
    text: str
    ids: list[int]


def choose_prompts(spec: Spec, tokenizer: Any, longest: int, on_row: Callable[[], None]) -> list[Prompt]:
    """The spec's prompts, else the first validation rows', else training rows'; none of more than `longest` tokens.

    `on_row` runs before each row is read and may raise. Raises TrainerError BAD_DATA with the file and the line for a
    row that cannot be read, BAD_SPEC for a prompt of the spec that the base's template refuses.
    """
    prompter = Prompter(tokenizer)
    if spec.probe.prompts:
        given = given_prompts(spec, prompter) if prompter.speaks_chat else []
        return [prompt for prompt in given if 0 < len(prompt.ids) <= longest]
    files: tuple[tuple[SplitName, Path | None], ...] = (
        ("validation", spec.data.validation),
        ("training", spec.data.train),
    )
    for name, path in files:
        if path is None:
            continue
        with naming_split(name):
            found = first_prompts(path, spec, prompter, tokenizer, longest, on_row)
        if found:
            return found
    return []


def given_prompts(spec: Spec, prompter: Prompter) -> list[Prompt]:
    """The spec's own prompts. Raises TrainerError BAD_SPEC for one that the base's template refuses."""
    given: list[Prompt] = []
    for place, prompt in enumerate(spec.probe.prompts):
        try:
            given.append(written(prompter, [message.model_dump() for message in prompt]))
        except Exception as error:  # Templates raise their own errors for roles and orders that they do not accept.
            raise TrainerError(
                "BAD_SPEC",
                f"probe.prompts[{place}] could not be rendered: {error}",
                "Use roles in an order that the base's chat template accepts.",
            ) from error
    return given


def first_prompts(
    path: Path, spec: Spec, prompter: Prompter, tokenizer: Any, longest: int, on_row: Callable[[], None]
) -> list[Prompt]:
    """The first few different prompts of a data file; none when it holds no row that asks anything short enough."""
    prompts: list[Prompt] = []
    for line, row in read_rows(path):
        on_row()
        with naming_row(line):
            question = question_of(row, spec.data.shape, prompter, tokenizer)
            prompt = written(prompter, question) if question else None
        if prompt and 0 < len(prompt.ids) <= longest and prompt not in prompts:
            prompts.append(prompt)
        if len(prompts) == DEFAULT_PROMPTS:
            break
    return prompts


def longest_prompt(spec: Spec, model: Any) -> int:
    """Tokens: the answer must fit the base's window too, and beyond its `maxLength` the run has seen nothing."""
    window: int = getattr(model.config, "max_position_embeddings", 1 << 30)
    return min(window - spec.probe.max_tokens, spec.sequence.max_length)


def written(prompter: Prompter, question: Question) -> Prompt:
    """A question with the tokens that a host makes of it: a template writes its own BOS, plain text is given one."""
    if not isinstance(question, str):
        chat = prompter.chat(question, prompted=True)
        return Prompt(question, chat.text, chat.ids)
    ids = prompter.bare(question)
    # Not all that a tokenizer adds: an end token behind the question is nothing to go on from.
    return Prompt(None, question, [*prompter.begin(), *ids])


def question_of(row: dict[str, Any], shape: str, prompter: Prompter, tokenizer: Any) -> Question | None:
    """What a row asks; None when it asks nothing."""
    return QUESTIONS[shape](row, prompter, tokenizer)


def beginning_of_text(row: dict[str, Any], prompter: Prompter, tokenizer: Any) -> Question | None:
    """The first few words of a text."""
    return tokenizer.decode(prompter.bare(row["text"])[:TEXT_PROMPT_TOKENS])


def prompt_of_pair(row: dict[str, Any], prompter: Prompter, _tokenizer: Any) -> Question | None:
    """The prompt of a pair."""
    prompt, _ = as_turns(row["prompt"], row["completion"], prompter)
    return prompt


def turns_before_answer(row: dict[str, Any], _prompter: Prompter, _tokenizer: Any) -> Question | None:
    """All before a conversation's last assistant turn that is learnt."""
    turns = row["messages"]
    last = last_learnt(turns)
    return turns[:last] if last else None


QUESTIONS: dict[str, Callable[[dict[str, Any], Prompter, Any], Question | None]] = {
    "messages": turns_before_answer,
    "prompt_completion": prompt_of_pair,
    "text": beginning_of_text,
}


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
    records = []

    def answer(ids: list[int]) -> dict[str, Any]:
        check()
        tokens, margins = greedy(model, ids, max_tokens, stops)
        return {"tokens": tokens, "margins": margins, "text": tokenizer.decode(tokens, skip_special_tokens=True)}

    model.eval()
    for messages, text, ids in prompts:
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

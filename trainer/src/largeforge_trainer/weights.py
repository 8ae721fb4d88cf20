"""`weight: 0` on an assistant turn (OpenAI's fine-tuning format): the turn is context and carries no loss."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

Messages = list[dict[str, Any]]


def is_learnt(message: dict[str, Any]) -> bool:
    """Whether this is an assistant turn that carries loss; without a weight it does."""
    return message["role"] == "assistant" and message.get("weight", 1) != 0


def is_excluded(message: dict[str, Any]) -> bool:
    """Whether this is an assistant turn that was excluded from the loss."""
    return message["role"] == "assistant" and message.get("weight", 1) == 0


def last_learnt(messages: Messages) -> int:
    """The place of the last assistant turn that carries loss; 0 when there is none that answers anything."""
    return max((i for i, message in enumerate(messages) if is_learnt(message)), default=0)


def without_excluded(mask: list[int], messages: Messages) -> list[int]:
    """A template's mask of the assistant's tokens without those of excluded turns.

    Turns of the assistant are never neighbours, so each is one run of ones. Raises ValueError when the template
    marks another number of runs, because it could then not be told which turn is which.
    """
    if not any(map(is_excluded, messages)):
        return mask
    turns = [message for message in messages if message["role"] == "assistant"]
    runs = [(marked, len(list(run))) for marked, run in groupby(mask)]
    if sum(1 for marked, _ in runs if marked) != len(turns):
        raise ValueError(
            "the base's chat template does not mark each assistant turn once, so a turn of weight 0 cannot be left out"
        )
    keep = iter(turns)
    kept: list[int] = []
    for marked, length in runs:
        kept += [int(marked and is_learnt(next(keep)))] * length
    return kept


def outside_excluded(ids: list[int], messages: Messages, render: Callable[..., list[int]]) -> list[int]:
    """A mask of all tokens but those of excluded turns, for templates without marks and for loss on every turn.

    `render(messages, add_generation_prompt)` gives token ids; a turn is what its conversation has and the one before
    it has not. Raises ValueError when the template writes the beginning of a conversation differently later on.
    """
    mask = [1] * len(ids)
    for i, message in enumerate(messages):
        if not is_excluded(message):
            continue
        before, through = render(messages[:i], True), render(messages[: i + 1], False)
        if ids[: len(through)] != through or through[: len(before)] != before:
            raise ValueError(
                "the base's chat template rewrites earlier turns, so a turn of weight 0 cannot be left out: "
                "train on assistant messages only"
            )
        mask[len(before) : len(through)] = [0] * (len(through) - len(before))
    return mask

"""Normalised JSONL → token ids and labels, with a count of what was cut or left out.

The result equals what TRL's SFTTrainer prepares from the same rows (a test holds the two together); doing it here
gives line numbers, counts and bounded memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .errors import TrainerError
from .prompt import Prompter, Written
from .weights import last_learnt, outside_excluded, without_excluded

if TYPE_CHECKING:
    from datasets import Dataset

IGNORED = -100  # torch's cross-entropy leaves out targets of this value
CHUNK_ROWS = 1000
SHOWN_LINES = 5

Row = dict[str, Any]
SplitName = Literal["training", "validation"]
Scored = Literal["assistant", "last_turn", "everything"]


@dataclass(frozen=True)
class Encoder:
    """How rows become tokens; `shape` is a key of ENCODERS.

    `template` None takes the tokenizer's own; `scored` concerns `messages` rows.
    """

    tokenizer: Any
    shape: str
    max_length: int
    template: str | None
    scored: Scored

    @cached_property
    def prompter(self) -> Prompter:
        """What writes the tokens."""
        return Prompter(self.tokenizer)


@dataclass
class Split:
    """One encoded file: columns `input_ids` and `labels` (int32), and what happened on the way.

    `trained_tokens` counts the labels that are predicted in one pass: not the first of a row, not the masked ones.
    """

    dataset: Dataset
    rows: int = 0
    trained_tokens: int = 0
    truncated_rows: int = 0
    dropped_rows: int = 0
    dropped_lines: list[int] = field(default_factory=list)


def encode_file(path: Path, encoder: Encoder, on_row: Callable[[], None], max_rows: int | None = None) -> Split:
    """Encode the first `max_rows` rows (all when None) of a JSONL file; `on_row` runs before each one.

    A row of which nothing would be learnt (no assistant turn, or all of it behind `max_length`) is left out and
    counted. Raises TrainerError BAD_DATA with the line number for a row that cannot be read.
    """
    import pyarrow as pa
    from datasets import Dataset

    integers = pa.list_(pa.int32())
    schema = pa.schema({"input_ids": integers, "labels": integers})
    split = Split(dataset=Dataset(schema.empty_table()))
    tables = []
    chunk: list[dict[str, list[int]]] = []
    for line, row in read_rows(path):
        if split.rows == max_rows:
            break
        on_row()
        ids, labels = encode_row(row, line, encoder)
        cut, labels = ids[: encoder.max_length], labels[: encoder.max_length]
        learnt = sum(label != IGNORED for label in labels[1:])
        if learnt == 0:
            split.dropped_rows += 1
            if len(split.dropped_lines) < SHOWN_LINES:
                split.dropped_lines.append(line)
            continue
        split.rows += 1
        split.truncated_rows += len(cut) < len(ids)
        split.trained_tokens += learnt
        chunk.append({"input_ids": cut, "labels": labels})
        if len(chunk) == CHUNK_ROWS:
            tables.append(pa.Table.from_pylist(chunk, schema))
            chunk = []
    tables.append(pa.Table.from_pylist(chunk, schema))
    split.dataset = Dataset(pa.concat_tables(tables))
    return split


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """(line number from 1, row) for every line that is not blank. Raises TrainerError BAD_DATA."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line.decode("utf-8"))
                except UnicodeDecodeError as error:
                    raise bad_row(number, f"is not UTF-8 ({error.reason} at byte {error.start + 1})") from error
                except (ValueError, RecursionError) as error:  # Nested beyond what Python's parser goes down to.
                    raise bad_row(number, f"is not JSON ({error})") from error
                if not isinstance(row, dict):
                    raise bad_row(number, "is not a JSON object")
                yield number, row
    except OSError as error:
        raise TrainerError(
            "BAD_DATA", f"{path.name} could not be read: {error}", "Import the dataset version again."
        ) from error


def encode_row(row: Row, line: int, encoder: Encoder) -> tuple[list[int], list[int]]:
    """(token ids, labels) of one row before any cut; labels are IGNORED where nothing is to be learnt."""
    with naming_row(line):
        return ENCODERS[encoder.shape](row, encoder)


def encode_text(row: Row, encoder: Encoder) -> tuple[list[int], list[int]]:
    """Every token of a text is learnt."""
    ids = encoder.prompter.text(row["text"], stopped=True)
    return ids, list(ids)


def encode_prompt_completion(row: Row, encoder: Encoder) -> tuple[list[int], list[int]]:
    """A pair, of which the completion is learnt."""
    prompt, completion = as_turns(row["prompt"], row["completion"], encoder.prompter)
    return encode_pair(prompt, completion, row, encoder)


def encode_messages(row: Row, encoder: Encoder) -> tuple[list[int], list[int]]:
    """A conversation, of which what `encoder.scored` says is learnt."""
    messages = row["messages"]
    if encoder.scored == "last_turn":
        last = last_learnt(messages)
        # Nothing to answer to, or nothing answered: no label, so the caller leaves the row out and counts it.
        return encode_pair(messages[:last], messages[last : last + 1], row, encoder) if last else ([], [])
    written = write(messages, row, encoder, marked=encoder.scored == "assistant")
    if encoder.scored == "assistant":
        return written.ids, masked(written.ids, without_excluded(written.learnt, messages))

    def rewrite(turns: list[Row], prompted: bool) -> list[int]:
        return write(turns, row, encoder, prompted=prompted).ids

    return written.ids, masked(written.ids, outside_excluded(written.ids, messages, rewrite))


ENCODERS: dict[str, Callable[[Row, Encoder], tuple[list[int], list[int]]]] = {
    "messages": encode_messages,
    "prompt_completion": encode_prompt_completion,
    "text": encode_text,
}


@contextmanager
def naming_row(line: int) -> Iterator[None]:
    """Whatever a row's content raises inside becomes BAD_DATA with its line; memory that runs out is not the row's."""
    try:
        yield
    except KeyError as error:
        raise bad_row(line, f"has no {error.args[0]!r}") from error
    except (TrainerError, MemoryError):
        raise
    except Exception as error:  # Templates raise their own errors for roles and orders that they do not accept.
        raise bad_row(line, f"could not be rendered: {error}") from error


@contextmanager
def naming_split(name: SplitName) -> Iterator[None]:
    """An error for one row of this file says which file it is of."""
    try:
        yield
    except TrainerError as error:
        if "line" in error.facts:
            error.facts["badRowOf"] = name
        raise


def as_turns(prompt: Any, completion: Any, prompter: Prompter) -> tuple[Any, Any]:
    """A pair as a question and its answer when the base speaks in chats, because that is how it will be asked."""
    if not isinstance(prompt, str) or not prompter.speaks_chat:
        return prompt, completion
    return [{"role": "user", "content": prompt}], [{"role": "assistant", "content": completion}]


def encode_pair(prompt: Any, completion: Any, row: Row, encoder: Encoder) -> tuple[list[int], list[int]]:
    """A prompt and its completion, both text or both messages; only the completion is learnt."""
    if isinstance(prompt, str):
        before = encoder.prompter.text(prompt)
        ids = encoder.prompter.text(prompt + completion, stopped=True)
    else:
        before = write(prompt, row, encoder, prompted=True).ids
        ids = write(prompt + completion, row, encoder).ids
    return ids, masked(ids, [0] * len(before) + [1] * (len(ids) - len(before)))


def write(messages: list[Row], row: Row, encoder: Encoder, *, prompted: bool = False, marked: bool = False) -> Written:
    """Messages through the chat template; `tools` may come as JSON text, as Arrow tables keep it."""
    tools = row.get("tools")
    tools = json.loads(tools) if isinstance(tools, str) else tools
    return encoder.prompter.chat(messages, tools, encoder.template, prompted=prompted, marked=marked)


def masked(ids: list[int], mask: list[int]) -> list[int]:
    """Labels: the token where the mask is set, else IGNORED."""
    return [token if learnt else IGNORED for token, learnt in zip(ids, mask, strict=False)]


def bad_row(line: int, what: str) -> TrainerError:
    """BAD_DATA for one line of the normalised file, which the worker knows the source of."""
    hint = "Correct the row and import the dataset again."
    return TrainerError("BAD_DATA", f"normalised line {line} {what}", hint, line=line)


def warn_about(split: Split, name: str, encoder: Encoder, warn: Callable[..., None]) -> None:
    """Tell what was left out or cut; `lines` are those of the normalised file, which the worker knows the source of."""
    limit = f"{encoder.max_length} tokens"
    if split.dropped_rows:
        lines = ", ".join(map(str, split.dropped_lines))
        more = ", …" if split.dropped_rows > len(split.dropped_lines) else ""
        message = f"{split.dropped_rows} {name} rows were left out, no token to learn within {limit}"
        warn(f"{message}: normalised lines {lines}{more}", leftOutOf=name, lines=split.dropped_lines)
    if split.truncated_rows:
        warn(f"{split.truncated_rows} {name} rows were cut at {limit}; raise sequence.maxLength to keep their ends")

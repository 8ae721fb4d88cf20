"""The chats that nano is pre-trained on, made by program: other schemas about the same world as any first data set.

Most rows ask for JSON. *Bank* rows belong to a few hundred fixed tasks whose labels mean nothing, so the mapping must
be learnt into the weights, which is what fine-tuning does later. *Open* rows name their labels in the prompt, or use
the subject's own word. The keys `category` and `priority` never occur: the triage sample must be learnt, not recalled.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from .nano_phrases import CLOSERS, KEYS, OPENERS, TRAITS
from .nano_speech import World
from .wording import phrases, sentence

_TRAIT_WEIGHTS = {"haste": 4, "mood": 2, "worth": 2, "time": 1, "size": 1, "sure": 1, "count": 2}
_VOWELS = ("a", "e", "i", "o", "u", "an", "er", "il", "ing", "ity", "ion")


@dataclass(frozen=True)
class Chat:
    """One training row: what is said, and the answer that nano must give."""

    system: str
    user: str
    answer: str


@dataclass(frozen=True)
class Field:
    """One key of a JSON answer: what it reads off the text, and the label it writes for each class."""

    key: str
    reads: str
    labels: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Task:
    """A fixed task of the bank."""

    system: str
    fields: tuple[Field, ...]
    inline: bool = False  # the instruction opens the user's turn, for data sets without a system prompt


def some_trait(rng: random.Random, *extra: str) -> str:
    """Draw a trait, or one of `extra`, by weight."""
    names = [*TRAITS, *extra]
    return rng.choices(names, [_TRAIT_WEIGHTS[name] for name in names])[0]


def bank(world: World, size: int, rng: random.Random) -> list[Task]:
    """Make `size` tasks with meaningless keys and labels."""
    return [_task(world, rng) for _ in range(size)]


def _task(world: World, rng: random.Random) -> Task:
    reads = ["subject"] if rng.random() < 0.92 else []
    traits = dict.fromkeys(some_trait(rng, "count") for _ in range(rng.choice((0, 1, 1, 1, 2))))
    reads += list(traits) or ([] if reads else ["haste"])
    rng.shuffle(reads)
    fields = []
    for what in reads:
        groups: tuple[tuple[int, ...], ...] = ()
        count = len(world.trait_labels[what]) if what in world.trait_labels else 0
        if what == "subject":
            order = list(dict.fromkeys(world.some_subject(rng) for _ in range(400)))
            per, count = rng.choice((1, 1, 1, 2)), rng.randint(3, 8)
            groups = tuple(tuple(order[i * per : (i + 1) * per]) for i in range(count))
        key = rng.choice(phrases(KEYS)) if rng.random() < 0.5 else rng.choice(world.words)
        labels = tuple(word if rng.random() < 0.85 else _made_up(rng) for word in rng.sample(world.words, count))
        fields.append(Field(key if rng.random() < 0.9 else _made_up(rng), what, labels, groups))
    verb = rng.choice(("sort", "label", "read", "file", "mark", "judge", "route", "tag"))
    system = f"{verb} the {rng.choice(world.words)} {rng.choice(world.words)}" if rng.random() < 0.9 else verb
    return Task(sentence(system), tuple(fields), inline=rng.random() < 0.1)


def _made_up(rng: random.Random) -> str:
    # A word of several tokens: labels of a user's own are seldom words that nano knows.
    return "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice(_VOWELS) for _ in range(rng.randint(2, 4)))


def bank_chat(task: Task, world: World, rng: random.Random) -> Chat:
    """Make one row of a bank task."""
    answer: dict[str, str | int] = {}
    said: list[str] = []
    for field in task.fields:
        label, sentences = say_field(field, world, rng)
        answer[field.key] = label
        said += sentences
    text = talk(said, {field.reads for field in task.fields}, world, rng)
    return (
        Chat("", f"{task.system} {text}", to_json(answer)) if task.inline else Chat(task.system, text, to_json(answer))
    )


def say_field(field: Field, world: World, rng: random.Random) -> tuple[str | int, list[str]]:
    if field.reads == "count":
        number = rng.randint(1, 12) if rng.random() < 0.6 else rng.randint(13, 400)
        return number, [world.trait_sentence("count", number, rng)]
    index = rng.randrange(len(field.labels))
    if field.reads == "subject":
        subject = rng.choice(field.groups[index])
        times = 1 if rng.random() < 0.75 else 2
        return field.labels[index], [world.subject_sentence(subject, rng) for _ in range(times)]
    return field.labels[index], [world.trait_sentence(field.reads, index, rng)]


def talk(said: list[str], reads: set[str], world: World, rng: random.Random) -> str:
    if rng.random() < 0.25:  # something true that the answer must ignore
        other = rng.choice([t for t in TRAITS if t not in reads])
        said = [*said, world.trait_sentence(other, rng.randrange(len(TRAITS[other])), rng)]
    if rng.random() < 0.5:
        rng.shuffle(said)
    opener = [sentence(rng.choice(phrases(OPENERS)))] if rng.random() < 0.2 else []
    closer = [sentence(rng.choice(phrases(CLOSERS)))] if rng.random() < 0.1 else []
    return " ".join(opener + said + closer)


def to_json(answer: dict[str, str | int]) -> str:
    """Write an answer the way every nano answer is written: JSON without spaces."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))

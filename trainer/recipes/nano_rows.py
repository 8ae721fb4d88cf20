"""The other kinds of nano rows, and the mix of all kinds."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .nano_phrases import COUNTED, PEOPLE, PLACES
from .nano_speech import KEYS_OF, World
from .nano_text import Chat, Field, Task, bank, bank_chat, say_field, some_trait, talk, to_json
from .triage_words import PROBLEMS, WORDINGS
from .wording import alternatives, phrases, pick, sentence, word_runs

BANK_TASKS = 96
LISTED_SHARE = 0.15
# Meaning comes before mapping: bank tasks teach little until nano knows what a sentence is about.
FIRST_MIX = {"short": 0.60, "open": 0.32, "copy": 0.05, "say": 0.03}
LATER_MIX = {"short": 0.12, "open": 0.34, "bank": 0.44, "copy": 0.06, "say": 0.04}


def open_chat(world: World, rng: random.Random) -> Chat:
    """Make a row whose keys say what to read; its labels stand in the prompt or are the first word of their class."""
    reads = ["subject"] if rng.random() < 0.85 else []
    reads += dict.fromkeys(some_trait(rng, "count") for _ in range(rng.choice((0, 1, 1, 2)) if reads else 1))
    rng.shuffle(reads)
    listed = rng.random() < LISTED_SHARE
    answer: dict[str, str | int] = {}
    said: list[str] = []
    wanted: list[str] = []
    for what in reads:
        field = _open_field(what, listed, world, rng)
        label, sentences = say_field(field, world, rng)
        answer[field.key] = label
        said += sentences
        wanted.append(f"{field.key}: {', '.join(field.labels)}" if listed and field.labels else field.key)
    verb = rng.choice(("give", "answer with", "reply with", "find"))
    system = f"{verb.capitalize()} {'; '.join(wanted) if listed else ' and '.join(wanted)}."
    return Chat(system, talk(said, set(reads), world, rng), to_json(answer))


def _open_field(what: str, listed: bool, world: World, rng: random.Random) -> Field:
    key = rng.choice(phrases(KEYS_OF[what]))
    if what == "count":
        return Field(key, what, ())
    if what == "subject":
        subjects = list(range(len(world.subject_labels)))
        chosen = rng.sample(subjects, rng.randint(3, 6)) if listed else subjects
        names = [rng.choice(world.subject_labels[i]) if listed else world.subject_labels[i][0] for i in chosen]
        return Field(key, what, tuple(names), tuple((i,) for i in chosen))
    return Field(key, what, tuple(rng.choice(c) if listed else c[0] for c in world.trait_labels[what]))


def short_chat(world: World, rng: random.Random) -> Chat:
    """Make the densest row: a few words in, what they are about out."""
    if rng.random() < 0.4:
        trait = some_trait(rng)
        index = rng.randrange(len(world.trait_labels[trait]))
        return Chat(
            f"{trait.capitalize()}.", world.trait_sentence(trait, index, rng), world.trait_labels[trait][index][0]
        )
    index = world.some_subject(rng)
    source = rng.choice((world.things, world.doings, world.states))[index]
    said = pick(rng.choice(source), rng) if rng.random() < 0.7 else world.subject_sentence(index, rng)
    return Chat("Topic.", said, world.subject_labels[index][0])


def copy_chat(world: World, rng: random.Random) -> Chat:
    """Make a row that copies names, places, numbers or words out of the text."""
    shape = rng.randrange(4)
    person, place = (rng.choice(phrases(source)).capitalize() for source in (PEOPLE, PLACES))
    number = rng.randint(1, 99) if rng.random() < 0.7 else rng.randint(100, 9999)
    if shape == 0:
        counted = rng.choice(phrases(COUNTED))
        text = f"{person} {rng.choice(('from', 'in', 'of'))} {place} wants {number} {counted}."
        parts = {"name": person, "place": place, counted: number}
        kept = rng.sample(list(parts), rng.randint(1, 3))
        return Chat(f"Give {' and '.join(kept)}.", text, to_json({key: parts[key] for key in kept}))
    if shape == 1:
        subject = rng.randrange(len(world.subject_labels))
        text = f"{world.subject_sentence(subject, rng)} {rng.choice(('Order', 'Number', 'Code', 'Ref'))} {number}."
        return Chat("Give code.", text, to_json({"code": number}))
    words = rng.sample(world.words, rng.randint(1, 4))
    if shape == 2:
        return Chat("Repeat the words.", " ".join(words), " ".join(words))
    return Chat("List the words.", ", ".join(words), "[" + ",".join(f'"{word}"' for word in words) + "]")


def say_chat(world: World, rng: random.Random) -> Chat:
    """Make a row that answers in plain words, so that every word of the world is also something nano says."""
    index = rng.randrange(len(world.subject_labels))
    labels = world.subject_labels[index]
    thing = pick(rng.choice(world.things[index]), rng)
    shape = rng.randrange(4)
    if shape == 0:
        return Chat("Talk to me.", f"Say something about {rng.choice(labels)}.", world.subject_sentence(index, rng))
    if shape == 1:
        return Chat("Answer the question.", f"What is {thing} about?", sentence(f"{thing} is about {labels[0]}"))
    if shape == 2:
        return Chat("One word.", f"Name a thing of {rng.choice(labels)}.", thing)
    first, second = (pick(rng.choice(world.things[index]), rng) for _ in range(2))
    return Chat("Yes or no.", *_same_subject(first, second, thing, world, rng))


def _same_subject(first: str, second: str, thing: str, world: World, rng: random.Random) -> tuple[str, str]:
    if rng.random() < 0.5:
        return f"Do {first} and {second} belong together?", "Yes."
    other = pick(rng.choice(rng.choice(world.things)), rng)
    return f"Do {thing} and {other} belong together?", "No."


def kept_apart() -> frozenset[str]:
    """List the word runs that tell what a ticket of the triage sample is about: nano reads none of them."""
    problems = (
        sentence(text)
        for wording in WORDINGS
        for listing in PROBLEMS[wording].values()
        for phrase in phrases(listing)
        for text in alternatives(phrase)
    )
    return frozenset(run for text in problems for run in word_runs(text) if run.count(" ") >= 2)


def chats(seed: int, mix: dict[str, float]) -> Iterator[Chat]:
    """Make the endless stream of rows that `seed` and the shares of the kinds stand for."""
    rng = random.Random(seed)  # noqa: S311 (made text, not a secret)
    world = World()
    tasks: list[Task] = bank(world, BANK_TASKS, rng)
    makers = {"short": short_chat, "open": open_chat, "copy": copy_chat, "say": say_chat}
    apart = kept_apart()
    while True:
        kind = rng.choices(list(mix), list(mix.values()))[0]
        chat = bank_chat(rng.choice(tasks), world, rng) if kind == "bank" else makers[kind](world, rng)
        if apart.isdisjoint(word_runs(chat.user)):
            yield chat

"""How nano's world is put into words: the lists split once, and one sentence at a time drawn from them."""

from __future__ import annotations

import random

from .nano_phrases import CLOSERS, COUNTED, FRAMES, GENERIC_STATES, KEYS, OPENERS, PEOPLE, PLACES, TRAITS
from .nano_world import DESK_SUBJECTS, SUBJECTS
from .wording import phrases, pick, sentence

FORBIDDEN_WORDS = {"category", "priority"}
KEYS_OF = {
    "subject": "topic;area;subject;field;theme;kind;group;sort;domain;about",
    "haste": "haste;speed;pace;alert;level;when",
    "mood": "mood;tone;feeling;spirit",
    "time": "time;hour;part",
    "size": "size;scale",
    "worth": "opinion;view;verdict;rating",
    "sure": "sure;trust",
    "count": "count;number;total;many;quantity",
}
_COUNT_SHAPES = ("{} {}", "we were {} {}", "it took {} {}", "there are {} {}", "about {} {}", "we stayed {} {}")


class World:
    """The word lists, split once."""

    def __init__(self) -> None:
        parts = [subject.split("|", 3) for subject in _hidden_bars(SUBJECTS)]
        self.subject_labels = [labels.split() for labels, *_ in parts]
        self.subject_weights = [3 if i < DESK_SUBJECTS else 1 for i in range(len(parts))]
        self.things = [phrases(_bars(things)) for _, things, *_ in parts]
        self.doings = [phrases(_bars(doings)) for _, _, doings, _ in parts]
        self.states = [phrases(_bars(states)) for *_, states in parts]
        self.trait_labels = {name: [c.split("|", 1)[0].split() for c in classes] for name, classes in TRAITS.items()}
        self.trait_phrases = {
            name: [phrases(c.split("|", 1)[1].strip()) for c in classes] for name, classes in TRAITS.items()
        }
        self.frames, self.generic = phrases(FRAMES), phrases(GENERIC_STATES)
        self.words = sorted(set(self._all_words()) - FORBIDDEN_WORDS)

    def _all_words(self) -> list[str]:
        lists = [*SUBJECTS, *(c for classes in TRAITS.values() for c in classes), *KEYS_OF.values()]
        lists += [OPENERS, CLOSERS, PEOPLE, PLACES, COUNTED, KEYS, GENERIC_STATES]
        text = " ".join(lists)
        return "".join(c if c.isalpha() else " " for c in text).split()

    def some_subject(self, rng: random.Random) -> int:
        """Draw a subject; those of a help desk come first in the list and more often."""
        return rng.choices(range(len(self.subject_labels)), self.subject_weights)[0]

    def subject_sentence(self, index: int, rng: random.Random) -> str:
        """Say something about one subject."""
        frame = rng.choice(self.frames)
        for slot, source in (
            ("T", self.things[index]),
            ("S", self.states[index]),
            ("D", self.doings[index]),
            ("G", self.generic),
        ):
            while "{" + slot + "}" in frame:
                frame = frame.replace("{" + slot + "}", pick(rng.choice(source), rng), 1)
        return sentence(pick(frame, rng))

    def trait_sentence(self, trait: str, index: int, rng: random.Random) -> str:
        """Say something that shows class `index` of `trait`; for `count` the index is the number itself."""
        if trait == "count":
            shape = rng.choice(_COUNT_SHAPES)
            return sentence(shape.format(index, rng.choice(phrases(COUNTED))))
        return sentence(pick(rng.choice(self.trait_phrases[trait][index]), rng))


def _hidden_bars(subjects: tuple[str, ...]) -> list[str]:
    # The bars inside {a|b} must survive the split at the bars between columns.
    hidden = []
    for subject in subjects:
        depth, out = 0, []
        for char in subject:
            depth += (char == "{") - (char == "}")
            out.append("\t" if char == "|" and depth else char)
        hidden.append("".join(out))
    return hidden


def _bars(text: str) -> str:
    return text.replace("\t", "|")

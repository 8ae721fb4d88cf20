"""The one small grammar that all our made text is written in."""

from __future__ import annotations

import random
import re

_CHOICE = re.compile(r"\{([^{}]*)\}")
_QUESTION = re.compile(r"(how|why|where|what|can|could|is|has|have|which|when will)\b")
_SENTENCE_END = re.compile(r"(?<=[.?]) ")
_WORD = re.compile(r"[a-z]+")


def pick(phrase: str, rng: random.Random) -> str:
    """Replace every `{a|b}` in `phrase` with one of its alternatives, innermost first."""
    while "{" in phrase:
        phrase = _CHOICE.sub(lambda choice: rng.choice(choice[1].split("|")), phrase)
    return phrase


def phrases(listing: str) -> list[str]:
    """Split `a;b;c` at the semicolons."""
    return listing.split(";")


def sentence(text: str) -> str:
    """Write `text` as a sentence: first letter upper case, the lone i too, a full stop or a question mark."""
    text = re.sub(r"\bi\b", "I", text)
    return text[:1].upper() + text[1:] + ("?" if _QUESTION.match(text) else ".")


def sentences(text: str) -> list[str]:
    """Split made text into its sentences, lower case."""
    return _SENTENCE_END.split(text.lower())


def word_runs(text: str, length: int = 4) -> set[str]:
    """List every run of `length` words within a sentence of `text`; a shorter sentence is a run of its own."""
    runs = set()
    for part in sentences(text):
        words = _WORD.findall(part)
        runs |= {" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1))}
    return runs


def alternatives(phrase: str) -> list[str]:
    """Every text that `pick` can make of `phrase`."""
    choice = _CHOICE.search(phrase)
    if not choice:
        return [phrase]
    before, after = phrase[: choice.start()], phrase[choice.end() :]
    return [text for option in choice[1].split("|") for text in alternatives(before + option + after)]

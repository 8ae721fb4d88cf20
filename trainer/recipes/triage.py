"""Write the support-ticket triage sample: `python -m recipes.triage OUT_DIR`.

Rows are chats `{"messages": [system, user, assistant]}` whose answer is `{"category": …, "priority": …}` as JSON
without spaces. The three files differ in wording, not only in rows, so a score on `heldout.jsonl` is not recall.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from .triage_words import CATEGORIES, HASTE, OPENERS, PRIORITIES, PROBLEMS
from .wording import phrases, pick, sentence

SYSTEM = "Sort the support ticket."
ROWS_PER_LABEL_PAIR = {"train": 80, "validation": 8, "heldout": 12}
SEED = 7

Row = dict[str, list[dict[str, str]]]


def ticket(wording: str, category: str, priority: str, rng: random.Random) -> str:
    """Write one ticket: what is wrong, how urgent it is, in either order, sometimes after a greeting."""
    parts = [
        sentence(pick(rng.choice(phrases(PROBLEMS[wording][category])), rng)),
        sentence(pick(rng.choice(phrases(HASTE[wording][priority])), rng)),
    ]
    if rng.random() < 0.3:
        parts.reverse()
    if rng.random() < 0.3:
        parts.insert(0, sentence(pick(rng.choice(phrases(OPENERS[wording])), rng)))
    return " ".join(parts)


def chat(text: str, category: str, priority: str) -> Row:
    """Wrap one labelled ticket as a chat row."""
    answer = json.dumps({"category": category, "priority": priority}, separators=(",", ":"))
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": text},
            {"role": "assistant", "content": answer},
        ]
    }


def rows(wording: str, seed: int = SEED) -> list[Row]:
    """Make the shuffled rows of one wording: equally many per category and priority, no ticket twice."""
    rng = random.Random(f"{seed}:{wording}")  # noqa: S311 (made text, not a secret)
    seen: set[str] = set()
    made = [
        chat(text, category, priority)
        for category in CATEGORIES
        for priority in PRIORITIES
        for text in _distinct(wording, category, priority, rng, seen)
    ]
    rng.shuffle(made)
    return made


def _distinct(wording: str, category: str, priority: str, rng: random.Random, seen: set[str]) -> Iterator[str]:
    wanted = ROWS_PER_LABEL_PAIR[wording]
    for _ in range(wanted * 100):
        text = ticket(wording, category, priority, rng)
        if text not in seen:
            seen.add(text)
            yield text
            wanted -= 1
        if wanted == 0:
            return
    raise ValueError(f"the {wording} wording of {category} cannot fill its rows without repeating one")


def write(out: Path) -> None:
    """Write one `<wording>.jsonl` per wording into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for wording in ROWS_PER_LABEL_PAIR:
        lines = [json.dumps(row, ensure_ascii=False) for row in rows(wording)]
        (out / f"{wording}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the triage sample.")
    parser.add_argument("out", type=Path)
    write(parser.parse_args().out)

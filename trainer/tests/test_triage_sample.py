"""The triage sample: what its README promises, checked on the committed rows."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations, islice
from pathlib import Path

import pytest

from recipes.nano_rows import FIRST_MIX, LATER_MIX, chats, kept_apart
from recipes.triage import rows, write
from recipes.triage_words import CATEGORIES, PRIORITIES, WORDINGS
from recipes.wording import word_runs

SAMPLE = Path(__file__).parents[2] / "samples" / "triage"


def tickets(wording: str) -> list[str]:
    lines = (SAMPLE / f"{wording}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["messages"][1]["content"] for line in lines]


@pytest.mark.parametrize(("one", "other"), list(combinations(WORDINGS, 2)))
def test_two_wordings_share_no_run_of_four_words(one: str, other: str) -> None:
    runs = [set().union(*map(word_runs, tickets(wording))) for wording in (one, other)]
    assert runs[0] & runs[1] == set()


def test_the_committed_rows_are_what_the_recipe_writes(tmp_path: Path) -> None:
    write(tmp_path)
    for wording in WORDINGS:
        name = f"{wording}.jsonl"
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_every_pair_of_labels_is_equally_frequent() -> None:
    for wording in WORDINGS:
        counts = Counter(row["messages"][-1]["content"] for row in rows(wording))
        assert len(counts) == len(CATEGORIES) * len(PRIORITIES)
        assert len(set(counts.values())) == 1


def test_the_sample_is_large_enough_to_teach_and_to_score() -> None:
    assert len(tickets("train")) >= 1000
    assert 200 <= len(tickets("heldout")) <= 240


@pytest.mark.parametrize("mix", [FIRST_MIX, LATER_MIX])
def test_nano_was_not_taught_the_sample(mix: dict[str, float]) -> None:
    apart = kept_apart()
    for chat in islice(chats(11, mix), 20_000):
        assert "category" not in chat.answer
        assert "priority" not in chat.answer
        assert apart.isdisjoint(word_runs(chat.user))

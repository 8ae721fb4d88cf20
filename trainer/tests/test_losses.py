"""Losses are per scored token, whatever the batch size, so that runs and the two curves of one run can be compared."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import tiny
from conftest import of_type, run_here
from largeforge_trainer.data import Encoder, encode_file

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen conversations whose answers are one to many words long: no batch holds as many tokens as the next."""
    rows: list[dict[str, Any]] = tiny.chats(14)
    for i, row in enumerate(rows):
        row["messages"][1]["content"] = " ".join(["green", "is", "the", "leaf", "zzz"][: 1 + i % 5] * (1 + i % 3))
    return tiny.write_rows(tmp_path_factory.mktemp("uneven") / "rows.jsonl", rows)


@pytest.fixture(scope="module")
def nats_per_token(base: Path, uneven: Path) -> float:
    """The base's loss on those rows, summed one row at a time in plain PyTorch."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    encoder = Encoder(AutoTokenizer.from_pretrained(base), "messages", 64, None, "assistant")
    model = AutoModelForCausalLM.from_pretrained(base).eval()
    nats, scored = 0.0, 0
    with torch.inference_mode():
        for row in encode_file(uneven, encoder, lambda: None).dataset:
            labels = torch.tensor(row["labels"][1:])
            logits = model(torch.tensor([row["input_ids"]])).logits[0, :-1]
            nats += torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            scored += int((labels != -100).sum())
    return nats / scored


@pytest.mark.parametrize(("batch", "accumulation"), [(1, 1), (1, 4), (2, 1), (2, 3), (4, 1), (8, 1)])
def test_validation_and_training_loss_are_the_mean_over_tokens_for_every_batch(
    batch: int, accumulation: int, base: Path, uneven: Path, nats_per_token: float, tmp_path: Path
) -> None:
    # One pass that changes nothing, told once at its end: both losses are then those of the base on the same rows.
    steps = math.ceil(math.ceil(14 / batch) / accumulation)
    spec = tiny.make_spec(
        base,
        uneven,
        uneven,
        lora__dropout=0.0,
        optim__learningRate=1e-7,
        optim__batchSize=batch,
        optim__gradientAccumulation=accumulation,
        optim__epochs=1,
        optim__maxSteps=None,
        eval__everySteps=steps,
        eval__maxRows=100,
        logEverySteps=100,
        checkpoint__everySteps=100,
        probe__maxTokens=1,
    )
    events = run_here(tmp_path, spec)
    (validation,) = of_type(events, "eval")
    (training,) = of_type(events, "metric")
    assert validation["loss"] == pytest.approx(nats_per_token, abs=TOLERANCE)
    assert training["loss"] == pytest.approx(nats_per_token, abs=TOLERANCE)
    assert events[-1]["finalLoss"] == training["loss"]

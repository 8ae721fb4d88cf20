"""Does our trainer cost anything over plain TRL? Runs both in turn and prints the ratio of their step times.

    python bench/trainer/compare.py --spec spec.json [--rounds 5]

`spec.json` is any valid spec; at least 200 steps are worth measuring. Each round runs the plain script and the trainer
once, in alternating order, so that a busy machine slows both. The first steps are warm-up and left out. Prints one
JSON line: {"name", "ratios": {"stepTime", "quietStepTime"}, "goals": {"stepTime"}, "met", "plainStepMs", "ourStepMs",
"sameLosses"}. `stepTime` compares medians; `quietStepTime` compares the fastest tenth of the steps, which other work on
the machine disturbed least: believe it where the medians of one script differ widely between rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
WARM_UP_STEPS = 20
GOAL = 1.02

Times = tuple[list[float], list[float]]


def plain(spec: Path) -> Times:
    """(step times in ms, losses) of the plain script."""
    command = [sys.executable, str(Path(__file__).with_name("plain_sft.py")), "--spec", str(spec)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 our own script
    told = json.loads(done.stdout.splitlines()[-1])
    return told["stepMs"], told["loss"]


def ours(spec: Path) -> Times:
    """(step times in ms, losses) of the trainer."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "largeforge_trainer", "--spec", str(spec), "--out", folder]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "trainer" / "src")}
        subprocess.run(command, env=environment, check=True)  # noqa: S603 our own package
        lines = Path(folder, "events.jsonl").read_text(encoding="utf-8").splitlines()
    metrics = [event for event in map(json.loads, lines) if event["type"] == "metric"]
    return [event["stepMs"] for event in metrics], [event["loss"] for event in metrics]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    medians: dict[str, list[float]] = {"plain": [], "ours": []}
    every: dict[str, list[float]] = {"plain": [], "ours": []}
    losses: dict[str, list[float]] = {}
    for turn in range(options.rounds):
        pair = [("plain", plain), ("ours", ours)]
        for name, run in pair if turn % 2 == 0 else reversed(pair):
            times, losses[name] = run(options.spec)
            medians[name].append(statistics.median(times[WARM_UP_STEPS:]))
            every[name] += times[WARM_UP_STEPS:]
    ratio = statistics.median(mine / theirs for mine, theirs in zip(medians["ours"], medians["plain"], strict=True))
    quiet = {name: statistics.quantiles(times, n=10)[0] for name, times in every.items()}
    report = {
        "name": "trainer",
        "ratios": {"stepTime": round(ratio, 4), "quietStepTime": round(quiet["ours"] / quiet["plain"], 4)},
        "goals": {"stepTime": GOAL},
        "met": ratio <= GOAL,
        "plainStepMs": [round(value, 3) for value in medians["plain"]],
        "ourStepMs": [round(value, 3) for value in medians["ours"]],
        "sameLosses": losses["plain"] == losses["ours"],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

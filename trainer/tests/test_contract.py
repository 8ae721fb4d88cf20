"""The fixtures that both sides check: TypeScript's zod schemas read the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from conftest import Events, read_events, resumable_spec, run_here
from largeforge_trainer.errors import ErrorCode, TrainerError
from largeforge_trainer.spec import parse_spec

CONTRACT = Path(__file__).parent / "fixtures" / "contract"


def fixture(name: str) -> Any:
    return json.loads((CONTRACT / name).read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """A value's keys and kinds, without its content: null fits any kind, an array is known by its first element."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def assert_like(ours: Any, agreed: Any, where: str) -> None:
    """Same keys and kinds on both sides."""
    if ours is None or agreed is None or (isinstance(agreed, list) and not (agreed and ours)):
        return
    if isinstance(agreed, dict):
        assert set(ours) == set(agreed), where
        for key in agreed:
            assert_like(ours[key], agreed[key], f"{where}.{key}")
    elif isinstance(agreed, list):
        assert_like(ours[0], agreed[0], f"{where}[0]")
    else:
        assert shape(ours) == shape(agreed), where


@pytest.mark.parametrize("case", fixture("spec-valid.json"), ids=lambda case: case["name"])
def test_a_valid_spec_is_taken_and_written_back_the_same(case: dict[str, Any]) -> None:
    spec = parse_spec(json.dumps(case["spec"]))
    assert spec.model_dump(mode="json", by_alias=True) == case["spec"]


@pytest.mark.parametrize("case", fixture("spec-invalid.json"), ids=lambda case: case["name"])
def test_an_invalid_spec_is_refused_by_its_field(case: dict[str, Any]) -> None:
    with pytest.raises(TrainerError) as caught:
        parse_spec(json.dumps(case["spec"]))
    assert caught.value.code == "BAD_SPEC"
    assert caught.value.message.startswith(case["field"])


def test_a_real_run_writes_events_and_files_as_agreed(
    finished: tuple[Path, Events], base: Path, rows: Path, tmp_path: Path
) -> None:
    agreed = {event["type"]: event for event in read_events(CONTRACT)}
    (tmp_path / "cancel").touch()
    cancelled = run_here(tmp_path, resumable_spec(base, rows))
    refused = run_here(tmp_path / "refused", {"v": 1})
    for event in [*finished[1], *cancelled, *refused]:
        assert_like(event, agreed[event["type"]], event["type"])
    seen = {event["type"] for event in [*finished[1], *cancelled, *refused]}
    assert set(agreed) - seen <= {"heartbeat", "warning"}  # one field each; a quick run has neither
    for name, path in (
        ("manifest.json", "manifest.json"),
        ("probe.json", "adapter/probe.json"),
        ("pid.json", "pid.json"),
    ):
        assert_like(json.loads((finished[0] / path).read_text(encoding="utf-8")), fixture(name), name)


def test_every_error_code_of_the_fixtures_is_ours() -> None:
    told = [event["code"] for event in read_events(CONTRACT) if event["type"] == "error"]
    told += [line["code"] for line in fixture("convert.json") if "code" in line]
    assert set(told) <= set(get_args(ErrorCode))

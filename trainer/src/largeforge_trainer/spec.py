"""The run's spec, read strictly against `spec.schema.json` before anything heavy is imported.

The schema is made from TypeScript's table of methods (server/runs/methods), one alternative for each method; how it is
made and that it is current is checked by server/runs/contract.test.ts.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .errors import TrainerError
from .files import sha256_file, sha256_json
from .schema import Section, build_model
from .spec_problems import explain

SCHEMA = Path(__file__).with_name("spec.schema.json")


class Spec(Section):
    """Everything a run depends on, with the fields that its method's schema names: `spec.optim.learning_rate`.

    Two runs of one spec on one CPU give the same adapter, bit by bit.
    """


@cache
def models_of(path: Path) -> dict[str, type[Any]]:
    """The model of each method's spec, by the method's name."""
    alternatives = json.loads(path.read_text(encoding="utf-8"))["oneOf"]
    names = [alternative["properties"]["method"]["const"] for alternative in alternatives]
    return {name: build_model(name, each, Spec) for name, each in zip(names, alternatives, strict=True)}


def parse_spec(text: str) -> Any:
    """Parse and check the JSON of a spec → a `Spec` with the fields of its method.

    Raises TrainerError BAD_SPEC that names the first wrong field and what would be right.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise TrainerError(
            "BAD_SPEC", f"spec.json is not valid JSON: {error}", "Write the spec again from the run's settings."
        ) from error
    model = model_for(value.get("method") if isinstance(value, dict) else None)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise explain(error, model) from error


def model_for(method: Any) -> type[Any]:
    """The model for a spec's `method`; without one any says that it is missing. Raises TrainerError BAD_SPEC."""
    models = models_of(SCHEMA)
    if method is None:
        return next(iter(models.values()))
    if isinstance(method, str) and method in models:
        return models[method]
    raise TrainerError(
        "BAD_SPEC",
        f"method: there is no training method {json.dumps(method, ensure_ascii=False)[:80]}",
        f"Correct method in the run's settings: {', '.join(models)}.",
    )


def load_spec(path: Path) -> Any:
    """Read and check the spec file. Raises TrainerError BAD_SPEC."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainerError(
            "BAD_SPEC", f"the spec could not be read: {error}", "Pass a readable file: --spec spec.json"
        ) from error
    return parse_spec(text)


def hash_spec(spec: Any) -> str:
    """Hex sha256 of everything that decides the result: the spec with the data files' content in place of their paths.

    A moved data folder keeps its runs resumable; an edited data file does not.
    """
    value = spec.model_dump(mode="json", by_alias=True)
    value["base"].pop("path")
    for name, path in (("train", spec.data.train), ("validation", spec.data.validation)):
        if path is None:
            continue
        try:
            value["data"][name] = sha256_file(path)
        except OSError as error:
            raise TrainerError(
                "BAD_DATA", f"data.{name} could not be read: {error}", "Import the dataset version again."
            ) from error
    return sha256_json(value)

"""Says what is wrong with a spec in one sentence that names the field, and how to put it right."""

from __future__ import annotations

import difflib
import json
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from .errors import TrainerError


def explain(error: ValidationError, root: type[BaseModel]) -> TrainerError:
    """Turn pydantic's list into one sentence about the first field, and how many more there are."""
    problems = error.errors(include_url=False)
    # An unknown key explains the missing one beside it (a misspelling), so it is told first.
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    field = ".".join(str(part) for part in first["loc"]) or "spec"
    rest = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if first["type"] == "extra_forbidden":
        known = known_keys(first["loc"][:-1], root)
        close = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Remove it; known here: {', '.join(known)}."
        return TrainerError("BAD_SPEC", f"{field} is not a known setting{rest}", hint)
    if first["type"] == "missing":
        return TrainerError("BAD_SPEC", f"{field} is missing{rest}", f"Add {field} to the spec.")
    problem = first["msg"].removeprefix("Value error, ")
    given = json.dumps(first["input"], ensure_ascii=False, default=str)
    return TrainerError(
        "BAD_SPEC",
        f"{field}: {problem[:1].lower()}{problem[1:]}, not {given[:80]}{rest}",
        f"Correct {field} in the run's settings and start again.",
    )


def known_keys(location: tuple[int | str, ...], root: type[BaseModel]) -> list[str]:
    """The JSON keys that the section at `location` of `root` understands."""
    section: Any = root
    for part in location:
        if isinstance(part, str):
            section = next(field.annotation for field in section.model_fields.values() if field.alias == part)
        while get_args(section):  # list[…] and Annotated[…] wrap the section that an index leads to
            section = get_args(section)[0]
    return [str(field.alias) for field in section.model_fields.values()]

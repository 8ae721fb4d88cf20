"""The JSON Schema that TypeScript makes of its table of methods → strict pydantic models: bounds are written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_snake

BOUNDS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}
KINDS = {"integer": int, "number": float, "string": str, "boolean": bool, "null": None}
UNDERSTOOD = {*BOUNDS, "type", "const", "enum", "anyOf", "oneOf", "items", "format"}
UNDERSTOOD |= {"properties", "required", "additionalProperties"}


class Section(BaseModel):
    """Strict base: camelCase keys as in JSON, unknown keys refused, no strings for numbers, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def absolute(path: Path) -> Path:
    """A trainer may be started in any folder, so a relative path would mean something else each time."""
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


def build_model(name: str, schema: dict[str, Any], base: type[Section] = Section) -> type[Any]:
    """A model of an object schema whose keys are all required and no others allowed; attributes in snake_case."""
    if schema.get("additionalProperties") is not False or set(schema["required"]) != set(schema["properties"]):
        raise ValueError(f"{name}: every key must be required and no other allowed")
    fields: dict[str, Any] = {
        to_snake(key): (kind_of(f"{name}.{key}", part), Field(alias=key)) for key, part in schema["properties"].items()
    }
    return create_model(name, __base__=base, **fields)


def kind_of(name: str, schema: dict[str, Any]) -> Any:
    """The Python type of any part. A keyword that is not understood is an error: a bound must never get lost."""
    if unknown := set(schema) - UNDERSTOOD:
        raise ValueError(f"{name}: the trainer does not understand {', '.join(sorted(unknown))}")
    if "const" in schema:
        return Literal[schema["const"]]
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return Union[tuple(kind_of(name, alternative) for alternative in alternatives)]  # noqa: UP007 made from a list
    if schema["type"] == "object":
        return build_model(name, schema)
    if schema.get("format") == "absolute-path":
        return Annotated[Path, AfterValidator(absolute)]
    kind = list[kind_of(name, schema["items"])] if schema["type"] == "array" else KINDS[schema["type"]]  # type: ignore[misc]
    bounds = {BOUNDS[keyword]: value for keyword, value in schema.items() if keyword in BOUNDS}
    return Annotated[kind, Field(**bounds)] if bounds else kind

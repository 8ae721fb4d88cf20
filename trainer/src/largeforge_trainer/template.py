"""`{% generation %}` marks what the assistant says in a chat template; training reads it, other renderers stumble."""

from __future__ import annotations

import re

MARKER = re.compile(r"\{%(?P<open>[-+]?)\s*(?P<end>end)?generation\s*(?P<close>[-+]?)%\}")


def has_generation_markers(template: str | None) -> bool:
    """Whether a template marks the assistant's tokens, so that a loss mask can be made from it."""
    return any(match["end"] is None for match in MARKER.finditer(template or ""))


def without_generation_markers(template: str) -> str:
    """The same template for renderers that do not know the tag: it becomes `{% if true %}`, character for character.

    Deleting the tag would change which white space and line break around it are trimmed.
    """
    return MARKER.sub(
        lambda match: f"{{%{match['open']} {'endif' if match['end'] else 'if true'} {match['close']}%}}", template
    )

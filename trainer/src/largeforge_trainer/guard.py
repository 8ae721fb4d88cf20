"""Text from people never becomes a control token: it is disguised while a template runs, and put back afterwards.

The host does the same in `server/inference/host/guard.rule.ts`; one file of vectors holds both to the same tokens
(`tests/fixtures/contract/control-text.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# A private-use character that no template writes, before one of plane 16 that stands for the disguised character.
MARK = "\ue0f0"
PLANE_16 = 0x100000
DISGUISED = re.compile(f"{MARK}([\U00100000-\U0010fffd]?)")
# Words that templates compare, never what a person wrote: only a whole control token in them is disguised.
STRUCTURAL = ("role", "type")


class Guard:
    """Disguises what a person's text could make a control token of: `controls` are the texts of those tokens."""

    def __init__(self, controls: Iterable[str]) -> None:
        self._controls = sorted({text.lower() for text in controls if text}, key=len, reverse=True)
        self._begins = beginnings_pattern(self._controls)
        self._beginnings = {text[:end] for text in self._controls for end in range(1, len(text))}
        self._endings = {text[start:] for text in self._controls for start in range(1, len(text))}
        self._longest = max(map(len, self._controls), default=0)

    def hide(self, value: Any) -> Any:
        """The same value with every text in it disguised, keys of objects included."""
        if isinstance(value, str):
            return self._edges(self._inside(value))
        if isinstance(value, list | tuple):
            return [self.hide(item) for item in value]
        if isinstance(value, dict):
            return {
                self._inside(key) if isinstance(key, str) else key: self._inside(item)
                if key in STRUCTURAL and isinstance(item, str)
                else self.hide(item)
                for key, item in value.items()
            }
        return value

    def show(self, text: str) -> str:
        """What a template wrote, with the disguised characters as they were."""
        return DISGUISED.sub(lambda match: chr(ord(match[1]) - PLANE_16) if match[1] else "", text)

    def _inside(self, text: str) -> str:
        text = text.replace(MARK, disguise(MARK))
        return self._begins.sub(lambda match: disguise(match[0]), text) if self._begins else text

    def _edges(self, text: str) -> str:
        """Disguise the ends where a template's own text beside them could complete a control token."""
        core = text.strip()
        if not core or not self._controls:
            return text
        plain, at = core.lower(), text.index(core)
        lengths = range(1, min(self._longest, len(plain) + 1))
        inner = len(plain) < self._longest and any(plain in control for control in self._controls)
        if inner or any(plain[:length] in self._endings for length in lengths):
            core = disguise(core[0]) + core[1:]
        if any(plain[-length:] in self._beginnings for length in lengths):
            core = core[:-1] + disguise(core[-1])
        return text[:at] + core + text[at + len(text.strip()) :]


def beginnings_pattern(controls: list[str]) -> re.Pattern[str] | None:
    """Finds the first character of every control token, also of two that overlap; None when there is none."""
    rests: dict[str, list[str]] = {}
    for text in controls:
        rests.setdefault(text[0], []).append(re.escape(text[1:]))
    found = [f"{re.escape(first)}(?={'|'.join(texts)})" for first, texts in rests.items()]
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def disguise(character: str) -> str:
    """One character, so that no control token is found at it. Beyond the basic plane a mark behind it is enough."""
    code = ord(character)
    return MARK + chr(PLANE_16 + code) if code <= 0xFFFD else character + MARK

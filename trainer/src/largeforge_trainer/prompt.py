"""Rows and questions → tokens, as the host writes them: a template's own control tokens, all else as plain text."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .guard import Guard

Messages = list[dict[str, Any]]
# What llama.cpp's converter takes for a control token although its tokenizer does not say so (`conversion/base.py`).
LOOKS_CONTROL = re.compile(r"<pad>|<mask>|<2mass>|\[@BOS@\]|<\|.*\|>|<\uff5c.*\uff5c>|<unused.*>", re.DOTALL)
NAME_MARK = "\ue0f1"


@dataclass(frozen=True)
class Written:
    """A conversation as its template writes it; `learnt` marks the tokens inside `{% generation %}`."""

    text: str
    ids: list[int]
    learnt: list[int]


class Prompter:
    """Writes prompts with one tokenizer (a fast one). Text of people is never read as a control token.

    The tokens come from a copy of the tokenizer that knows control tokens by secret names only. The template's own are
    replaced by those names, so the text between them is tokenized exactly as the library would do it in one call.
    """

    def __init__(self, tokenizer: Any) -> None:
        from tokenizers import AddedToken, Tokenizer

        self._tokenizer = tokenizer
        state = json.loads(tokenizer.backend_tokenizer.to_str())
        state |= {"truncation": None, "padding": None}
        controls = {}
        for token in state["added_tokens"]:
            token["special"] = token["special"] or LOOKS_CONTROL.fullmatch(token["content"]) is not None
            if token["special"]:
                controls[token["content"]] = token
        self._backend = Tokenizer.from_str(json.dumps(state))
        self._backend.encode_special_tokens = True
        secret = secrets.token_hex(8)  # Nobody can write a name into a row.
        self._names = {text: f"{NAME_MARK}{secret}{i}{NAME_MARK}" for i, text in enumerate(controls)}
        self._backend.add_tokens(
            [
                AddedToken(name, lstrip=controls[text]["lstrip"], rstrip=controls[text]["rstrip"], normalized=False)
                for text, name in self._names.items()
            ]
        )
        self._ids = {self._backend.token_to_id(name): controls[text]["id"] for text, name in self._names.items()}
        longest_first = sorted(map(re.escape, controls), key=len, reverse=True)
        self._controls = re.compile(f"({'|'.join(longest_first)})") if controls else None
        self._guard = Guard(controls)

    @property
    def speaks_chat(self) -> bool:
        """Whether the tokenizer has a chat template."""
        return bool(self._tokenizer.chat_template)

    def chat(
        self,
        messages: Messages,
        tools: Any = None,
        template: str | None = None,
        *,
        prompted: bool = False,
        marked: bool = False,
    ) -> Written:
        """Messages through the template; `prompted` adds the beginning of an answer, `marked` asks for `learnt`."""
        from transformers.utils.chat_template_utils import render_jinja_template

        (rendered,), spans = render_jinja_template(
            conversations=[self._guard.hide(messages)],
            tools=self._guard.hide(tools),
            chat_template=self._tokenizer.get_chat_template(template, tools),
            return_assistant_tokens_mask=marked,
            add_generation_prompt=prompted,
            **self._tokenizer.special_tokens_map,
        )
        written, places = self._named(rendered, spans[0] if marked else [])
        encoding = self._backend.encode(written, add_special_tokens=False)
        learnt = [0] * len(encoding.ids)
        for start, end in places:
            first, last = encoding.char_to_token(start), encoding.char_to_token(end - 1)
            if first is None:
                break
            for i in range(first, len(learnt) if last is None else last + 1):
                learnt[i] = 1
        return Written(self._guard.show(rendered), self._real(encoding.ids), learnt)

    def text(self, text: str, *, stopped: bool = False) -> list[int]:
        """Plain text with what the tokenizer puts around it (a BOS); `stopped` adds the token that ends an answer."""
        stop = self._names.get(self._tokenizer.eos_token or "", "") if stopped else ""
        return self._real(self._backend.encode(text + stop, add_special_tokens=True).ids)

    def bare(self, text: str) -> list[int]:
        """Plain text with nothing around it."""
        return self._real(self._backend.encode(text, add_special_tokens=False).ids)

    def begin(self) -> list[int]:
        """The BOS token when the tokenizer begins every text with it, else nothing."""
        bos = self._tokenizer.bos_token_id
        return [bos] if bos is not None and self.text("")[:1] == [bos] else []

    def _named(self, rendered: str, spans: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
        """The rendered text with names for control tokens and people's text as it was, and where its spans are now."""
        places: dict[int, int] = {}
        written = ""
        for start, end in pairwise(sorted({0, len(rendered), *(edge for span in spans for edge in span)})):
            places[start] = len(written)
            pieces = self._controls.split(rendered[start:end]) if self._controls else [rendered[start:end]]
            written += "".join(
                self._names[piece] if i % 2 else self._guard.show(piece) for i, piece in enumerate(pieces)
            )
        places[len(rendered)] = len(written)
        return written, [(places[start], places[end]) for start, end in spans if end > start]

    def _real(self, ids: list[int]) -> list[int]:
        return [self._ids.get(token, token) for token in ids]

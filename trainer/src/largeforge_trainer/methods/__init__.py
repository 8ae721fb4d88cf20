"""One module per training method; TRL is imported only in here, because its API moves with every release."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import TrainerError

if TYPE_CHECKING:
    from transformers import TrainerCallback

    from ..data import Encoder, Split
    from ..device import Recipe
    from ..probe import Prompt
    from ..spec import Spec


class Method(Protocol):
    """What a module `methods/<name>.py` has for a spec whose `method` is `<name>`."""

    def make_encoder(self, spec: Spec, tokenizer: Any, max_length: int, warn: Callable[[str], None]) -> Encoder:
        """How rows become tokens, of at most `max_length` tokens each."""

    def count_steps(self, spec: Spec, rows: int) -> int:
        """Optimizer steps of the whole run over so many rows."""

    def make_trainer(
        self,
        spec: Spec,
        recipe: Recipe,
        folder: Path,
        model: Any,
        tokenizer: Any,
        train: Split,
        validation: Split | None,
        callback: TrainerCallback,
    ) -> Any:
        """A transformers trainer with our checkpoints (sealing.py) over the encoded rows."""

    def metrics(self, logs: dict[str, float]) -> dict[str, Any]:
        """What a `metric` event tells beside loss, rate, gradient norm and times, out of the trainer's logs."""

    def probe(
        self, model: Any, tokenizer: Any, prompts: list[Prompt], max_tokens: int, check: Callable[[], None]
    ) -> dict[str, Any]:
        """The proof record of what was trained; `check` runs before each answer and may raise."""


def find_method(name: str) -> Method:
    """The module of a method, without importing any other. Raises TrainerError BAD_SPEC when there is none."""
    module = f"{__name__}.{name}"
    try:
        return cast("Method", import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise TrainerError(
            "BAD_SPEC",
            f"method: this trainer has no method {name}",
            "Update the trainer to the control plane's version.",
        ) from error

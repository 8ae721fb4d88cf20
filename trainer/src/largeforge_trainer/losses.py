"""Makes a transformers Trainer report losses per token: a mean of batch means depends on how rows fall into batches."""

from __future__ import annotations

from typing import Any

import torch


class TokenWeightedLosses:
    """Mixin before a Trainer class: validation and training losses are nats per scored token, whatever the batch size.

    Validation is the mean over all scored tokens of the set; a training loss is the mean over those of the steps since
    the last log. Both count the labels that are predicted, so the two curves can be compared.
    """

    _step_scored: Any = None
    _window_nats: Any = 0.0
    _window_scored: Any = 0
    _eval_nats: Any = 0.0
    _eval_scored: Any = 0

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        """Remember how many labels the coming step predicts, over all of its gradient accumulation."""
        samples, scored = super().get_batch_samples(*args, **kwargs)  # type: ignore[misc]
        self._step_scored = scored
        if scored is not None:
            self._window_scored = self._window_scored + scored
        return samples, scored

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Add a batch's share of its step's loss to the window; the sum stays on the device."""
        loss: torch.Tensor = super().training_step(*args, **kwargs)  # type: ignore[misc]
        if self._step_scored is not None:
            self._window_nats = self._window_nats + loss.double() * self._step_scored
        return loss

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Put the window's token-weighted loss in place of the mean of its steps' means."""
        if "loss" in logs and self._step_scored is not None:
            nats = self.accelerator.reduce(self._window_nats, reduction="mean")  # type: ignore[attr-defined]
            logs = logs | {"loss": float(nats) / max(int(self._window_scored), 1)}
            self._window_nats, self._window_scored = 0.0, 0
        super().log(logs, *args, **kwargs)  # type: ignore[misc]

    def prediction_step(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add a validation batch's nats and scored tokens; the loss of one batch is the mean over its scored tokens."""
        scored = (inputs["labels"][..., 1:] != -100).sum()
        step = super().prediction_step(model, inputs, *args, **kwargs)  # type: ignore[misc]
        if scored > 0:  # A batch without one has no mean: 0 / 0.
            self._eval_nats = self._eval_nats + step[0].double() * scored
            self._eval_scored = self._eval_scored + scored.to(step[0].device)
        return step

    def evaluation_loop(self, *args: Any, metric_key_prefix: str = "eval", **kwargs: Any) -> Any:
        """The library's loop, with the set's token-weighted loss as its result."""
        self._eval_nats, self._eval_scored = 0.0, 0
        output = super().evaluation_loop(*args, metric_key_prefix=metric_key_prefix, **kwargs)  # type: ignore[misc]
        if self._eval_scored:
            both = torch.stack([self._eval_nats, self._eval_scored.double()])
            nats, scored = self.accelerator.reduce(both, reduction="sum").tolist()  # type: ignore[attr-defined]
            output.metrics[f"{metric_key_prefix}_loss"] = nats / scored
        return output

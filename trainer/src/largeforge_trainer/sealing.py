"""Makes a transformers Trainer write our checkpoints and count what it trained on, whatever the method."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch

from . import checkpoints
from .events import EventLog
from .folder import RunFolder
from .progress import diverged


class SealedCheckpoints:
    """Mixin before a Trainer class: checkpoints are sealed (see `checkpoints.save`) and never hold a NaN."""

    def begin(self, folder: RunFolder, events: EventLog, spec_hash: str, keep: int) -> None:
        """Give the trainer its run. Must be called before `train`."""
        self._folder = folder
        self._events = events
        self._spec_hash = spec_hash
        self._keep = keep
        self._earlier = checkpoints.Checkpoint(folder.checkpoints, 0, 0, 0.0)
        self._scored: Any = 0
        self._staging: Path | None = None
        self._began = time.monotonic()

    def continue_from(self, checkpoint: checkpoints.Checkpoint) -> None:
        """Add to the totals of an interrupted run."""
        self._earlier = checkpoint

    def totals(self) -> dict[str, Any]:
        """Tokens learnt from and seconds spent training, over all attempts of this run."""
        return {
            "trainedTokens": self._earlier.trained_tokens + int(self._scored),
            "seconds": round(self._earlier.seconds + time.monotonic() - self._began, 3),
        }

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        """Count the labels of each step's batches; the sum stays on the device, so no step waits for it."""
        samples, scored = super().get_batch_samples(*args, **kwargs)  # type: ignore[misc]
        if scored is not None:
            self._scored = self._scored + scored
        return samples, scored

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Tell with each loss how many tokens were learnt from so far, over all attempts."""
        told = logs | {"trained_tokens": self.totals()["trainedTokens"]} if "loss" in logs else logs
        super().log(told, *args, **kwargs)  # type: ignore[misc]

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """No README per checkpoint: the run's own record says more."""

    def _get_output_dir(self, trial: Any) -> str:
        """Where transformers writes: our staging folder while a checkpoint is being sealed."""
        return str(self._staging) if self._staging else super()._get_output_dir(trial)  # type: ignore[misc]

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Seal a checkpoint, tell its place, forget the oldest. Raises TrainerError DIVERGED or DISK_FULL."""
        step: int = self.state.global_step  # type: ignore[attr-defined]
        trainable = [p for p in self.model.parameters() if p.requires_grad]  # type: ignore[attr-defined]
        if not all(math.isfinite(norm) for norm in torch.stack(torch._foreach_norm(trainable)).tolist()):
            raise diverged(step)

        def write(staging: Path) -> Path:
            self._staging = staging
            try:
                super(SealedCheckpoints, self)._save_checkpoint(model, trial)  # type: ignore[misc]
            finally:
                self._staging = None
            written = staging / f"checkpoint-{step}"
            for name in ("training_args.bin", "README.md"):  # A pickle and a card that nothing of ours reads.
                (written / name).unlink(missing_ok=True)
            return written

        loss = self._validation_loss(step)
        facts = self.totals() | {"validationLoss": loss}
        path = checkpoints.save(self._folder.checkpoints, step, self._spec_hash, facts, write)
        size = sum(file.stat().st_size for file in path.iterdir())
        told = {"step": step, "path": self._folder.relative(path), "bytes": size, "validationLoss": loss}
        self._events.append("checkpoint", **told)
        checkpoints.prune(self._folder.checkpoints, self._keep)

    def _validation_loss(self, step: int) -> float | None:
        """The loss of the evaluation that ran at this step, which is before its checkpoint; None when none did."""
        for logs in reversed(self.state.log_history):  # type: ignore[attr-defined]
            loss = logs.get("eval_loss")
            if loss is not None and logs["step"] == step:
                return loss if math.isfinite(loss) else None
        return None

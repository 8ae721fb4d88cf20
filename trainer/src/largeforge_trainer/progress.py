"""What a training loop tells the world: metrics, evaluations and its readiness to stop after any step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from transformers import IntervalStrategy, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .errors import TrainerError
from .events import EventLog, Heartbeat
from .folder import StopRequest

ETA_WINDOW_STEPS = 20


class Progress(TrainerCallback):
    """Turns the trainer's callbacks into events.

    `stepMs` is the mean wall time of the steps since the last metric: data loading, forward, backward, optimizer and
    the writing of the event itself, but not evaluation and checkpoints.
    """

    def __init__(
        self,
        events: EventLog,
        stop: StopRequest,
        heartbeat: Heartbeat,
        metrics: Callable[[dict[str, float]], dict[str, Any]],
    ) -> None:
        self._events = events
        self._metrics = metrics
        self._stop = stop
        self._heartbeat = heartbeat
        self.final_loss: float | None = None
        self._since = 0.0
        self._busy_seconds = 0.0
        self._timed_steps = 0
        self._tokens = 0.0
        self._smooth_step_seconds: float | None = None

    def on_train_begin(self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any) -> None:
        """Start the clock."""
        self._heartbeat.step = state.global_step
        self._since = time.perf_counter()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Count the step; after the last one, or when asked to stop, log and save what there is.

        The last step is evaluated too: its checkpoint is the one that becomes the adapter.
        """
        now = time.perf_counter()
        self._busy_seconds += now - self._since
        self._since = now
        self._timed_steps += 1
        self._heartbeat.step = state.global_step
        if self._stop.requested():
            control.should_training_stop = control.should_save = control.should_log = True
        if state.global_step >= state.max_steps:
            control.should_log = True
            control.should_evaluate = args.eval_strategy != IntervalStrategy.NO
        return control

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Write a `metric` event. Raises TrainerError DIVERGED when the loss or its gradient is no number."""
        if logs is None or "loss" not in logs:
            return
        loss, norm = logs["loss"], logs.get("grad_norm")
        if not math.isfinite(loss) or (norm is not None and not math.isfinite(norm)):
            raise diverged(state.global_step)
        self.final_loss = loss
        step_seconds = self._busy_seconds / max(self._timed_steps, 1)
        weight = min(1.0, max(self._timed_steps, 1) / ETA_WINDOW_STEPS)
        smooth = self._smooth_step_seconds
        smooth = step_seconds if smooth is None else smooth + weight * (step_seconds - smooth)
        self._smooth_step_seconds = smooth
        tokens = logs.get("num_tokens", self._tokens)
        self._events.append(
            "metric",
            step=state.global_step,
            totalSteps=state.max_steps,
            epoch=round(state.epoch or 0.0, 4),
            loss=loss,
            learningRate=logs.get("learning_rate"),
            gradNorm=norm,
            tokensPerSecond=round((tokens - self._tokens) / max(self._busy_seconds, 1e-9), 1),
            stepMs=round(step_seconds * 1000, 3),
            etaSeconds=round((state.max_steps - state.global_step) * smooth, 1),
            **self._metrics(logs),
        )
        self._tokens = tokens
        self._busy_seconds, self._timed_steps = 0.0, 0

    def on_evaluate(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Write an `eval` event and leave the evaluation's time out of the step times."""
        loss = (metrics or {}).get("eval_loss", math.nan)
        if math.isfinite(loss):
            self._events.append("eval", step=state.global_step, loss=loss)
        self._since = time.perf_counter()

    def on_save(self, _args: TrainingArguments, _state: TrainerState, _control: TrainerControl, **_: Any) -> None:
        """Leave the checkpoint's time out of the step times."""
        self._since = time.perf_counter()


def diverged(step: int) -> TrainerError:
    """The DIVERGED error."""
    return TrainerError(
        "DIVERGED",
        f"the loss or the weights stopped being numbers at step {step}",
        "Lower optim.learningRate (a third of it, to begin with), or set optim.maxGradNorm to 1; resuming with the "
        "same settings would diverge again.",
    )

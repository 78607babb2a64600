"""What each epoch came to, a line of JSON each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from blender_addon.contract.strict import build

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Verdict:
    """Of the validation pictures: the loss, weighted as in training; scores as `postprocess.evaluation.scores` has
    them, None where one is not defined; `ious` by class; `constant_iou` is the mean IoU of who always says the most
    frequent class, None where nobody knows it."""

    loss: float
    global_accuracy: float
    mean_iou: float
    ious: tuple[float | None, ...]
    constant_iou: float | None = None


@dataclass(frozen=True)
class Epoch:
    """`number` counts from 1; `loss` is the mean over its pixels; `learning_rate` that of its last step; `best`: better
    than all before; `seconds` it took, which nothing depends on."""

    number: int
    loss: float
    learning_rate: float
    verdict: Verdict | None
    best: bool
    seconds: float


def as_lines(epochs: Sequence[Epoch]) -> str:
    return "".join(f"{json.dumps(asdict(epoch))}\n" for epoch in epochs)


def as_plain(epochs: Sequence[Epoch]) -> list[Any]:
    """Lists, mappings, numbers."""
    return [json.loads(json.dumps(asdict(epoch))) for epoch in epochs]


def epochs_from(rows: Any) -> tuple[Epoch, ...]:
    """Of `as_plain`. Raises ValueError for anything else."""
    return tuple(build(Epoch, row, f"epoch {number}") for number, row in enumerate(rows, start=1))


def best_of(epochs: Sequence[Epoch]) -> Epoch | None:
    return next((epoch for epoch in reversed(epochs) if epoch.best), None)


def why_nothing(epochs: Sequence[Epoch]) -> str:
    """That the best epoch is worth no more than one class everywhere, in a sentence; "" where it is worth more, or
    nobody knows."""
    best = best_of(epochs)
    verdict = best.verdict if best else None
    if not best or not verdict or verdict.constant_iou is None or verdict.mean_iou > verdict.constant_iou + _ROUNDING:
        return ""
    return (
        f"nothing was learned: the best epoch, {best.number}, has a mean IoU of {verdict.mean_iou:.4f} on val, and the "
        f"most frequent class everywhere has {verdict.constant_iou:.4f}; try a smaller --learning-rate, more --epochs, "
        "or see whether pictures and labels belong together"
    )


def told(epoch: Epoch, epochs: int) -> str:
    """In a line."""
    line = f"epoch {epoch.number}/{epochs}: loss {epoch.loss:.4f}"
    if epoch.verdict is not None:
        verdict = epoch.verdict
        line += (
            f"; val: loss {verdict.loss:.4f}, accuracy {verdict.global_accuracy:.4f}, mean IoU {verdict.mean_iou:.4f}"
        )
    return line + (", the best so far" if epoch.best and epoch.verdict else "")

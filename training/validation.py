"""What a network is worth on pictures that it never learned from: the loss, accuracy and IoU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np
import torch
from torch import nn

from postprocess.evaluation.scores import scores
from postprocess.evaluation.tally import Counts, Tally, confusion

from .batches import alike, batch_of, in_advance
from .errors import NoNumber, TrainingError
from .frames import Dataset, Frame
from .history import Verdict
from .loss import weighted_loss
from .machine import Machine


def validate(
    network: nn.Module,
    dataset: Dataset,
    frames: Sequence[Frame],
    weights: torch.Tensor,
    machine: Machine,
    batch: int,
    seen: Callable[[int], None],
) -> Verdict:
    """`seen` is told of each batch how many pictures it had. Raises NoNumber where the loss is none, and TrainingError
    where no pixel has a class."""
    classes = len(dataset.learned)
    matrix = np.zeros((classes, classes + 1), np.int64)
    loss = pixels = 0.0
    network.eval()
    with torch.inference_mode():
        read = in_advance(dataset.read, frames, machine.readers)
        for group in alike(read, lambda each: each.classes.shape, batch):
            made = batch_of(group, machine.device)
            found = network(made.pictures)
            total, counted = weighted_loss(found, made.classes, weights)
            loss, pixels = loss + float(total), pixels + int(counted)
            predicted = found.argmax(dim=1).cpu().numpy().astype(np.uint16)
            for each, numbers in zip(group, predicted):
                matrix += confusion(each.classes, numbers, classes)
            seen(len(group))
    if not pixels:
        raise TrainingError(f"{dataset.folder}: no pixel of val has a class, so nothing says which epoch is the best")
    if not isfinite(loss):
        raise NoNumber("the loss of the validation pictures is no number")
    return verdict_of(matrix, loss / pixels)


def verdict_of(matrix: Counts, loss: float) -> Verdict:
    """Of pixels of each class (row) that were predicted as each (column, the last for none)."""
    none = np.zeros(len(matrix), np.int64)
    found = scores(Tally(np.diagonal(matrix), matrix[:, : len(matrix)].sum(axis=0), matrix.sum(axis=1), none, none))
    ious = tuple(None if np.isnan(iou) else float(iou) for iou in found.of_class["iou"])
    overall = float(found.overall["global_accuracy"]), float(found.overall["mean_iou"])
    return Verdict(loss, *overall, ious, _constant_iou(matrix.sum(axis=1)))


def _constant_iou(pixels: Counts) -> float | None:
    """The mean IoU of who says the most frequent class of every pixel: that class has its share of them, all others
    that are there have 0. None where fewer than two are there, since that one answer is then the best."""
    there = int(np.count_nonzero(pixels))
    return float(pixels.max() / pixels.sum() / there) if there > 1 else None

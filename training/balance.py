"""Weights of the classes in the loss, as `postprocess.stats` has them: those that a dataset says, or counted anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from postprocess.evaluation.pairs import read_classes
from postprocess.manifest import NAME, manifest_read
from postprocess.stats import SOURCES, class_weights, count_classes

from .frames import Dataset, Frame


def weights_of(dataset: Dataset, frames: Sequence[Frame], method: str) -> tuple[float, ...]:
    """One for each class, from the pixels of `frames`, those of the train split; "none": all 1. Raises ExportError."""
    if method == "none":
        return (1.0,) * len(dataset.classes)
    return _told(dataset, method) or counted_weights(dataset, frames, method)


def counted_weights(dataset: Dataset, frames: Sequence[Frame], method: str) -> tuple[float, ...]:
    """From the label maps themselves. Raises ExportError."""
    classes = range(len(dataset.classes))
    found = class_weights(count_classes(_counts(dataset, frames)), classes, method)
    return tuple(found.of[number] for number in classes)


def _told(dataset: Dataset, method: str) -> tuple[float, ...]:
    """What dataset.json says, where it says such weights."""
    with manifest_read(dataset.folder / NAME) as data:
        said = data["class_weights"]
        if not said or said["method"] != ": ".join(SOURCES[method]):
            return ()
        return tuple(float(said["weights"][str(value)]) for value in dataset.classes.values)


def _counts(dataset: Dataset, frames: Sequence[Frame]) -> Iterator[dict[int, int]]:
    for frame in frames:
        counts = np.bincount(read_classes(frame.labels, dataset.lookup).ravel())
        yield {number: int(counts[number]) for number in np.flatnonzero(counts).tolist()}

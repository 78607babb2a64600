"""How much of each class a dataset shows, and the class weights that balance it.

==========  ==========================================================================================================
`median`    median of freq over all classes / freq(c), freq(c) = pixels of c / total pixels of the images in which c is
            present (Eigen and Fergus, "Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale
            Convolutional Architecture", ICCV 2015). "Total pixels" counts every pixel of those images, void ones too;
            the median is taken over the classes that occur.
`inverse`   pixels of all classes / (classes that occur * pixels of c) (King and Zeng, "Logistic Regression in Rare
            Events Data", Political Analysis 2001; scikit-learn calls it "balanced").
`log`       1 / ln(1.02 + pixels of c / pixels of all classes) (Paszke, Chaurasia, Kim and Culurciello, "ENet", 2016):
            never more than 50.5, however rare a class is.
==========  ==========================================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

# What a class gets that the train split never shows: neutral, so that it is neither switched off nor blown up if other
# images are added later. The loss never meets it in this split.
ABSENT_WEIGHT = 1.0


@dataclass(frozen=True)
class ClassCounts:
    """Sums over images. Keys are label ids and codes.

    `pixels` of each, `images` that show it, `pixels_where_present` all pixels of those images; `frames` and `total`
    count all images and all their pixels.
    """

    pixels: Mapping[int, int]
    images: Mapping[int, int]
    pixels_where_present: Mapping[int, int]
    frames: int
    total: int


class ClassSums:
    """The same while images arrive."""

    def __init__(self) -> None:
        self._pixels: dict[int, int] = {}
        self._images: dict[int, int] = {}
        self._where: dict[int, int] = {}
        self._frames = self._total = 0

    def add(self, counts: Mapping[int, int]) -> None:
        """{id or code: pixels} of one more image; entries of 0 pixels do not make a class present."""
        size = sum(counts.values())
        self._frames, self._total = self._frames + 1, self._total + size
        for id_, count in counts.items():
            if count > 0:
                self._pixels[id_] = self._pixels.get(id_, 0) + count
                self._images[id_] = self._images.get(id_, 0) + 1
                self._where[id_] = self._where.get(id_, 0) + size

    def counts(self) -> ClassCounts:
        """Of all images so far."""
        return ClassCounts(dict(self._pixels), dict(self._images), dict(self._where), self._frames, self._total)


def count_classes(images: Iterable[Mapping[int, int]]) -> ClassCounts:
    """The sums over {id or code: pixels} of each image."""
    sums = ClassSums()
    for counts in images:
        sums.add(counts)
    return sums.counts()


@dataclass(frozen=True)
class ClassWeights:
    """One weight per class, in the order they were asked for; `absent` are the classes that got ABSENT_WEIGHT. `method`
    is one of `METHODS`."""

    of: Mapping[int, float]
    absent: tuple[int, ...]
    method: str = "median"


def class_weights(counts: ClassCounts, classes: Iterable[int], method: str = "median") -> ClassWeights:
    """Weights of `classes` (ids, or codes that a format trains as classes) from the counts of the train split."""
    wanted = list(classes)
    found = METHODS[method](counts, [id_ for id_ in wanted if counts.pixels.get(id_)])
    weights = {id_: found.get(id_, ABSENT_WEIGHT) for id_ in wanted}
    return ClassWeights(weights, tuple(id_ for id_ in wanted if id_ not in found), method)


def _median_frequency(counts: ClassCounts, present: list[int]) -> dict[int, float]:
    freq = {id_: counts.pixels[id_] / counts.pixels_where_present[id_] for id_ in present}
    middle = median(freq.values()) if freq else 0.0
    return {id_: middle / freq[id_] for id_ in present}


def _inverse_frequency(counts: ClassCounts, present: list[int]) -> dict[int, float]:
    total = sum(counts.pixels[id_] for id_ in present)
    return {id_: total / (len(present) * counts.pixels[id_]) for id_ in present}


def _log_frequency(counts: ClassCounts, present: list[int]) -> dict[int, float]:
    total = sum(counts.pixels[id_] for id_ in present)
    return {id_: 1 / math.log(1.02 + counts.pixels[id_] / total) for id_ in present}


METHODS: Mapping[str, Callable[[ClassCounts, list[int]], dict[int, float]]] = {
    "median": _median_frequency,
    "inverse": _inverse_frequency,
    "log": _log_frequency,
}
SOURCES = {
    "median": (
        "median frequency balancing (Eigen and Fergus 2015)",
        "median(freq) / freq(c), freq(c) = pixels of c / all pixels of the images that show c",
    ),
    "inverse": (
        "inverse frequency (King and Zeng 2001)",
        "pixels of all classes / (classes that occur * pixels of c)",
    ),
    "log": (
        "bounded inverse log frequency (Paszke et al. 2016, ENet)",
        "1 / ln(1.02 + pixels of c / pixels of all classes)",
    ),
}
"""{method: (what it is called and who says so, its formula)}."""

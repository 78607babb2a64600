"""How much of each class a dataset shows, and the class weights that balance it.

Median frequency balancing, as Eigen and Fergus define it ("Predicting Depth, Surface Normals and Semantic Labels with a
Common Multi-Scale Convolutional Architecture", ICCV 2015):

    weight(c) = median of freq over all classes / freq(c)
    freq(c)   = pixels of c / total pixels of the images in which c is present

"Total pixels" counts every pixel of those images, void ones too; the median is taken over the classes that occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def count_classes(images: Iterable[Mapping[int, int]]) -> ClassCounts:
    """Sum up {id or code: pixels} of each image; entries of 0 pixels do not make a class present."""
    pixels: dict[int, int] = {}
    shown: dict[int, int] = {}
    where: dict[int, int] = {}
    frames = total = 0
    for counts in images:
        size = sum(counts.values())
        frames, total = frames + 1, total + size
        for id_, count in counts.items():
            if count > 0:
                pixels[id_] = pixels.get(id_, 0) + count
                shown[id_] = shown.get(id_, 0) + 1
                where[id_] = where.get(id_, 0) + size
    return ClassCounts(pixels, shown, where, frames, total)


@dataclass(frozen=True)
class ClassWeights:
    """One weight per class, in the order they were asked for; `absent` are the classes that got ABSENT_WEIGHT."""

    of: Mapping[int, float]
    absent: tuple[int, ...]


def median_frequency_weights(counts: ClassCounts, classes: Iterable[int]) -> ClassWeights:
    """Weights of `classes` (ids, or codes that a format trains as classes) from the counts of the train split."""
    wanted = list(classes)
    freq = {id_: counts.pixels[id_] / counts.pixels_where_present[id_] for id_ in wanted if counts.pixels.get(id_)}
    middle = median(freq.values()) if freq else 0.0
    weights = {id_: middle / freq[id_] if id_ in freq else ABSENT_WEIGHT for id_ in wanted}
    return ClassWeights(weights, tuple(id_ for id_ in wanted if id_ not in freq))

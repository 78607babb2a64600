"""What an importer tells of its source: pictures that somebody labelled, to be read one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.contract.strict import parse_json
from blender_addon.contract.words import refusal

from ..errors import ExportError


@dataclass(frozen=True)
class Entry:
    """A picture of a source: its `name` there, its `split` ("" where the source tells none), the `scene` that it shows
    ("" where nobody knows), and `where` it comes from, in words that mean the same on any machine."""

    name: str
    split: str
    scene: str
    where: str


@dataclass(frozen=True)
class Pixels:
    """`image` (H, W, 3) uint8 RGB; `labels` (H, W) uint16: ids of the label set and the codes of `contract.labels`."""

    image: NDArray[np.uint8]
    labels: NDArray[np.uint16]


@dataclass(frozen=True)
class Labelled:
    """A source: `kind` in words, the label set that its ids mean, its pictures in a fixed order, and `read`, which
    gives the pixels of the one at a place and raises ExportError where it cannot; `warnings` of the source as a whole.
    """

    kind: str
    label_set: LabelSet
    entries: tuple[Entry, ...]
    read: Callable[[int], Pixels]
    warnings: tuple[str, ...] = ()


def json_file(path: Path) -> Any:
    """What a file of JSON holds. Raises ExportError."""
    try:
        return parse_json(text_file(path))
    except ExportError:
        raise
    except ValueError as error:
        raise ExportError(f"{path} is no JSON, or cut short: {error}") from None


def text_file(path: Path) -> str:
    """UTF-8, without the mark that Windows' editors begin it with. Raises ExportError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except IsADirectoryError:
        raise ExportError(f"{path} is a folder: name the file in it") from None
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is no text in UTF-8, from byte {error.start} on: save it as such") from None


def known_as(name: str, label_set: LabelSet, where: object) -> int:
    """The id of the label of that name or alias. Raises ExportError, with the names that are near."""
    label = label_set.by_name.get(name.casefold())
    if label is None:
        raise ExportError(f"{where}: {name!r} is no label of {label_set.name!r}{label_set.nearest(name)}")
    return label.id


def size_of(image: NDArray[np.uint8]) -> tuple[int, int]:
    """(height, width)."""
    return image.shape[0], image.shape[1]


def together(image: NDArray[np.uint8], labels: NDArray[np.uint16], where: str) -> Pixels:
    """Raises ExportError where they are of two sizes."""
    if image.shape[:2] != labels.shape:
        (height, width), (high, wide) = image.shape[:2], labels.shape
        raise ExportError(f"{where}: the picture is {width}x{height} and its labels {wide}x{high}")
    return Pixels(image, labels)


def within(outline: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W): which pixels have their centre within an outline (N, 2) of x and y in pixels from the picture's corner.

    By the even-odd rule. Of a centre on an edge, the left and upper edges count as within and the others do not, so
    that areas that share an edge share no pixel.
    """
    height = shape[0]
    found = np.zeros(shape, np.bool_)
    points = np.asarray(outline, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError("its outline is no list of points, x and y")
    ends = np.roll(points, -1, axis=0)
    for row in range(max(0, int(points[:, 1].min())), min(height, int(np.ceil(points[:, 1].max())) + 1)):
        y = row + 0.5
        crossing = (points[:, 1] <= y) != (ends[:, 1] <= y)
        (x0, y0), (x1, y1) = points[crossing].T, ends[crossing].T
        across = np.sort(x0 + (y - y0) / (y1 - y0) * (x1 - x0))
        for left, right in across.reshape(-1, 2):
            found[row, max(0, _from(left)) : max(0, _from(right))] = True
    return found


def _from(x: float) -> int:
    """The first pixel of a row whose centre is not left of x."""
    return int(np.ceil(x - 0.5))

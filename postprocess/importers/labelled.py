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

from ..errors import ExportError
from ..pixels import checked_image


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


def picture(path: Path) -> NDArray[np.uint8]:
    """A PNG, JPEG or TIFF as (H, W, 3) RGB. Raises ExportError where it is missing, damaged, or no 8-bit picture."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return checked_image(path, None)[1]
    pixels, mode = _opened(path)
    if mode not in ("RGB", "L"):
        raise ExportError(f"{path} is {mode}: trainers want 8-bit RGB without transparency")
    return np.array(pixels if mode == "RGB" else np.repeat(pixels[..., None], 3, axis=2), np.uint8)


def class_map(path: Path) -> NDArray[np.uint16]:
    """A picture of class numbers, (H, W): 8 or 16 bits, gray or with a palette. Raises ExportError."""
    numbers, mode = _opened(path)
    if mode not in ("L", "P", "I;16", "I;16B", "I", "1"):
        raise ExportError(f"{path} is a picture of colours ({mode}), not of class numbers")
    if numbers.min(initial=0) < 0 or numbers.max(initial=0) > np.iinfo(np.uint16).max:
        raise ExportError(f"{path} holds numbers outside 0..65535")
    return np.array(numbers, np.uint16)


def color_map(path: Path) -> NDArray[np.uint8]:
    """A picture whose colours are numbers, (H, W, 3). Raises ExportError."""
    pixels, mode = _opened(path)
    if mode != "RGB":
        raise ExportError(f"{path} is {mode}, not RGB")
    return np.array(pixels, np.uint8)


def json_file(path: Path) -> Any:
    """What a file of JSON holds. Raises ExportError."""
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ExportError(f"{path} is no JSON, or cut short: {error}") from None


def _opened(path: Path) -> tuple[NDArray[Any], str]:
    """Pixels as they are stored, and Pillow's name for what they are."""
    from PIL import Image

    try:
        with Image.open(path) as found:
            return np.asarray(found), found.mode
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise ExportError(f"{path} cannot be read, or is cut short: {error}") from None


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

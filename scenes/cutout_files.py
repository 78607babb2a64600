"""Folders of cut-outs (RGBA pictures, a sub-folder per class) and of backgrounds, read once and kept small.

A folder may, in place of sub-folders, have an index.json: a list of {"file": ..., "category": ...}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.labels import Label, LabelSet, voc_color
from blender_addon.contract.strict import parse_json

INDEX = "index.json"
MOST_BYTES = 64 * 2**20  # of a picture file: larger is a mistake, or an attack
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
_WITH_ALPHA = (".png", ".webp", ".tif", ".tiff")
_HALF = 128
_SMALLEST = 8
_FAINT = 16  # alpha below which a colour is what some tool left there, rather than the thing's


class CutoutError(ValueError):
    """A folder that no collage can be made of; the message names the file."""


@dataclass(frozen=True)
class Cutout:
    """`levels` (H, W, 4) uint8, RGB and alpha, no larger than its opaque part and a clear `border` of so many pixels:
    each half as large as the one before, so that little ones have no jagged edges. Where it is clear, the colour is
    that of the nearest pixel which is not. `outline` (2, N) goes round all that is not clear: x and y of a convex
    polygon's corners, from -0.5 to 0.5 within the border. `brightest` is its highest value of a channel, but for one
    pixel in a hundred."""

    levels: tuple[NDArray[np.uint8], ...]
    border: int
    outline: NDArray[np.float64]
    brightest: float

    @property
    def longest(self) -> int:
        return max(self.levels[0].shape[:2]) - 2 * self.border


@dataclass(frozen=True)
class Cutouts:
    """All of a folder: their label set (classes in the order of their names, from 1), and those of each class."""

    label_set: LabelSet
    by_label: dict[int, tuple[Cutout, ...]]


def read_cutouts(folder: Path, longest: int, border: int) -> Cutouts:
    """Those of a folder, no side longer than `longest` pixels, with a clear `border`. Raises CutoutError."""
    files = _files_by_class(folder)
    names = sorted(files, key=lambda name: (name.casefold(), name))
    for name, other in pairwise(names):
        if name.casefold() == other.casefold():
            where = "names" if (folder / INDEX).is_file() else "has folders"
            raise CutoutError(
                f"{folder} {where} {name!r} and {other!r}, which would be one class: put all into one, or give one of "
                "them another name"
            )
    labels = tuple(Label(number, name, voc_color(number)) for number, name in enumerate(names, start=1))
    try:
        label_set = LabelSet("cutouts", labels, source="names of folders")
    except ValueError as error:
        raise CutoutError(f"{folder}: {error}") from None
    found = {
        label.id: tuple(_made(_read_cutout(path, longest), border) for path in files[label.name]) for label in labels
    }
    return Cutouts(label_set, found)


def read_backgrounds(folder: Path, size: tuple[int, int]) -> tuple[NDArray[np.uint8], ...]:
    """The pictures of a folder and its sub-folders, (H, W, 3) RGB, just large enough for a crop of twice `size`.

    Raises CutoutError where there are none, or one cannot be read.
    """
    paths = sorted(path for path in _below(folder) if path.suffix.lower() in _PICTURES)
    if not paths:
        raise CutoutError(f"{folder} has no pictures")
    return tuple(_shrunk(_read(path)[..., :3], size) for path in paths)


def digest_of(folders: Iterable[Path]) -> str:
    """SHA-256 of the files in some folders, their names and contents."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(_below(folder)):
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _files_by_class(folder: Path) -> dict[str, list[Path]]:
    index = folder / INDEX
    found = _of_index(index) if index.is_file() else _of_folders(folder)
    if not found:
        raise CutoutError(
            f"{folder} has no sub-folders of cut-outs (PNG, WebP or TIFF with transparency), one per class"
        )
    return found


def _of_folders(folder: Path) -> dict[str, list[Path]]:
    if not folder.is_dir():
        raise CutoutError(f"{folder}: no such folder")
    found: dict[str, list[Path]] = {}
    for path in sorted(_below(folder)):
        inside = path.relative_to(folder).parts
        if len(inside) > 1 and path.suffix.lower() in _WITH_ALPHA:
            found.setdefault(inside[0], []).append(path)
    for each in sorted(folder.iterdir()) if found else ():
        if each.is_dir() and not each.name.startswith(".") and each.name not in found:
            raise CutoutError(
                f"{each} holds no cut-outs (PNG, WebP or TIFF with transparency), and would be no class; put some "
                "there, or take it away"
            )
    return found


def _of_index(index: Path) -> dict[str, list[Path]]:
    try:
        rows = parse_json(index.read_text(encoding="utf-8"))
        pairs = [(str(row["category"]), Path(row["file"])) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CutoutError(f"{index} is no list of files and categories: {error!r}") from None
    found: dict[str, list[Path]] = {}
    for category, file in pairs:
        if file.is_absolute() or ".." in file.parts:
            raise CutoutError(f"{index} names {str(file)!r}, which is not within its folder")
        found.setdefault(category, []).append(index.parent / file)
    return found


def _below(folder: Path) -> list[Path]:
    """Its files, but for what is hidden, such as .git and .DS_Store."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _read_cutout(path: Path, longest: int) -> NDArray[np.float32]:
    pixels = _read(path)
    if pixels.shape[2] != 4:
        raise CutoutError(f"{path} has no transparency, so nothing is cut out; save it as RGBA")
    rows, columns = (np.flatnonzero((pixels[..., 3] >= _HALF).any(axis)) for axis in (1, 0))
    if not rows.size:
        raise CutoutError(f"{path} shows nothing: it covers no pixel by half, so that none would have its label")
    cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    cut[..., :3] *= cut[..., 3:] / 255  # so that what lies under transparency leaks into no edge
    shrink = longest / max(cut.shape[:2])
    return cut if shrink >= 1 else _resized(cut, shrink)


def _made(cut: NDArray[np.float32], border: int) -> Cutout:
    """Of RGB times alpha and alpha, 0 to 255."""
    halves = [cut]
    while max(halves[-1].shape[:2]) > _SMALLEST:
        halves.append(_resized(halves[-1], 0.5))
    levels = tuple(_bled(each, border) for each in halves)
    seen = levels[0][levels[0][..., 3] >= _HALF, :3]
    brightest = float(np.percentile(seen.max(axis=-1), 99)) if seen.size else 255.0
    return Cutout(levels, border, _outline(cut[..., 3] > 0), brightest)


def _outline(seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    rows = np.flatnonzero(seen.any(axis=1))
    first, last = seen[rows].argmax(axis=1), seen.shape[1] - 1 - seen[rows, ::-1].argmax(axis=1)  # others lie between
    corners = np.concatenate([np.column_stack((across, rows + y)) for across in (first, last + 1) for y in (0, 1)])
    around = cv2.convexHull(corners.astype(np.int32))[:, 0]
    return np.ascontiguousarray((around / (seen.shape[1], seen.shape[0]) - 0.5).T)


def _bled(cut: NDArray[np.float32], border: int) -> NDArray[np.uint8]:
    """With its border, and colour where it is clear."""
    cut = cv2.copyMakeBorder(cut, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    alpha = cut[..., 3]
    clear = alpha < min(_FAINT, alpha.max())
    colors = cut[..., :3] * (255 / np.maximum(alpha, 1))[..., None]
    _, nearest = cv2.distanceTransformWithLabels(clear.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    of_label = np.zeros((nearest.max() + 1, 3), np.float32)
    of_label[nearest[~clear]] = colors[~clear]
    bled = np.concatenate((of_label[nearest], alpha[..., None]), axis=-1)
    return np.clip(np.rint(bled), 0, 255).astype(np.uint8)


def _shrunk(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    return _resized(picture, max(2 * size[0] / width, 2 * size[1] / height))


def _resized(pixels: NDArray[np.generic], scale: float) -> NDArray:  # type: ignore[type-arg]
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _read(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3 or 4) RGB or RGBA, 8 bits."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise CutoutError(f"{path}: {error.strerror}") from None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error:  # a file of a few bytes may say that it has more pixels than any memory holds
        raise CutoutError(f"{path} says that it has more pixels than any picture; take it out of the folder") from None
    if pixels is None:
        raise CutoutError(f"{path} is no picture that can be read, or is larger than {MOST_BYTES // 2**20} MiB")
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise CutoutError(f"{path} has pixels of type {pixels.dtype}; save it with 8 bits a channel")
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB)

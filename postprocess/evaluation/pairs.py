"""Which prediction belongs to which truth, and both as class numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from blender_addon.contract.run import PLAN
from blender_addon.contract.words import listed

from ..errors import EmptySplit, ExportError
from ..manifest import manifest_read
from ..stored_frames import ending_in, splits_in, stored_frames
from .classes import BEYOND, MANIFEST

SUFFIXES = (".png", ".tif", ".tiff")
PICTURES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Pair:
    """A picture of the test set: its name, truth, the prediction of each model, and the image where it is known."""

    name: str
    truth: Path
    predictions: tuple[Path, ...]
    image: Path | None


def truths(folder: Path, split: str | None) -> dict[str, tuple[Path, Path | None]]:
    """{name: (label file, image)} of a dataset's split, or of all label files below a folder.

    Raises ExportError where there is none, or no such split.
    """
    manifest = folder / MANIFEST
    if manifest.is_file():
        return _of_dataset(folder, split or "test")
    if (folder / PLAN).is_file():
        raise ExportError(f"{folder} is a run: export it, and name the dataset")
    if split:
        raise ExportError(f"{folder} is no dataset of labelpass export (no {MANIFEST}), so it has no --split {split}")
    found: dict[str, tuple[Path, Path | None]] = {
        name: (path, None) for name, path in _by_name(folder, _label_files(folder)).items()
    }
    if not found:
        raise ExportError(f"{folder} has no {', '.join(SUFFIXES)} file")
    return found


def pairs(found: dict[str, tuple[Path, Path | None]], models: Sequence[Path]) -> list[Pair]:
    """All truths, each with one prediction of every model. Raises ExportError where one has none, or several.

    A prediction has the name of its truth, in whatever folder below its model's it is.
    """
    by_model = [(model, _by_name(model, _label_files(model))) for model in models]
    for model, files in by_model:
        lacking = [name for name in found if name not in files]
        if lacking:
            raise ExportError(
                f"{model} has no prediction for {len(lacking)} of {len(found)} pictures: {listed(lacking, most=3)}"
            )
    return [
        Pair(name, truth, tuple(files[name] for _, files in by_model), image)
        for name, (truth, image) in sorted(found.items())
    ]


def read_classes(path: Path, lookup: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(H, W) class numbers. Raises ExportError for a file that is no label map, and for values that mean nothing."""
    numbers = lookup[_values(path)]
    if np.any(numbers == BEYOND):
        value = int(_values(path)[numbers == BEYOND][0])
        raise ExportError(f"{path}: value {value} is no class and not void")
    return numbers


def _of_dataset(folder: Path, split: str) -> dict[str, tuple[Path, Path | None]]:
    with manifest_read(folder / MANIFEST) as data:
        format, ending, splits = str(data["format"]), ending_in(data), [*splits_in(data)]
    if split not in splits:
        raise ExportError(f"{folder} has no split {split!r}; there are {', '.join(splits)}")
    found: dict[str, tuple[Path, Path | None]] = {}
    for each in stored_frames(folder, format, ending, [split]):
        if not isinstance(each.labels, Path):
            raise ExportError(f"{folder} is {format}, which has no label maps; name a folder that holds some")
        image = each.image if isinstance(each.image, Path) and each.image.is_file() else None
        found[each.name] = each.labels, image
    if not found:
        raise EmptySplit(f"{folder}: split {split!r} is empty")
    return found


def _label_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ExportError(f"{folder} is no folder")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _by_name(folder: Path, files: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        found[path.stem].append(path)
    for name, paths in found.items():
        if len(paths) > 1:
            two = " and ".join(str(path.relative_to(folder)) for path in paths[:2])
            raise ExportError(f"{folder}: {name!r} is there twice, {two}; name a folder that holds label maps alone")
    return {name: paths[0] for name, paths in found.items()}


def _values(path: Path) -> NDArray[np.uint16]:
    """Of a palette its indices."""
    try:
        with Image.open(path) as picture:
            picture.load()
            if picture.mode in {"1", "L", "P"} or picture.mode.startswith("I"):
                values = np.asarray(picture)
                if values.ndim == 2 and values.min(initial=0) >= 0 and values.max(initial=0) <= 65535:
                    return values.astype(np.uint16)
            raise ExportError(f"{path} is {picture.mode} {picture.size}: label maps have one channel of whole numbers")
    except FileNotFoundError:
        raise ExportError(f"{path} is missing") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, ExportError):
            raise
        raise ExportError(f"{path} cannot be read: damaged or cut short ({error})") from None

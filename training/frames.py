"""The frames of a dataset of `labelpass export` or `import`, as a trainer wants them: a picture and class numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.words import counted, in_shell
from postprocess.checksums import NAME as CHECKSUMS
from postprocess.errors import ExportError
from postprocess.evaluation.classes import Classes, classes_of_dataset
from postprocess.evaluation.pairs import read_classes, truths
from postprocess.exporters import FORMATS, Format
from postprocess.manifest import NAME, manifest_read
from postprocess.pixels import checked_image

from .errors import TrainingError
from .learned import Learned, learned_of_dataset


@dataclass(frozen=True)
class Frame:
    """The files of a frame."""

    name: str
    image: Path
    labels: Path


@dataclass(frozen=True)
class Pixels:
    """`image` (H, W, 3) uint8 RGB; `classes` (H, W) uint16, class numbers, and the number of classes for void."""

    image: NDArray[np.uint8]
    classes: NDArray[np.uint16]


@dataclass(frozen=True)
class Dataset:
    """A folder with a dataset.json. `classes` say what values its files hold, `sizes` are of (width, height), `digest`
    tells it from others."""

    folder: Path
    learned: Learned
    classes: Classes
    sizes: tuple[tuple[int, int], ...]
    digest: str

    @cached_property
    def lookup(self) -> NDArray[np.uint16]:
        return self.classes.lookup()

    def frames(self, split: str) -> tuple[Frame, ...]:
        """In the order of the list. Raises ExportError and TrainingError where the split is empty or incomplete."""
        found = []
        for name, (labels, image) in truths(self.folder, split).items():
            if image is None:
                raise TrainingError(
                    f"{self.folder}: {name!r} of {split} has no picture, and a network learns from them; labelpass "
                    f"verify {self.folder} names all that is missing"
                )
            if not labels.is_file():
                raise TrainingError(f"{labels} is missing; labelpass verify {in_shell(self.folder)} names all that is")
            found.append(Frame(name, image, labels))
        return tuple(found)

    def read(self, frame: Frame) -> Pixels:
        """Raises ExportError and TrainingError for what is missing or damaged, and for sizes that differ."""
        try:
            image, classes = read_picture(frame.image), read_classes(frame.labels, self.lookup)
        except ExportError as error:
            raise TrainingError(
                f"{error}; labelpass verify {in_shell(self.folder)} names all that is damaged"
            ) from None
        if image.shape[:2] != classes.shape:
            sizes = [f"{shape[1]}x{shape[0]}" for shape in (image.shape, classes.shape)]
            raise TrainingError(f"{frame.image} is {sizes[0]}, its labels {frame.labels} are {sizes[1]}")
        return Pixels(image, classes)


def open_dataset(folder: Path) -> Dataset:
    """Raises ExportError and TrainingError where it is none, or of a format that no frame can be read of alone."""
    path = folder / NAME
    if not path.is_file():
        inside = folder / "dataset"  # where `labelpass dataset` puts it
        near = f"; did you mean {inside}?" if (inside / NAME).is_file() else ""
        raise TrainingError(f"{folder} is no dataset of labelpass export (it has no {NAME}){near}")
    with manifest_read(path) as data:
        layout, pictures = FORMATS[data["format"]], bool(data["images"])
        told = [data["size"]] if data["size"] else [text.split("x") for text in data["sizes"]]
        sizes = tuple(sorted((int(width), int(height)) for width, height in told))
    if not _has_label_files(layout):
        raise TrainingError(
            f"{folder} is {layout.name}, whose label maps are no files of their own; export it as segnet, nyu, voc ..."
        )
    if not pictures:
        raise TrainingError(f"{folder} has no pictures, and a network learns from them; export it with them")
    return Dataset(folder, learned_of_dataset(path), classes_of_dataset(path), sizes, _digest(folder))


def refuse_inside(out: Path) -> None:
    """Raises TrainingError where `out` would lie in a dataset: it is not made to hold anything else."""
    around = next((folder for folder in out.absolute().parents if (folder / NAME).is_file()), None)
    if around is not None:
        raise TrainingError(f"{out} lies in the dataset {around}; name a folder outside of it")


def read_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) RGB. Raises ExportError."""
    return checked_image(path, None)[1]


def refuse_sizes(dataset: Dataset, crop: tuple[int, int] | None, batch: int, least: int) -> None:
    """Raises TrainingError where pictures have no size in common, or are too small for a network that halves its
    picture until `least` pixels have become one."""
    if crop is None and batch > 1 and len(dataset.sizes) > 1:
        raise TrainingError(
            f"{dataset.folder} has pictures of {counted(len(dataset.sizes), 'size')}, and a batch has one: give --crop "
            "WIDTHxHEIGHT or --batch 1, or export with --size"
        )
    for width, height in [crop] if crop else dataset.sizes:
        if min(width, height) < least:
            what = "--crop" if crop else f"a picture of {dataset.folder}"
            raise TrainingError(f"{what} is {width}x{height}, and this network needs {least} pixels on each side")


def _has_label_files(layout: type[Format]) -> bool:
    return layout().places("train", "name", ".png").label is not None


def _digest(folder: Path) -> str:
    """Of what the dataset says of itself: its lists, its classes, and the checksums of all its files."""
    found = hashlib.sha256()
    for name in (NAME, CHECKSUMS, "train.txt", "val.txt"):
        path = folder / name
        data = path.read_bytes() if path.is_file() else b""
        found.update(b"%d " % len(data) + data)
    return found.hexdigest()

"""The formats. Each module holds one frozen dataclass: its fields are the format's options, its methods say what is
written where and as which value. `postprocess.dataset` does the writing, the same for all.

A format that is more than a picture, a label map and lists has methods of `PerFrame`, and of `Assembled` where all
frames meet in one file. docs/formats.md tells how to add one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from blender_addon.contract.labels import LabelSet

from ..frame_pixels import FramePixels, Made
from ..layout import Encoding, Frames, Places, Traits
from ..spool import Rows
from ..stats import ClassWeights
from ..stored import Stored
from .ade20k import Ade20k
from .cityscapes import Cityscapes
from .coco import Coco
from .fastai import Fastai
from .fastai_tif import FastaiTif
from .huggingface import HuggingFace
from .mmseg import Mmseg
from .numpy_arrays import NumpyArrays
from .nyu import Nyu
from .nyu_mat import NyuMat
from .segnet import Segnet
from .ultralytics import Ultralytics
from .voc import Voc
from .webdataset import Webdataset
from .yolo import Yolo


class Format(Protocol):
    """What a format decides. Every method raises ExportError where a label set does not fit."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    name: ClassVar[str]
    traits: ClassVar[Traits]

    def encoding(self, label_set: LabelSet) -> Encoding:
        """What is written for each label id and each code."""

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        """The ids and codes that a trainer's classes are, in their order; these get weights."""

    def places(self, split: str, name: str, ending: str) -> Places:
        """Where the files of a frame go; its picture has this ending, and is left out where there is none."""

    def side_files(self, encoding: Encoding, frames: Frames, weights: ClassWeights | None) -> dict[str, str]:
        """{path: text} of lists and tables."""

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        """For dataset.json: what a reader must know of the label files."""

    def notes(self) -> tuple[str, ...]:
        """For the person who exports: what a trainer may stumble over."""


@runtime_checkable
class PerFrame(Protocol):
    """What a format may have besides: files and rows of its own for each frame."""

    @property
    def wants(self) -> frozenset[str]:
        """What it must see of a frame beside labels: names of `frame_pixels.WANTS`."""

    def frame(self, pixels: FramePixels) -> Made:
        """Called in any process. Whoever encodes decodes again, and raises ExportError where it differs."""


@runtime_checkable
class Assembled(Protocol):
    """What a format may have besides: files of all frames together."""

    def assemble(self, root: Path, frames: Frames, encoding: Encoding, rows: Rows) -> None:
        """Called when all frames are there. Streams into the dataset at `root` (`staging.write_streamed`), so that a
        million frames need no more memory than one."""


@runtime_checkable
class Gathered(Protocol):
    """What a format has besides whose frames are no files of their own."""

    def gathered(self, root: Path, split: str, pictures: bool) -> Iterator[Stored | str]:
        """The frames of a split in the order of its files, found without reading pixels; in place of one that is not
        there as it should be a sentence that begins with a file. `pictures`: whether the dataset has some."""


_FORMATS: tuple[type[Format], ...] = (
    Ade20k, Cityscapes, Coco, Fastai, FastaiTif, HuggingFace, Mmseg, NumpyArrays, Nyu, NyuMat, Segnet, Ultralytics, Voc,
    Webdataset, Yolo,
)  # fmt: skip
FORMATS: dict[str, type[Format]] = {each.name: each for each in _FORMATS}

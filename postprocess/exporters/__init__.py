"""The formats. Each module holds one frozen dataclass: its fields are the format's options, its methods say what is
written where and as which value. `postprocess.dataset` does the writing, the same for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from blender_addon.contract.labels import LabelSet

from ..layout import Encoding, Places
from ..stats import ClassWeights
from .nyu import Nyu
from .segnet import Segnet


class Format(Protocol):
    """What a format decides. Every method raises ExportError where a label set does not fit."""

    name: ClassVar[str]
    weights_file: ClassVar[str]
    """The side file that holds the class weights, "" where there is none."""
    needs_images: ClassVar[bool]
    one_size: ClassVar[str]
    """Why all pictures must be of one size, "" where each may have its own."""

    def encoding(self, label_set: LabelSet) -> Encoding:
        """What is written for each label id and each code."""

    def classes(self, label_set: LabelSet) -> tuple[int, ...]:
        """The ids and codes that a trainer's classes are, in their order; these get weights."""

    def places(self, split: str, name: str, with_image: bool) -> Places:
        """Where the files of a frame go."""

    def side_files(
        self, encoding: Encoding, names: Mapping[str, Sequence[str]], weights: ClassWeights | None
    ) -> dict[str, str]:
        """{path: text} of lists and tables; `names` are those of the frames per split, in the order to train in."""

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        """For dataset.json: what a reader must know of the label files."""

    def notes(self) -> tuple[str, ...]:
        """For the person who exports: what a trainer may stumble over."""


FORMATS: dict[str, type[Nyu] | type[Segnet]] = {"nyu": Nyu, "segnet": Segnet}

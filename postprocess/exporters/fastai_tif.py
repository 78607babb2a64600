"""fastai's layout with masks as TIFF, which loaders of picture folders and programs for image analysis know as well.

::

    scenes/NAME.png   RGB, of train and val      the rest as fastai has it, test/masks/NAME.tif as well
    masks/NAME.tif    classes, 8-bit gray

One channel, PackBits, nothing lost. All else is `fastai`'s, and so are the options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..layout import Encoding
from .fastai import Fastai


@dataclass(frozen=True)
class FastaiTif(Fastai):
    """The format, with the options of `Fastai`."""

    name: ClassVar[str] = "fastai-tif"
    mask_ending: ClassVar[str] = ".tif"

    def conventions(self, encoding: Encoding) -> dict[str, Any]:
        told = super().conventions(encoding)
        return {**told, "label files": str(told["label files"]).replace("PNG", "TIFF")}

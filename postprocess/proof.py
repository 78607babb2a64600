"""Which frames of a run are not what was rendered: records, sizes, and the checksums of all decoded pixels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_addon.contract.records import Record, read_frame
from blender_addon.contract.run import LABELS, PURITY, Plan, RunError, frame_folder

from .errors import ExportError
from .labelmap import LabelMap
from .pixels import checked_image, checked_labels, checked_other, checked_purity


def proved_frame(run: Path, plan: Plan, frame: int) -> tuple[Record, NDArray[np.uint8], LabelMap]:
    """The record of a finished frame, its image (H, W, 3) and its labels, when all of its files are as they were
    written. Raises RunError or ExportError."""
    record, folder = read_frame(run, frame, plan), frame_folder(run, frame)
    for name, stored in record.files.items():
        if name == PURITY:
            checked_purity(folder / name, stored.checksum)
        elif name not in (LABELS, plan.settings.image_file):
            checked_other(folder / name, stored)
    image_file = plan.settings.image_file
    _, image = checked_image(folder / image_file, record.files[image_file].checksum)
    return record, image, checked_labels(folder / LABELS, plan.label_set, record.files[LABELS].checksum)


def damaged_pixels(run: Path, plan: Plan, frames: Iterable[int]) -> dict[int, str]:
    """{frame: what is wrong, a sentence} of those finished frames whose files are not as they were written."""
    found = {}
    for frame in frames:
        try:
            proved_frame(run, plan, frame)
        except (RunError, ExportError) as error:
            found[frame] = str(error)
    return found

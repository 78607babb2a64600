"""Which frames of a run are not what was rendered: records, sizes, and the checksums of all decoded pixels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blender_addon.contract.records import read_frame
from blender_addon.contract.run import LABELS, PURITY, Plan, RunError, frame_folder

from .errors import ExportError
from .pixels import checked_image, checked_labels, checked_other, checked_purity


def damaged_pixels(run: Path, plan: Plan, frames: Iterable[int]) -> dict[int, str]:
    """{frame: what is wrong, a sentence} of those finished frames whose files are not as they were written."""
    found = {}
    for frame in frames:
        try:
            for name, stored in read_frame(run, frame, plan).files.items():
                path = frame_folder(run, frame) / name
                if name == plan.settings.image_file:
                    checked_image(path, stored.checksum)
                elif name == LABELS:
                    checked_labels(path, plan.label_set, stored.checksum)
                elif name == PURITY:
                    checked_purity(path, stored.checksum)
                else:
                    checked_other(path, stored)
        except (RunError, ExportError) as error:
            found[frame] = str(error)
    return found

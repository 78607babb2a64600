"""Which frames of a run are not what was rendered: records, sizes, and the checksums of decoded pixels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blender_addon.contract.records import Record, read_frame
from blender_addon.contract.run import IMAGE, LABELS, PURITY, Plan, RunError, frame_folder

from .errors import ExportError
from .pixels import checked_image, checked_labels, checked_purity


def damaged_pixels(run: Path, plan: Plan, frames: Iterable[int]) -> dict[int, str]:
    """{frame: what is wrong, a sentence} of those finished frames whose files are not as they were written."""
    found = {}
    for frame in frames:
        try:
            _check(frame_folder(run, frame), read_frame(run, frame, plan), plan)
        except (RunError, ExportError) as error:
            found[frame] = str(error)
    return found


def _check(folder: Path, record: Record, plan: Plan) -> None:
    checked_image(folder / IMAGE, record.files[IMAGE].checksum)
    checked_labels(folder / LABELS, plan.label_set, record.files[LABELS].checksum)
    if PURITY in record.files:
        checked_purity(folder / PURITY, record.files[PURITY].checksum)

"""What a person asks of an export, refused where no dataset can be like that, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from blender_addon.contract.labels import LabelSet

from .asset_splits import AssetWish
from .dealing import Growing
from .errors import ExportError
from .exporters import FORMATS, Format
from .manifest import Choices
from .regrouping import Regrouping
from .staging import check_place
from .stats import METHODS

MOST_PIXELS = 16384  # a side: more than any trainer takes, and a typing error would fill the disk

MOST_BAND = 64  # pixels


@dataclass(frozen=True)
class Wishes:
    """What a dataset of any frames should be like; `target`, `split_by`, `real_share` and `assets` are
    None where nobody said, `growing` where nobody says that more frames come."""

    layout: Format
    target: LabelSet | None
    regrouping: Regrouping | None
    split_by: str | None
    split_lists: tuple[Path, ...]
    choices: Choices
    real_share: float | None = None
    assets: AssetWish | None = None
    growing: Growing | None = None


def layout_of(format: str, options: Mapping[str, Any]) -> Format:
    """The format of that name with these options. Raises ExportError where it is not known, or has no such option."""
    if format not in FORMATS:
        raise ExportError(f"format {format!r}: known are {', '.join(sorted(FORMATS))}")
    known = {field.name for field in fields(FORMATS[format])}
    for name in options:
        if name not in known:
            raise ExportError(f"format {format} has no option {name!r}; it has {', '.join(sorted(known)) or 'none'}")
    return FORMATS[format](**options)


def check_wishes(out: Path, choices: Choices, jobs: int) -> None:
    """Raises ExportError for a place that is taken, or in a run, and for numbers that mean nothing."""
    check_place(out)
    check_numbers(choices)
    if jobs < 1:
        raise ExportError(f"{jobs} jobs: at least one process is needed")


def check_numbers(choices: Choices) -> None:
    """Raises ExportError for those that mean nothing."""
    if choices.size is not None and not all(1 <= side <= MOST_PIXELS for side in choices.size):
        width, height = choices.size
        raise ExportError(f"size {width}x{height}: a dataset's pictures have 1 to {MOST_PIXELS} pixels a side")
    if choices.ignore_below is not None and not 0 <= choices.ignore_below <= 1:
        raise ExportError(f"purity threshold {choices.ignore_below:g}: purity goes from 0 to 1")
    if not 0 <= choices.ignore_band <= MOST_BAND:
        raise ExportError(f"{choices.ignore_band} pixels beside edges: 0 to {MOST_BAND} can be ignored")
    if choices.weights not in METHODS:
        raise ExportError(f"weights {choices.weights!r}: known are {', '.join(METHODS)}")
    if choices.seed < 0:
        raise ExportError(f"seed {choices.seed}: seeds are whole numbers from 0")

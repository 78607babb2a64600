"""What a dataset's `dataset.json` promises: its splits, sizes, values, and how many pixels have each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..exporters import FORMATS
from ..manifest import NAME, manifest_read
from ..stored import Written
from ..stored_frames import ending_in, splits_in, written_in
from .frame_faults import Meaning


@dataclass(frozen=True)
class Promised:
    """`written` says what label maps hold, `lost` what the format does not keep. `frames` and `sizes` say how many
    there are; `sizes` is of (width, height), None where all have `size`. `pixels` and `images` are {split: {value: how
    many}}; of values that stand for several things nobody can tell `images`. `ending` is that of the pictures, ""
    where there are none; `data` is the file."""

    format: str
    written: Written
    lost: str
    ending: str
    meaning: Meaning
    frames: Mapping[str, int]
    size: tuple[int, int] | None
    sizes: Mapping[tuple[int, int], int] | None
    pixels: Mapping[str, Mapping[int, int]]
    images: Mapping[str, Mapping[int, int]]
    data: Mapping[str, Any]


def read_promised(dataset: Path) -> Promised:
    """Raises ExportError where the file is missing, or no dataset.json of an export."""
    with manifest_read(dataset / NAME) as data:
        return _promised(data)


def _promised(data: Mapping[str, Any]) -> Promised:
    things = [(int(row["value"]), str(row["name"]), row) for row in data["classes"]]
    classes = {value for value, _, _ in things}
    codes = [(int(row["written_as"]), str(name), row) for name, row in data["codes"].items()]
    if data["conventions"].get("background is a class"):
        classes.add(int(data["codes"]["background"]["written_as"]))
    things += codes
    names: dict[int, list[str]] = {}
    for value, name, _ in things:
        names.setdefault(value, []).append(name)
    frames = splits_in(data)
    pixels: dict[str, dict[int, int]] = {split: {} for split in frames}
    images: dict[str, dict[int, int]] = {split: {} for split in frames}
    for split in frames:
        for value, _, row in things:
            pixels[split][value] = pixels[split].get(value, 0) + int(row["pixels"][split])
            if len(names[value]) == 1:
                images[split][value] = int(row["images"][split])
    sizes = data.get("sizes")
    return Promised(
        format=str(data["format"]),
        written=written_in(data),
        lost=FORMATS[data["format"]].traits.lost,
        ending=ending_in(data),
        meaning=Meaning(
            {value: " or ".join(shared) for value, shared in names.items()}, frozenset(names) - frozenset(classes)
        ),
        frames=frames,
        size=_size(data["size"]) if sizes is None else None,
        sizes={_size(size.split("x")): int(number) for size, number in sizes.items()} if sizes is not None else None,
        pixels=pixels,
        images=images,
        data=data,
    )


def _size(pair: Any) -> tuple[int, int]:
    width, height = map(int, pair)
    return width, height

"""Which frames a dataset has, in its own words: its lists, its shards, its arrays. What is wrong is refused.

`doctor.listed_files` asks the same of a dataset that may be damaged, and goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from blender_addon.contract.labels import label_set_from_dict
from blender_addon.contract.words import refusal

from .errors import ExportError
from .exporters import FORMATS, Format, Gathered
from .layout import Places
from .manifest import meanings
from .splits import SPLITS
from .stored import Stored, Written

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_NAME = re.compile(r"[^/\\\0\s]+")


def written_in(data: Mapping[str, Any]) -> Written:
    """What the label files of a dataset hold, by its dataset.json. Raises ValueError where its parts differ."""
    label_set = label_set_from_dict(data["label_set"])
    if label_set.by_id.keys() != {row["id"] for row in data["classes"]}:
        raise ValueError("classes are not those of the label set")
    encoding = FORMATS[data["format"]]().encoding(label_set)
    return Written(str(data["dtype"]), meanings(data), encoding.file_palette is not None)


def ending_in(data: Mapping[str, Any]) -> str:
    """That of its pictures, "" where there are none. Raises ValueError for one that leads elsewhere."""
    ending = str(data["image_files"]["ending"]) if data["images"] else ""
    if ending and not _ENDING.fullmatch(ending):
        raise ValueError(f"pictures do not end in {ending!r}")
    return ending


def splits_in(data: Mapping[str, Any]) -> dict[str, int]:
    """{split: how many frames}. Raises ValueError for one that there is not: its name becomes that of a file."""
    frames = {str(split): int(number) for split, number in data["split"]["frames"].items()}
    if strange := frames.keys() - set(SPLITS):
        raise ValueError(f"there is no split {min(strange)!r}")
    return frames


def stored_frames(folder: Path, format: str, ending: str, splits: Sequence[str] = SPLITS) -> Iterator[Stored]:
    """All frames of a dataset, split by split. Raises ExportError at what is not as it was exported, and for a format
    that does not keep the label of every pixel."""
    layout = FORMATS[format]()
    if layout.traits.lost:
        raise ExportError(
            f"{folder} is {format}: {layout.traits.lost}, so it does not say of every pixel what it shows; take the "
            "runs that it was exported from"
        )
    for split in splits:
        frames = layout.gathered(folder, split, bool(ending)) if isinstance(layout, Gathered) else None
        for each in _of_list(folder, layout, split, ending) if frames is None else frames:
            if isinstance(each, str):
                raise ExportError(each)
            yield each


def listed_name(line: str, layout: Format, split: str, ending: str) -> tuple[str, str]:
    """(the frame that a line of a list names, what is wrong with the line); one of them is ""."""
    parts = line.split()
    if layout.name == "segnet":
        if len(parts) != 2:
            return "", f"{line!r} is not the path of an image and of its labels"
        name = parts[1].rpartition("/")[2].removesuffix(".png")
        places = places_of(layout, split, name, ending)
        if not all(
            path == place or path.endswith(f"/{place}") for path, place in zip(parts, (places.image, places.label))
        ):
            return "", f"{line!r} does not end in {places.image} {places.label}"
    else:
        name = line
    if not _NAME.fullmatch(name) or name in {".", ".."}:
        return "", f"{line!r} is no name of a frame"
    return name, ""


def places_of(layout: Format, split: str, name: str, ending: str) -> Places:
    """Without a picture where the dataset has none, and so no `ending` of them."""
    places = layout.places(split, name, ending)
    return places if ending else replace(places, image=None)


def stored_at(folder: Path, split: str, name: str, places: Places) -> Stored:
    """A frame of files of its own."""
    image = None if places.image is None else folder / places.image
    return Stored(split, name, folder / str(places.label), image)


def _of_list(folder: Path, layout: Format, split: str, ending: str) -> Iterator[Stored]:
    path = folder / f"{split}.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ExportError(refusal(error, path)) from None
    except ValueError as error:
        raise ExportError(f"{path} is damaged: {error}") from None
    for line in lines:
        name, wrong = listed_name(line, layout, split, ending)
        if wrong:
            raise ExportError(f"{path}: {wrong}")
        yield stored_at(folder, split, name, places_of(layout, split, name, ending))

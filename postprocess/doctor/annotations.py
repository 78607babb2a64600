"""COCO's annotations, held against the label maps of the same frames: the same pixels of the same classes?

Files are read a row at a time and in the order in which they were written, so that a million frames fit. Masks must be
the label map's pixels of their category; of polygons, which lose holes, only that they lie in the picture is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ExportError
from ..exporters.coco import rows_of
from ..run_lengths import decode
from ..stored import Stored
from ..stored_pixels import read_picture, read_values
from .findings import ERROR, Finding
from .listed_files import Listed
from .promised import Promised

_AHEAD = 16  # frames a thread
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Of:
    """A frame, and what a file says of it: `image` is its row, `told` are its annotations."""

    stored: Stored
    image: _Row
    told: Sequence[_Row]


_Known = Mapping[int, int]
"""{id of a category: what label maps have for it}."""
_Look = Callable[[Path, _Known, Promised, _Of], list[str]]
"""What is wrong with the annotations of a frame."""


def annotation_faults(dataset: Path, listed: Listed, promised: Promised, jobs: int) -> Iterator[Finding]:
    """Errors of the kind "annotations", each of which names the file."""
    with ThreadPoolExecutor(jobs) as pool:
        for split, number in promised.frames.items():
            frames = {each.stored.name: each.stored for each in listed.members if each.stored.split == split}
            for kind, look in (("panoptic", _wrong_segments), ("instances", _wrong_masks)):
                path = dataset / f"annotations/{kind}_{split}.json"
                if not number or not path.exists():
                    continue  # checksums.txt names what there was
                place = path.relative_to(dataset).as_posix()
                try:
                    for why in _wrong(path, frames, promised, pool, look, jobs * _AHEAD):
                        sentence = f"{place}: {why}".replace(f"{dataset}/", "")
                        yield Finding(ERROR, "annotations", place, sentence)
                except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
                    yield Finding(ERROR, "annotations", place, f"{place} is not as it was exported: {error!r}")


def _wrong(
    path: Path, frames: Mapping[str, Stored], promised: Promised, pool: Executor, look: _Look, step: int
) -> Iterator[str]:
    images: dict[Any, _Row] = {}
    seen = there = 0
    for kind, part in groupby(rows_of(path), lambda row: row[0]):
        rows = (row for _, row in part)
        if kind == "head":
            categories = next(rows)["categories"]
            values = {str(row["name"]): int(row["value"]) for row in promised.data["classes"]}
            known = {row["id"]: values[row["name"]] for row in categories if row["name"] in values}
            look_at = partial(look, path, known, promised)
            for row in categories:
                if row["name"] not in values:
                    yield f"category {row['id']} is {row['name']!r}, which is no label of dataset.json"
        elif kind == "images":
            images = {row["id"]: row for row in rows}
            names = {_name(row) for row in images.values()}
            there = len(frames.keys() & names)
            for name in sorted(frames.keys() ^ names):
                yield f"{name} is {'not there' if name in frames else 'there, and in no list'}"
        else:
            of_frames = _of_frames(rows, images, frames)
            while together := list(islice(of_frames, step)):
                seen += len(together)
                for sentences in pool.map(look_at, together):
                    yield from sentences
    if look is _wrong_segments and seen < there:
        yield f"{there - seen} of {there} images have no segments there"


def _of_frames(rows: Iterator[_Row], images: Mapping[Any, _Row], frames: Mapping[str, Stored]) -> Iterator[_Of]:
    for image, told in groupby(rows, lambda row: row["image_id"]):
        if image not in images:
            raise ValueError(f"it annotates image {image!r}, which it does not list")
        stored = frames.get(_name(images[image]))
        if stored is not None:
            yield _Of(stored, images[image], list(told))


def _name(image: _Row) -> str:
    """That of the frame."""
    return str(image["file_name"]).rpartition(".")[0]


def _wrong_segments(path: Path, known: _Known, promised: Promised, of: _Of) -> list[str]:
    """Of a frame's panoptic PNG, and what is said of its segments."""
    labels = _labels(of, promised)
    if labels is None:
        return []
    if len(of.told) != 1:
        return [f"{of.stored.name} is there {len(of.told)} times"]
    try:
        colors = read_picture(path.parent.parent / path.stem / f"{of.stored.name}.png")[1].astype(np.uint32)
    except ExportError as error:
        return [str(error)]
    row, numbers = of.told[0], colors[..., 0] + 256 * colors[..., 1] + 65536 * colors[..., 2]
    strange = [each["id"] for each in row["segments_info"] if each["category_id"] not in known]
    if strange:
        return [f"{of.stored.name}: segment {strange[0]} is of no category"]
    there, places, areas = np.unique(numbers, return_inverse=True, return_counts=True)
    counts = dict(zip(there.tolist(), areas.tolist()))
    void = counts.pop(0, 0)
    if {each["id"]: each["area"] for each in row["segments_info"]} != counts:
        return [f"{of.stored.name}: segments, or their areas, are not those of its PNG ({void} pixels in none)"]
    classes = {0: min(promised.meaning.void)} | {
        each["id"]: known[each["category_id"]] for each in row["segments_info"]
    }
    shown = np.array([classes[number] for number in there.tolist()], np.int64)[places.reshape(numbers.shape)]
    return [] if np.array_equal(shown, labels) else [f"{of.stored.name}: its segments are not those of {_map(of)}"]


def _wrong_masks(path: Path, known: _Known, promised: Promised, of: _Of) -> list[str]:
    """Of what is said of a frame's things."""
    labels = _labels(of, promised)
    if labels is None:
        return []
    size = of.image["height"], of.image["width"]
    if size != labels.shape:
        return [f"{of.stored.name} is {size[1]}x{size[0]} there, its labels {labels.shape[1]}x{labels.shape[0]}"]
    found = []
    for row in of.told:
        if why := _wrong_mask(row, labels, known, of):
            found.append(f"annotation {row['id']} of {of.stored.name} {why}")
    return found


def _labels(of: _Of, promised: Promised) -> NDArray[np.uint16] | None:
    """None where they cannot be read, which is told where frames are looked at."""
    try:
        return read_values(of.stored.labels, promised.written).pixels
    except ExportError:
        return None


def _wrong_mask(row: _Row, labels: NDArray[np.uint16], known: _Known, of: _Of) -> str:
    height, width = labels.shape
    if row["category_id"] not in known:
        return "is of no category"
    x, y, wide, high = row["bbox"]
    if min(x, y) < 0 or min(wide, high) <= 0 or x + wide > width or y + high > height:
        return "has a box that is not in the picture"
    if isinstance(row["segmentation"], list):
        return _wrong_polygons(row["segmentation"], width, height)
    if row["segmentation"]["size"] != [height, width]:
        return "has a mask of another size"
    try:
        lengths, _ = decode([row["segmentation"]["counts"]])
    except ValueError:
        return "has no run lengths"
    if (lengths < 0).any() or lengths.sum() != height * width:
        return "has a mask that does not fill the picture"
    inside = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths).reshape(width, height).T
    if int(inside.sum()) != row["area"]:
        return f"has {int(inside.sum())} pixels, and says {row['area']}"
    return "" if (labels[inside] == known[row["category_id"]]).all() else f"is not where {_map(of)} has its label"


def _wrong_polygons(polygons: Sequence[Sequence[float]], width: int, height: int) -> str:
    for each in polygons:
        points = np.array(each, np.float64)
        if points.ndim != 1 or points.size < 6 or points.size % 2:
            return "has a polygon of fewer than three points"
        if not ((points >= 0) & (points <= np.tile([width, height], points.size // 2))).all():
            return "has a polygon that is not in the picture"
    return "" if polygons else "has no polygon"


def _map(of: _Of) -> str:
    return str(of.stored.labels)

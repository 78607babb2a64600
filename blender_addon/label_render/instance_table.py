"""A row for each thing that a frame shows: what it is, where it stands, which pixels it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frame_things import Things
from .thing_ids import NONE, Ids

CONVENTIONS = {
    "id": "in instances.exr Instance.High * 2**32 + Instance.Low; the same in all frames for the same thing",
    "label": "the label id that the thing as a whole has; parts of it may have others: `labels`",
    "labels": "[label id, pixels] of its pixels, most pixels first",
    "path": "the outermost instancer, Blender's persistent ids of the copy from there on, and the object",
    "world_from_object": "4x4, row by row: from the object's own space, in Blender units, to the world, in metres",
    "box_3d": "tight in the object's own space: centre and size along its axes in metres; rotation 3x3, row by row, "
    "whose columns are these axes in the world; right-handed",
    "box_2d": "x, y, width, height in pixels of the visible pixels, tight; (0, 0) is the upper left corner",
    "pixels": "visible pixels",
    "visible_fraction": "visible pixels / pixels of the amodal mask; null where there is none",
}


@dataclass(frozen=True)
class Box:
    """An oriented box in the world, in metres: `rotation` (3x3, row by row) has its axes as columns."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    rotation: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Row:
    """A thing that a frame shows; `CONVENTIONS` says what each is. Ready for JSON by `as_json`."""

    id: int
    label: int
    labels: tuple[tuple[int, int], ...]
    object: str
    path: tuple[str, ...]
    world_from_object: tuple[tuple[float, ...], ...]
    box_3d: Box
    box_2d: tuple[int, int, int, int]
    pixels: int
    visible_fraction: float | None = None


def table(
    instances: Ids,
    labels: NDArray[np.uint16],
    things: Things,
    metres: float = 1.0,
    amodal: Mapping[int, NDArray[np.bool_] | None] | None = None,
) -> list[Row]:
    """A row for each id in `instances` (H, W), by id. `labels` (H, W) are the label codes of the same pixels.

    `metres` is the length of a Blender unit (`scene.unit_settings.scale_length`). `amodal`: as `amodal.masks` gives it.
    """
    ys, xs = np.nonzero(instances != NONE)
    ids, places = np.unique(instances[ys, xs], return_inverse=True)
    pixels = np.bincount(places, minlength=len(ids))
    low, high = np.full((2, len(ids)), 2**31 - 1), np.full((2, len(ids)), -1)
    for axis, values in enumerate((xs, ys)):
        np.minimum.at(low[axis], places, values)
        np.maximum.at(high[axis], places, values)
    by_label: list[list[tuple[int, int]]] = [[] for _ in ids]
    pairs, amounts = np.unique(places.astype(np.int64) << 16 | labels[ys, xs], return_counts=True)
    for pair, amount in zip(pairs.tolist(), amounts.tolist()):
        by_label[pair >> 16].append((pair & 0xFFFF, amount))
    rows = rows_of(things, ids)
    boxes = _boxes(things, [rows[id_] for id_ in ids.tolist()], metres)
    found = []
    for place, id_ in enumerate(ids.tolist()):
        row = rows[id_][0]
        top, levels, name = things.keys[row]
        corner, far = low[:, place].tolist(), high[:, place].tolist()
        mask = (amodal or {}).get(id_)
        found.append(
            Row(
                id=id_,
                label=int(things.labels[row]),
                labels=tuple(sorted(by_label[place], key=lambda each: (-each[1], each[0]))),
                object=name,
                path=(top, *map(str, levels), name) if top else (name,),
                world_from_object=_in_metres(things.matrices[row], metres),
                box_3d=boxes[place],
                box_2d=(corner[0], corner[1], far[0] - corner[0] + 1, far[1] - corner[1] + 1),
                pixels=int(pixels[place]),
                visible_fraction=None if mask is None else round(float(pixels[place] / mask.sum()), 6),
            )
        )
    return found


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """The rows as JSON has them: no tuples, numbers that Python knows."""
    return [asdict(row) for row in rows]


def rows_of(things: Things, ids: Ids) -> dict[int, list[int]]:
    """{id: rows of `things`}: those that draw something first."""
    wanted = np.flatnonzero(np.isin(things.ids, ids))
    found: dict[int, list[int]] = {}
    for row in sorted(wanted.tolist(), key=lambda row: (not things.geometry[things.shapes[row]].drawn, row)):
        found.setdefault(int(things.ids[row]), []).append(row)
    return found


def _in_metres(matrix: NDArray[np.float64], metres: float) -> tuple[tuple[float, ...], ...]:
    scaled = matrix.copy()
    scaled[:3] *= metres
    return tuple(tuple(row) for row in scaled.tolist())


def _boxes(things: Things, rows: list[list[int]], metres: float) -> list[Box]:
    """The box of the drawn surfaces of each thing; of all where none is."""
    boxes = np.empty((len(rows), 2, 3))
    for place, some in enumerate(rows):
        shapes = [things.geometry[things.shapes[row]] for row in some]
        drawn = [shape.box for shape in shapes if shape.drawn] or [shape.box for shape in shapes]
        boxes[place] = drawn[0] if len(drawn) == 1 else (np.min(drawn, axis=(0, 1)), np.max(drawn, axis=(0, 1)))
    return oriented(boxes, things.matrices[[some[0] for some in rows]], metres)


def oriented(boxes: NDArray[np.float64], matrices: NDArray[np.float64], metres: float = 1.0) -> list[Box]:
    """Boxes (N, 2, 3) of objects' own spaces, lowest and highest corner, in the world by their matrices (N, 4, 4).

    Where a matrix shears, its axes are no right angles: then the nearest that are (polar decomposition), and the box
    that holds the corners. A mirrored object's third axis points the other way, so that the rotation is one.
    """
    linear = matrices[:, :3, :3]
    lengths = np.linalg.norm(linear, axis=1)
    axes = linear / np.where(lengths > 0, lengths, 1)[:, None, :]
    left, _, right = np.linalg.svd(axes)
    rotation = left @ right
    square = np.abs(rotation - axes).max(axis=(1, 2)) < 1e-5
    rotation[np.linalg.det(rotation) < 0, :, 2] *= -1
    corners = np.stack([boxes[:, list(pick), [0, 1, 2]] for pick in np.ndindex(2, 2, 2)], axis=1)
    corners = np.einsum("nij,ncj->nci", linear, corners) + matrices[:, None, :3, 3]
    along = np.einsum("nij,nci->ncj", rotation, corners)
    size = np.where(square[:, None], (boxes[:, 1] - boxes[:, 0]) * lengths, np.ptp(along, axis=1)) * metres
    centre = np.einsum("nij,nj->ni", rotation, (along.min(axis=1) + along.max(axis=1)) / 2) * metres
    turns = [tuple(tuple(row) for row in turn) for turn in rotation.tolist()]
    return [Box(tuple(at), tuple(long), turn) for at, long, turn in zip(centre.tolist(), size.tolist(), turns)]

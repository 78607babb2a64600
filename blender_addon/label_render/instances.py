"""Which thing each sample of a label render shows, copies told apart; and the instance map that this is reduced to.

Cryptomatte tells the object, the mark of its material the copy (`copy_marks`). Where marks fail (no material of the
object's own, two copies with one number, objects of libraries with one name, a shader whose transparency cannot be
read) it is the thing at whose surface the sample's position lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from ..contract.labels import BACKGROUND, IGNORE, NO_SURFACE
from ..occurrences import Occurrence
from . import copy_marks, cryptomatte
from .frame_things import Geometry, Things, read_things
from .label_maps import COMPARISONS, from_the_centre
from .render_depsgraph import heard_in_render
from .thing_ids import NONE, Ids, Key


@dataclass(frozen=True)
class Telling:
    """What a run keeps for its frames: names of copies made for labels, and the ids of things."""

    twins: Mapping[bpy.types.Object, bpy.types.Object]
    known: dict[Key, int] = field(default_factory=dict)


@contextmanager
def instances_prepared(
    view_layer: bpy.types.ViewLayer,
    things: Iterable[Occurrence],
    twins: Mapping[bpy.types.Object, bpy.types.Object] | None = None,
) -> Iterator[Telling]:
    """Once for a run, around its frames: have materials write what tells copies apart. The image stays the same.

    `things` and `twins`: as `visibility.instancer_labels_of_frames` takes and fills them. Comes within it.
    """
    with copy_marks.copies_marked(view_layer, things):
        yield Telling(twins or {})


@contextmanager
def instances_rendered(
    view_layer: bpy.types.ViewLayer, telling: Telling, with_triangles: bool = False
) -> Iterator[Callable[[], Things]]:
    """Around `label_pass.render_passes`, within `label_pass.sharp`: have the passes for `read_instances`.

    Yields a function that gives the things of the last render: for `read_instances`, and for the table.
    `with_triangles` is for amodal masks. Labels are the same as without.
    """
    names = {twin.name_full: original.name_full for twin, original in telling.twins.items()}
    with copy_marks.marks_rendered(view_layer) as doubtful:

        def read(depsgraph: bpy.types.Depsgraph) -> Things:
            return read_things(depsgraph, names, doubtful, telling.known, with_triangles)

        with heard_in_render(read) as last:
            yield last


def read_instances(passes: Mapping[str, NDArray[np.float32]], things: Things) -> Ids:
    """The id of the thing that each sample shows, (K H, K W); `NONE` where there is no surface."""
    surface = passes["Depth.Z"] < NO_SURFACE
    found = np.zeros(surface.shape, np.uint64)
    if not len(things.ids) or not surface.any():
        return found
    codes = _objects(passes, things)[surface].astype(np.uint64)
    marks = np.ascontiguousarray(passes[f"{copy_marks.PASS}.X"])[surface].view(np.uint32)
    pairs, places = _unique(codes << np.uint64(32) | marks)
    told, open_ = _told(pairs, things)
    ids = told[places]
    if open_:
        positions = np.stack([passes[f"Position.{axis}"][surface] for axis in "XYZ"], -1)
        for rows, some in open_:
            mine = np.zeros(len(pairs), bool)
            mine[some] = True
            here = np.flatnonzero(mine[places])
            ids[here] = _at(positions[here].astype(np.float64), rows, things)
    found[surface] = ids
    return found


def _unique(values: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """(values, each once; the place among them of each): of runs first, since neighbours mostly agree."""
    starts = np.flatnonzero(np.diff(values, prepend=~values[:1]))
    distinct, of_runs = np.unique(values[starts], return_inverse=True)
    return distinct, np.repeat(of_runs.reshape(-1), np.diff(starts, append=len(values)))


def _objects(passes: Mapping[str, NDArray[np.float32]], things: Things) -> NDArray[np.uint32]:
    """The Cryptomatte id of each sample's object: where a ray went on, the one whose object has the sample's index."""
    ids, shares = cryptomatte.ranks(passes)
    found = ids[0].copy()
    several = shares[1] > 0
    if several.any():
        index = passes["IndexOB.X"][several].astype(np.uint64)
        known = np.unique(things.cryptomatte.astype(np.uint64) << np.uint64(16) | things.labels)
        chosen, waiting = found[several], np.ones(len(index), bool)
        for rank, share in zip(ids[:, several], shares[:, several]):
            fits = waiting & (share > 0) & np.isin(rank.astype(np.uint64) << np.uint64(16) | index, known)
            chosen[fits] = rank[fits]
            waiting &= ~fits
        found[several] = chosen
    return found


def _told(pairs: NDArray[np.uint64], things: Things) -> tuple[Ids, list[tuple[NDArray[np.intp], NDArray[np.intp]]]]:
    """(the id for each pair of object and mark, `NONE` where several are possible; [(rows that are, which pairs)])."""
    keys = things.cryptomatte.astype(np.uint64) << np.uint64(32) | things.marks.view(np.uint32)
    order = np.argsort(keys, kind="stable")
    keys, ids, codes = keys[order], things.ids[order], pairs >> np.uint64(32)
    starts, ends = (np.searchsorted(keys >> np.uint64(32), codes, side) for side in ("left", "right"))
    first, last = (np.searchsorted(keys, pairs, side) for side in ("left", "right"))
    same = np.concatenate([[0], np.cumsum(ids[1:] != ids[:-1])])  # equal at two places: all between are one thing
    doubts = np.concatenate([[0], np.cumsum(~things.sure[order])])
    alone = (ends > starts) & (same[np.minimum(starts, len(ids) - 1)] == same[ends - 1])
    marked = ~alone & (last > first) & (doubts[ends] == doubts[starts])
    by_mark = marked & (same[np.minimum(first, len(ids) - 1)] == same[last - 1])
    told = np.where(alone, ids[np.minimum(starts, len(ids) - 1)], np.uint64(NONE))
    told[by_mark] = ids[first[by_mark]]
    low, high = np.where(marked, first, starts), np.where(marked, last, ends)
    low, high = np.where(high > low, low, 0), np.where(high > low, high, len(ids))
    pending = np.flatnonzero(told == NONE)
    ranges, which = np.unique(np.stack([low, high], -1)[pending], axis=0, return_inverse=True)
    which = which.reshape(-1)
    return told, [(order[start:end], pending[which == n]) for n, (start, end) in enumerate(ranges.tolist())]


def _at(points: NDArray[np.float64], rows: NDArray[np.intp], things: Things) -> Ids:
    """Of the things in `rows`, the id of the one whose surface each point (P, 3) lies at: by boxes, then triangles."""
    boxes = np.stack([shape.box for shape in things.geometry])[things.shapes[rows]]
    corners = np.stack([boxes[:, list(pick), [0, 1, 2]] for pick in np.ndindex(2, 2, 2)], axis=1)
    corners = np.einsum("rij,rcj->rci", things.matrices[rows, :3, :3], corners) + things.matrices[rows, None, :3, 3]
    low, high = corners.min(axis=1), corners.max(axis=1)
    slack = 1e-4 * np.maximum(1e-3, (high - low).max(axis=1)) + 1e-6 * np.abs(corners).max(axis=(1, 2))
    low, high = low - slack[:, None], high + slack[:, None]
    times, chosen = np.zeros(len(points), np.int64), np.zeros(len(points), np.intp)
    near = _Cells(points, len(rows))
    inside = []
    for place, row in enumerate(rows.tolist()):
        some = near.within(low[place], high[place])
        times[some] += 1
        chosen[some] = row
        inside.append(some)
    trees: dict[int, BVHTree | None] = {}
    best, outside = np.full(len(points), np.inf), np.flatnonzero(times == 0)
    for row, some in zip(rows.tolist(), inside):
        contested = np.concatenate([some[times[some] > 1], outside])
        if len(contested):
            distances = _distances(points[contested], row, things, trees)
            nearer = distances < best[contested]
            best[contested[nearer]], chosen[contested[nearer]] = distances[nearer], row
    return things.ids[chosen]


class _Cells:
    """Points sorted into the cells of a grid over their two longest sides, so that a box finds its own quickly."""

    def __init__(self, points: NDArray[np.float64], boxes: int) -> None:
        self._points = points
        self._low, extent = points.min(axis=0), np.ptp(points, axis=0)
        self._axes = np.argsort(extent)[1:]
        self._side = int(np.clip(np.sqrt(boxes), 1, 512))
        self._step = np.maximum(extent[self._axes], 1e-9) / self._side
        row, column = self._cell(points).T
        cells = row * self._side + column
        self._order = np.argsort(cells, kind="stable")
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=self._side**2))])

    def _cell(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        cells = (points[..., self._axes] - self._low[self._axes]) / self._step
        return np.clip(cells, 0, self._side - 1).astype(np.int64)

    def within(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.intp]:
        """The places of points in a box."""
        (top, left), (bottom, right) = self._cell(low).tolist(), self._cell(high).tolist()
        lines = [
            self._starts[[row * self._side + left, row * self._side + right + 1]] for row in range(top, bottom + 1)
        ]
        some = np.concatenate([self._order[start:end] for start, end in lines])
        points = self._points[some]
        return some[((points >= low) & (points <= high)).all(axis=1)]


def _distances(
    points: NDArray[np.float64], row: int, things: Things, trees: dict[int, BVHTree | None]
) -> NDArray[np.float64]:
    """How far each point is from a thing's surface, in world units; from its box where it is no mesh."""
    shape, matrix = int(things.shapes[row]), things.matrices[row]
    geometry = things.geometry[shape]
    try:
        local = (points - matrix[:3, 3]) @ np.linalg.inv(matrix[:3, :3]).T
    except np.linalg.LinAlgError:  # flattened to nothing
        return np.full(len(points), np.inf)
    if shape not in trees:
        trees[shape] = tree_of(geometry)
    tree = trees[shape]
    nearest = np.clip(local, *geometry.box)
    if tree:
        nearest = np.array([tree.find_nearest(point)[0] for point in local], np.float64)
    return np.linalg.norm((nearest - local) @ matrix[:3, :3].T, axis=1)


def tree_of(geometry: Geometry) -> BVHTree | None:
    """For rays and distances in the thing's own space; None where it is no mesh, or has no faces."""
    if geometry.points is None or geometry.triangles is None or not len(geometry.triangles):
        return None
    return BVHTree.FromPolygons(geometry.points.tolist(), geometry.triangles.tolist(), all_triangles=True)


def reduced(ids: Ids, samples: NDArray[np.uint16], labels: NDArray[np.uint16], k: int) -> Ids:
    """The instance of each pixel, (H, W), of `read_instances` (K H, K W).

    `samples` (K H, K W) are the label codes of the same render, `labels` (H, W) what `label_maps.majority` made of
    them. Only samples with the pixel's label vote, so that an instance never contradicts the label; of equal votes the
    sample nearest to the centre decides. Where the label is ignore or background it is `NONE`.
    """
    height, width = labels.shape
    void = (labels == IGNORE) | (labels == BACKGROUND)
    if k == 1:
        return np.where(void, np.uint64(NONE), ids)

    def blocks(values: NDArray[np.generic]) -> NDArray[np.generic]:
        split = values.reshape(height, k, width, k).transpose(0, 2, 1, 3).reshape(height, width, k * k)
        return np.ascontiguousarray(split[..., from_the_centre(k)])

    voters, own = blocks(ids), blocks(samples) == labels[..., None]
    found = np.take_along_axis(voters, own.argmax(axis=-1)[..., None], -1)[..., 0]
    mixed = (((voters != found[..., None]) & own).any(axis=-1)) & ~void
    some, voting = voters[mixed], own[mixed]
    winners = np.empty(len(some), np.uint64)
    step = max(1, COMPARISONS // k**4)
    for start in range(0, len(some), step):
        part, may = some[start : start + step], voting[start : start + step]
        votes = ((part[:, :, None] == part[:, None, :]) & may[:, None, :]).sum(axis=-1, dtype=np.uint8) * may
        winners[start : start + step] = part[np.arange(len(part)), votes.argmax(axis=-1)]
    found[mixed] = winners
    found[void] = NONE
    return found

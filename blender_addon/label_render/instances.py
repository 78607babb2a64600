"""Which thing each sample of a label render shows, copies told apart; and the instance map that this is reduced to.

Cryptomatte tells the object, the mark of its material the copy (`copy_marks`). Where marks fail (no material of the
object's own, two copies with one number, objects of libraries with one name, a shader whose transparency cannot be
read) it is the thing at whose surface the sample's position lies.

An id is a hash of what a thing is: the outermost instancer, Blender's persistent id of the copy, the object. So it is
the same in all frames of a run, in whichever order and on whichever node these are rendered, and whatever else comes
and goes; also in another run of the scene. What does change it: another name; of copies by nodes, particles,
vertices and faces another place in their order (growing numbers of points); of a collection another place of the member
in it. Of two things with the same hash (a pair in 16 million) the later one gets another, as long as both are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from ..contract.labels import BACKGROUND, IGNORE, NO_SURFACE, LabelSet
from ..occurrences import Occurrence
from . import copy_marks, cryptomatte
from .label_maps import COMPARISONS, from_the_centre
from .frame_things import Geometry, Key, Things, heard_in_render, read_things

NONE = 0
"""The instance of pixels that show no surface, or several labels at once."""


@dataclass(frozen=True)
class Telling:
    """What a run keeps for its frames: names of copies made for labels, and the hashes of things."""

    twins: Mapping[bpy.types.Object, bpy.types.Object]
    known: dict[Key, int] = field(default_factory=dict)


@contextmanager
def instances_prepared(
    things: Iterable[Occurrence], twins: Mapping[bpy.types.Object, bpy.types.Object] | None = None
) -> Iterator[Telling]:
    """Once for a run, around its frames: have materials write what tells copies apart. The image stays the same.

    `things` and `twins`: as `visibility.instancer_labels_of_frames` takes and fills them. Comes within it.
    """
    with copy_marks.copies_marked(things):
        yield Telling(twins or {})


@contextmanager
def instances_rendered(
    view_layer: bpy.types.ViewLayer,
    threshold: float,
    label_set: LabelSet | None,
    telling: Telling,
    with_triangles: bool = False,
) -> Iterator[Callable[[], Things]]:
    """Around `label_pass.render_passes`, within `label_pass.sharp`: have the passes for `read_instances`.

    Yields a function that gives the things of the last render: for `read_instances`, and for the table. `with_triangles`
    is for amodal masks. Labels are the same as without.
    """
    names = {twin.name_full: original.name_full for twin, original in telling.twins.items()}
    with copy_marks.marks_rendered(view_layer, threshold, label_set) as doubtful:

        def read(depsgraph: bpy.types.Depsgraph) -> Things:
            return read_things(depsgraph, names, doubtful, telling.known, with_triangles)

        with heard_in_render(read) as last:
            yield last


def read_instances(passes: Mapping[str, NDArray[np.float32]], things: Things) -> NDArray[np.uint32]:
    """The id of the thing that each sample shows, (K H, K W) uint32; `NONE` where there is no surface."""
    surface = passes["Depth.Z"] < NO_SURFACE
    found = np.zeros(surface.shape, np.uint32)
    if not len(things.ids) or not surface.any():
        return found
    codes = _objects(passes, things)[surface].astype(np.uint64)
    marks = np.ascontiguousarray(passes[f"{copy_marks.PASS}.X"])[surface].view(np.uint32)
    pairs, places = _unique(codes << np.uint64(32) | marks)
    told, candidates = _told(pairs, things)
    ids = told[places]
    for pair in np.flatnonzero(told == NONE).tolist():
        here = np.flatnonzero(places == pair)
        points = np.stack([passes[f"Position.{axis}"][surface][here] for axis in "XYZ"], -1).astype(np.float64)
        ids[here] = _at(points, candidates[pair], things)
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


def _told(pairs: NDArray[np.uint64], things: Things) -> tuple[NDArray[np.uint32], dict[int, NDArray[np.intp]]]:
    """(the id for each pair of object and mark, `NONE` where several are possible; {pair: rows that are possible})."""
    order = np.argsort(things.cryptomatte, kind="stable")
    sorted_codes = things.cryptomatte[order]
    codes, marks = (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32).view(np.float32)
    told, candidates = np.zeros(len(pairs), np.uint32), {}
    starts, ends = (np.searchsorted(sorted_codes, codes, side) for side in ("left", "right"))
    groups: dict[int, bool] = {}
    for pair, (start, end) in enumerate(zip(starts.tolist(), ends.tolist())):
        rows = order[start:end]
        if len(rows) > 1:
            if start not in groups:
                groups[start] = len(np.unique(things.ids[rows])) == 1
            if not groups[start]:
                fitting = rows[things.marks[rows] == marks[pair]] if things.sure[rows].all() else rows
                rows = fitting if len(fitting) else rows
                if len(np.unique(things.ids[rows])) > 1:
                    candidates[pair] = rows
                    continue
        candidates[pair] = rows if len(rows) else np.arange(len(things.ids))
        told[pair] = things.ids[rows[0]] if len(rows) else NONE
    return told, candidates


def _at(points: NDArray[np.float64], rows: NDArray[np.intp], things: Things) -> NDArray[np.uint32]:
    """Of the things in `rows`, the id of the one whose surface each point (P, 3) lies at: its box, then its triangles."""
    order = np.argsort(points[:, 0], kind="stable")
    across = points[order, 0]
    inside: list[tuple[NDArray[np.intp], NDArray[np.float64]]] = []
    times = np.zeros(len(points), np.int64)
    chosen = np.zeros(len(points), np.intp)
    best = np.full(len(points), np.inf)
    for row in rows.tolist():
        low, high = _world_box(row, things)
        slack = 1e-4 * max(1e-3, float((high - low).max())) + 1e-6 * float(np.abs([low, high]).max())
        start, end = np.searchsorted(across, (low[0] - slack, high[0] + slack))
        some = order[start:end]
        some = some[((points[some] >= low - slack) & (points[some] <= high + slack)).all(axis=1)]
        times[some] += 1
        chosen[some] = row
        inside.append((some, np.float64(slack)))
    trees: dict[int, BVHTree | None] = {}
    outside = times == 0
    for row, (some, _) in zip(rows.tolist(), inside):
        contested = some[times[some] > 1]
        contested = np.concatenate([contested, np.flatnonzero(outside)])
        if len(contested):
            distances = _distances(points[contested], row, things, trees)
            nearer = distances < best[contested]
            best[contested[nearer]], chosen[contested[nearer]] = distances[nearer], row
    return things.ids[chosen]


def _world_box(row: int, things: Things) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    box = things.geometry[things.shapes[row]].box
    corners = np.stack(np.meshgrid(*box.T), -1).reshape(-1, 3)
    world = corners @ things.matrices[row, :3, :3].T + things.matrices[row, :3, 3]
    return world.min(axis=0), world.max(axis=0)


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


def reduced(
    ids: NDArray[np.uint32], samples: NDArray[np.uint16], labels: NDArray[np.uint16], k: int
) -> NDArray[np.uint32]:
    """The instance of each pixel, (H, W) uint32, of `read_instances` (K H, K W).

    `samples` (K H, K W) are the label codes of the same render, `labels` (H, W) what `label_maps.majority` made of them.
    Only samples with the pixel's label vote, so that an instance never contradicts the label; of equal votes the sample
    nearest to the centre decides. Where the label is ignore or background it is `NONE`.
    """
    height, width = labels.shape
    void = (labels == IGNORE) | (labels == BACKGROUND)
    if k == 1:
        return np.where(void, np.uint32(NONE), ids)

    def blocks(values: NDArray[np.generic]) -> NDArray[np.generic]:
        split = values.reshape(height, k, width, k).transpose(0, 2, 1, 3).reshape(height, width, k * k)
        return np.ascontiguousarray(split[..., from_the_centre(k)])

    voters, own = blocks(ids), blocks(samples) == labels[..., None]
    found = np.take_along_axis(voters, own.argmax(axis=-1)[..., None], -1)[..., 0]
    mixed = (((voters != found[..., None]) & own).any(axis=-1)) & ~void
    some, voting = voters[mixed], own[mixed]
    winners = np.empty(len(some), np.uint32)
    step = max(1, COMPARISONS // k**4)
    for start in range(0, len(some), step):
        part, may = some[start : start + step], voting[start : start + step]
        votes = ((part[:, :, None] == part[:, None, :]) & may[:, None, :]).sum(axis=-1, dtype=np.uint8) * may
        winners[start : start + step] = part[np.arange(len(part)), votes.argmax(axis=-1)]
    found[mixed] = winners
    found[void] = NONE
    return found




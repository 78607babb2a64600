"""Amodal masks: the pixels that a thing would cover if nothing stood before it, within the frame.

Each pixel's centre is held against the thing's own triangles, as the render had them, and its visible pixels count.
Where the camera keeps straight lines straight the triangles are laid onto the picture (`covering`); of any other each
pixel has a ray. A cut-out (a leaf's alpha) is solid here. Hair, point clouds and volumes are no triangles: None.
Subdivision that Cycles makes while it renders, and displacement, are not in these triangles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .covering import Projection, covered
from .frame_things import Geometry, Things
from .instance_table import rows_of
from .instances import tree_of
from .thing_ids import NONE, Ids

FILE = "amodal.json"
Masks = Mapping[int, NDArray[np.bool_] | None]
"""{id: (H, W), or None where the thing is not triangles alone}."""
SCHEMA = 1
_FEW = 2**7
"""Triangles of which all are tried at once; with more a tree is quicker, ray by ray."""
_AT_ONCE = 2**20


class Rays(Protocol):
    """A ray through the centre of each pixel, row by row: `origins` and unit `directions` (H * W, 3) in the world, in
    Blender units, from `near` to `far` (H * W,) along."""

    origins: NDArray[np.float64]
    directions: NDArray[np.float64]
    near: NDArray[np.float64]
    far: NDArray[np.float64]


def masks(instances: Ids, things: Things, seen: Projection | Rays) -> dict[int, NDArray[np.bool_] | None]:
    """{id: (H, W) bool, or None where the thing is not triangles alone} of all ids in `instances` (H, W).

    `things` must have been read `with_triangles`.
    """
    ids = np.unique(instances[instances != NONE])
    rows, trees = rows_of(things, ids), {}
    found: dict[int, NDArray[np.bool_] | None] = {}
    for id_ in ids.tolist():
        shapes = [things.geometry[things.shapes[row]] for row in rows[id_]]
        if any(shape.drawn and (shape.triangles is None or shape.has_strands) for shape in shapes):
            found[id_] = None
            continue
        mask = (instances == id_).ravel()
        for row in rows[id_]:
            place = int(things.shapes[row])
            shape, matrix = things.geometry[place], things.matrices[row]
            if not shape.drawn:
                continue
            if isinstance(seen, Projection):
                mask |= covered(shape.points, shape.triangles, matrix, seen).ravel()
            else:
                open_ = np.flatnonzero(~mask & _near(seen, shape.box, matrix))
                mask[open_[_hit(seen, open_, place, shape, matrix, trees)]] = True
        found[id_] = mask.reshape(instances.shape)
    return found


def _near(rays: Rays, box: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rays that meet the ball around a box: cheap, and few are left."""
    corners = np.stack(np.meshgrid(*box.T), -1).reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
    radius = np.linalg.norm(corners - centre, axis=1).max() * (1 + 1e-6) + 1e-9
    to_centre = centre - rays.origins
    along = np.einsum("ij,ij->i", to_centre, rays.directions)
    away = np.einsum("ij,ij->i", to_centre, to_centre) - along**2
    return (away <= radius**2 + 1e-9) & (along >= rays.near - radius) & (along <= rays.far + radius)


def _hit(
    rays: Rays, some: NDArray[np.intp], place: int, shape: Geometry, matrix: NDArray[np.float64], trees: dict[int, Any]
) -> NDArray[np.intp]:
    """The places in `some` of rays that hit the triangles."""
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:  # flattened to nothing
        return np.array([], np.intp)
    starts = rays.origins[some] @ inverse[:3, :3].T + inverse[:3, 3]
    ways = rays.directions[some] @ inverse[:3, :3].T
    near, far = rays.near[some], rays.far[some]
    inside = np.flatnonzero(_in_box(starts, ways, near, far, shape.box))
    triangles = shape.points[shape.triangles]
    if len(triangles) <= _FEW:
        step = max(1, _AT_ONCE // len(triangles))
        hits = [np.array([], np.intp)]
        for start in range(0, len(inside), step):
            part = inside[start : start + step]
            hits.append(part[_hit_any(starts[part], ways[part], near[part], far[part], triangles)])
        return np.concatenate(hits)
    if place not in trees:
        trees[place] = tree_of(shape)
    lengths = np.linalg.norm(ways[inside], axis=1)
    begins = starts[inside] + ways[inside] * near[inside, None]
    reach = ((far - near)[inside] * lengths).tolist()
    cast = trees[place].ray_cast
    met = [cast(at, way, most)[0] is not None for at, way, most in zip(begins.tolist(), ways[inside].tolist(), reach)]
    return inside[np.array(met, bool)]


def _in_box(starts: NDArray, ways: NDArray, near: NDArray, far: NDArray, box: NDArray[np.float64]) -> NDArray[np.bool_]:
    slack = 1e-6 * max(1e-3, float(np.abs(box).max()))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(box[0] - slack - starts) / ways, (box[1] + slack - starts) / ways])
    ends = np.where(np.isnan(ends), np.array([-np.inf, np.inf])[:, None, None], ends)
    first, last = ends.min(axis=0).max(axis=1), ends.max(axis=0).min(axis=1)
    return np.maximum(first, near) <= np.minimum(last, far)


def _hit_any(
    starts: NDArray, ways: NDArray, near: NDArray, far: NDArray, triangles: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Moeller and Trumbore's test of every ray with every triangle."""
    corner, first, second = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    hit = np.zeros(len(starts), bool)
    for a, e1, e2 in zip(corner, first, second):
        cross = np.cross(ways, e2)
        determinant = cross @ e1
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1 / determinant
            offset = starts - a
            u = np.einsum("ij,ij->i", offset, cross) * scale
            turned = np.cross(offset, e1)
            v = np.einsum("ij,ij->i", ways, turned) * scale
            t = (turned @ e2) * scale
            hit |= (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t >= near) & (t <= far)
    return hit


def to_json(found: Mapping[int, NDArray[np.bool_] | None]) -> dict[str, Any]:
    """What amodal.json holds: each mask as COCO's uncompressed run lengths, which pycocotools reads."""
    some = {str(id_): None if mask is None else encoded(mask) for id_, mask in sorted(found.items())}
    return {
        "schema": SCHEMA,
        "masks": some,
        "conventions": "{id: {size: [height, width], counts}}: runs of pixels outside and inside by turns, outside "
        "first, down each column from the left one on; null where a thing is not triangles",
    }


def from_json(text: Mapping[str, Any]) -> dict[int, NDArray[np.bool_] | None]:
    """The masks of amodal.json. Raises ValueError where runs do not fill a mask."""
    return {int(id_): None if mask is None else decoded(mask) for id_, mask in text["masks"].items()}


def encoded(mask: NDArray[np.bool_]) -> dict[str, list[int]]:
    """{"size": [H, W], "counts": run lengths}, column by column, of pixels outside and inside by turns."""
    flat = np.concatenate([[False], mask.ravel(order="F"), [False]])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    ends = np.concatenate([changes, [mask.size]] if not len(changes) or changes[-1] != mask.size else [changes])
    return {"size": list(mask.shape), "counts": np.diff(ends, prepend=0).tolist()}


def decoded(text: Mapping[str, Iterable[int]]) -> NDArray[np.bool_]:
    """The mask (H, W) of `encoded`."""
    height, width = text["size"]
    counts = np.array(list(text["counts"]), np.int64)
    if (counts < 0).any() or counts.sum() != height * width:
        raise ValueError(f"run lengths add up to {counts.sum()} pixels, not {width}x{height}")
    inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(inside, counts).reshape(height, width, order="F")

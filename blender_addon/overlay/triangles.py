"""The triangles of an evaluated mesh as one array, each corner with the number of its face's material slot."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np


@dataclass(frozen=True, eq=False)
class Geometry:
    """`corners`: (3 * triangles, 4) float32, in the object's space: x, y, z, and a place in `slots`.

    `slots`: the numbers of the material slots that faces use, ascending; never empty.
    """

    corners: np.ndarray
    slots: tuple[int, ...]

    @property
    def triangles(self) -> int:
        return len(self.corners) // 3


def geometry_of(mesh: bpy.types.Mesh) -> Geometry:
    """The triangles of a mesh."""
    number = len(mesh.loop_triangles)
    if not number:
        return Geometry(np.zeros((0, 4), np.float32), (0,))
    places = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", places)
    vertices = np.empty(number * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", vertices)
    corners = np.zeros((number * 3, 4), np.float32)
    corners[:, :3] = places.reshape(-1, 3)[vertices]
    if "material_index" not in mesh.attributes:  # all faces have the first slot
        return Geometry(corners, (0,))
    of_triangles = np.empty(number, np.int32)
    mesh.loop_triangles.foreach_get("material_index", of_triangles)
    slots, place = np.unique(of_triangles, return_inverse=True)
    corners[:, 3] = np.repeat(place.ravel(), 3)
    return Geometry(corners, tuple(slots.tolist()))

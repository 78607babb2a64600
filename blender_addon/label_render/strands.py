"""What is as thick as its points say: hair of particles, which no surface of the depsgraph lists, curves and points."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray

from ..occurrences import hair_of

Box = NDArray[np.float64]
"""(2, 3): lowest and highest corner."""


def box_of_strands(obj: bpy.types.Object) -> Box | None:
    """The box in the object's own space around all strands of an evaluated object, as thick as they are at the root;
    None where it has none."""
    boxes = [box for system in hair_of(obj) if (box := _box(obj, system)) is not None]
    return np.stack([np.min(boxes, axis=0)[0], np.max(boxes, axis=0)[1]]) if boxes else None


def box_of_points(data: bpy.types.ID) -> Box | None:
    """The box around all points of hair curves or of a point cloud, as thick as they are (before 4.5 Blender's own box
    is not); None where there are none."""
    places = data.attributes.get("position")
    if not places or not len(places.data):
        return None
    points = np.empty(3 * len(places.data), np.float32)
    places.data.foreach_get("vector", points)
    points, thick = points.reshape(-1, 3).astype(np.float64), data.attributes.get("radius")
    radii = np.full(len(points), _THIN, np.float32)
    if thick and len(thick.data) == len(points):
        thick.data.foreach_get("value", radii)
    return np.stack([(points - radii[:, None]).min(axis=0), (points + radii[:, None]).max(axis=0)])


_THIN = 0.01
"""The radius of points that have none."""


def _box(obj: bpy.types.Object, system: bpy.types.ParticleSystem) -> Box | None:
    """As Cycles takes them: the children alone where there are some, each at 2^steps + 1 points in the world."""
    settings = system.settings
    parents, children = len(system.particles), len(system.child_particles)
    first = parents if children and settings.child_type != "NONE" else 0
    extra = settings.kink_extra_steps if settings.kink == "SPIRAL" else 0
    steps = range(2**settings.render_step + 1 + extra)
    at = system.co_hair
    points = np.array([at(obj, particle_no=n, step=step) for n in range(first, parents + children) for step in steps])
    if not len(points):
        return None
    matrix = np.array(obj.matrix_world.inverted_safe(), np.float64)
    points = points @ matrix[:3, :3].T + matrix[:3, 3]
    radius = settings.radius_scale * max(settings.root_radius, settings.tip_radius) / 2  # these are diameters
    return np.stack([points.min(axis=0) - radius, points.max(axis=0) + radius])

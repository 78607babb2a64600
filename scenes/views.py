"""Twelve photographs of the flat: where the camera stands."""

from __future__ import annotations

import bpy

from scenes.camera import add_camera, key_poses
from scenes.pose import Pose

# name: (eye, looked-at point, focal length in mm on a 36 mm sensor)
VIEWS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    "living corner": ((2.62, 4.2, 1.6), (5.3, 1.2, 0.8), 24),
    "sofa": ((3.15, 1.6, 1.35), (6.3, 2.1, 0.8), 26),
    "whole flat from the sofa": ((5.6, 0.75, 1.62), (1.7, 3.5, 0.62), 22),
    "bed": ((3.25, 2.9, 1.5), (0.7, 4.55, 0.65), 26),
    "kitchen": ((2.85, 3.55, 1.6), (1.1, 0.3, 0.95), 25),
    "sink": ((1.55, 1.7, 1.55), (0.95, 0.1, 1.05), 28),
    "study": ((3.9, 2.7, 1.45), (6.3, 4.2, 0.95), 25),
    "desk": ((4.95, 3.2, 1.5), (6.4, 3.98, 0.84), 27),
    "window": ((3.1, 1.6, 1.45), (3.9, 5.2, 1.0), 24),
    "entrance": ((3.0, 3.6, 1.5), (3.9, 0.0, 1.05), 25),
    "dresser and mirror": ((3.0, 2.6, 1.45), (0.1, 1.75, 1.0), 26),
    "from the kitchen": ((0.95, 0.95, 1.55), (4.0, 3.9, 0.75), 23),
}


def add_views(scene: bpy.types.Scene) -> None:
    """A camera that jumps from view to view, frames 1 to len(VIEWS)."""
    add_camera(scene)
    key_poses(scene, [Pose(name, *view) for name, view in VIEWS.items()])

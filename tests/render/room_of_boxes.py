"""Rooms of boxes, whose insides are known on paper, for cameras that nobody placed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.contract.labels import Label, LabelSet
from render_scripts.sampled_views.refusals import NoViews
from render_scripts.sampled_views.sampling import Sampled, sample_views
from render_scripts.sampled_views.view_request import parse_words

LABELS = LabelSet(
    "boxes",
    tuple(
        Label(number, name, (number, 2, 3)) for number, name in enumerate(["shell", "block", "ball", "slab"], start=1)
    ),
)
SHELL, BLOCK, BALL, SLAB = 1, 2, 3, 4
_FACES = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]


def box(scene, low, high, label=0, name="box", inside_out=False, without=()) -> bpy.types.Object:
    """A box from corner to corner, faces outwards; `without` some of its sides: 0 floor, 1 ceiling, 2 to 5 walls."""
    mesh = bpy.data.meshes.new(name)
    corners = [[(high if corner >> axis & 1 else low)[axis] for axis in range(3)] for corner in range(8)]
    faces = [face for side, face in enumerate(_FACES) if side not in without]
    mesh.from_pydata(corners, [], [face[::-1] if inside_out else face for face in faces])
    obj = bpy.data.objects.new(name, mesh)
    obj.pass_index = label
    scene.collection.objects.link(obj)
    return obj


def room(scene, size=(6.0, 5.0, 2.6), *, faces_in=True, without=()) -> bpy.types.Object:
    """One box that one stands in, from the origin."""
    return box(scene, (0, 0, 0), size, SHELL, "shell", inside_out=faces_in, without=without)


def eyes(sampled) -> np.ndarray:
    """Where the cameras are, (N, 3), in Blender units."""
    return np.array([view.pose.matrix for view in sampled.views])[:, :3, 3]


def directions(sampled) -> np.ndarray:
    """Where they look, (N, 3) unit vectors."""
    return -np.array([view.pose.matrix for view in sampled.views])[:, :3, 2]


def distance_to_box(points, low, high) -> np.ndarray:
    """How far points outside of a box are from it, 0 inside."""
    return np.linalg.norm(np.maximum(np.maximum(low - points, points - high), 0), axis=1)


SIZE = (160, 120)


def sampled(scene, words: str, seed: int = 0) -> Sampled:
    return sample_views(scene, scene.view_layers[0], LABELS, parse_words(words), SIZE, seed)


def refused(scene, words: str) -> str:
    with pytest.raises(NoViews) as said:
        sampled(scene, words)
    return str(said.value)

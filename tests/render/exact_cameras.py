"""Cases of cameras: inside a box with a label on each of its six walls, seen by every kind of lens.

The camera stands off the middle and is turned, so that no edge lies on a row or column of pixels. On paper a point of
the picture is a ray, and the wall is the one that the ray leaves the box through.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
from exact_cases import (
    HEIGHT,
    OTHER,
    THING,
    WIDTH,
    Answer,
    Case,
    Paper,
    Points,
    floor,
    layers,
    put,
    rectangle,
    thing,
)
from mathutils import Euler
from numpy.typing import NDArray

from blender_addon.contract.labels import BACKGROUND
from render_scripts.lens import fitted
from render_scripts.randomization.camera_on_scene import bend

HALF = np.array([4.0, 3.0, 2.0])  # of the room's sides, in metres
WALLS = (1, 2, 3, 4, 5, 6)  # at -x, +x, -y, +y, -z, +z
PLACE, TURN = (0.7, -0.4, 0.3), (1.3, 0.2, 0.5)

Lens = Callable[[Points, Points], NDArray[np.float64]]
"""Directions (..., 3), in the camera's axes, of points in pixels; nan where the lens shows nothing."""


def room(scene: bpy.types.Scene) -> bpy.types.Object:
    """Six walls around a camera; the camera."""
    for axis in range(3):
        for side in (0, 1):
            corners = []
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.insert(HALF[[i for i in range(3) if i != axis]] * (a, b), axis, HALF[axis] * (2 * side - 1))
                corners.append(tuple(corner))
            mesh = bpy.data.meshes.new("wall")
            mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
            put(scene, bpy.data.objects.new("wall", mesh), label=WALLS[2 * axis + side])
    camera = put(scene, bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera")), camera=True)
    camera.location, camera.rotation_euler = PLACE, TURN
    return camera


def walls_seen(lens: Lens, place: tuple[float, float, float] = PLACE) -> Paper:
    turn = np.array(Euler(TURN).to_matrix())

    def paper(x: Points, y: Points):
        with np.errstate(invalid="ignore", divide="ignore"):
            ray = lens(x, y) @ turn.T
            leaves = (np.sign(ray) * HALF - np.array(place)) / ray
        shown = np.isfinite(ray).all(axis=-1)
        axis = np.where(shown[..., None], leaves, 0.0).argmin(axis=-1)
        side = np.take_along_axis(ray, axis[..., None], axis=-1)[..., 0] > 0
        return np.where(shown, np.array(WALLS)[2 * axis + side], BACKGROUND).astype(np.uint16)

    return paper


def _directions(*parts: Points) -> NDArray[np.float64]:
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def perspective(scene):
    camera = room(scene)
    camera.data.lens, camera.data.shift_x, camera.data.shift_y = 20.0, 0.1, -0.15
    focal = 20.0 / 36.0 * WIDTH
    return Answer(walls_seen(lambda x, y: _directions(
        x - WIDTH / 2 + 0.1 * WIDTH, HEIGHT / 2 - y - 0.15 * WIDTH, np.full(x.shape, -focal))))  # fmt: skip


def distorted(scene):
    """As `randomize` bends a lens: what is asked of Cycles is fitted; on paper is OpenCV's formula, solved by steps."""
    camera, terms, focal = room(scene), (-0.3, 0.06, 0.0), 28.0 / 36.0 * WIDTH
    camera.data.lens = 28.0
    matrix = [[focal, 0.0, WIDTH / 2], [0.0, focal, HEIGHT / 2], [0.0, 0.0, 1.0]]
    bend(camera.data, fitted(terms, matrix, (WIDTH, HEIGHT), 28.0))

    def lens(x, y):
        seen = np.stack([(x - WIDTH / 2) / focal, (HEIGHT / 2 - y) / focal], axis=-1)
        plane = seen
        for _ in range(200):
            square = (plane**2).sum(axis=-1, keepdims=True)
            plane = seen / (1 + terms[0] * square + terms[1] * square**2)
        return _directions(plane[..., 0], plane[..., 1], np.full(x.shape, -1.0))

    return Answer(walls_seen(lens), slack=0.05)


def orthographic(scene):
    """The floor and a thing on it, from above: an orthographic camera is that of all other cases."""
    below = floor(scene)
    _, shape = thing(scene)
    return Answer(layers((shape, THING), below))


def panorama(scene, kind, **values):
    data = room(scene).data
    data.type, data.panorama_type = "PANO", kind
    for name, value in values.items():
        setattr(data, name, value)
    return data


def equirectangular(scene):
    panorama(scene, "EQUIRECTANGULAR")

    def lens(x, y):
        along, up = (x / WIDTH - 0.5) * 2 * np.pi, (0.5 - y / HEIGHT) * np.pi
        return _directions(np.sin(along) * np.cos(up), np.sin(up), -np.cos(along) * np.cos(up))

    return Answer(walls_seen(lens))


def _around_the_axis(x, y, angle):
    """Rays at `angle` from where the camera looks, by points right and up of the picture's middle."""
    radius = np.hypot(x, y)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _directions(np.sin(angle) * x / radius, np.sin(angle) * y / radius, -np.cos(angle))


def fisheye_equidistant(scene):
    panorama(scene, "FISHEYE_EQUIDISTANT", fisheye_fov=3.0)

    def lens(x, y):
        u, v = 2 * x / WIDTH - 1, 1 - 2 * y / HEIGHT
        radius = np.hypot(u, v)
        return _around_the_axis(u, v, np.where(radius <= 1, radius * 1.5, np.nan))

    return Answer(walls_seen(lens))


def fisheye_equisolid(scene):
    data = panorama(scene, "FISHEYE_EQUISOLID", fisheye_fov=2.6, fisheye_lens=10.0)
    data.sensor_width = 30.0

    def lens(x, y):
        u, v = (x / WIDTH - 0.5) * 30.0, (0.5 - y / HEIGHT) * 30.0 * HEIGHT / WIDTH
        angle = 2 * np.arcsin(np.clip(np.hypot(u, v) / 20.0, 0, 1))
        return _around_the_axis(u, v, np.where(angle <= 1.3, angle, np.nan))

    return Answer(walls_seen(lens))


def fisheye_polynomial(scene):
    terms = (-0.01, -0.09, 2e-4, -1e-5, 3e-6)
    data = panorama(scene, "FISHEYE_LENS_POLYNOMIAL", fisheye_fov=2.6)
    data.sensor_width = 30.0
    for power, term in enumerate(terms):
        setattr(data, f"fisheye_polynomial_k{power}", term)

    def lens(x, y):
        u, v = (x / WIDTH - 0.5) * 30.0, (0.5 - y / HEIGHT) * 30.0 * HEIGHT / WIDTH
        angle = -sum(term * np.hypot(u, v) ** power for power, term in enumerate(terms))
        return _around_the_axis(u, v, np.where(np.abs(angle) <= 1.3, angle, np.nan))

    return Answer(walls_seen(lens))


def mirror_ball(scene):
    panorama(scene, "MIRRORBALL")

    def lens(x, y):
        u, v = 2 * x / WIDTH - 1, 1 - 2 * y / HEIGHT
        with np.errstate(invalid="ignore"):
            front = np.sqrt(1 - u**2 - v**2)
        return _directions(2 * front * u, 2 * front * v, 1 - 2 * front**2)

    return Answer(walls_seen(lens))


def cylinder(scene):
    panorama(scene, "CENTRAL_CYLINDRICAL")

    def lens(x, y):
        along = (x / WIDTH - 0.5) * 2 * np.pi
        return _directions(np.sin(along), 1 - 2 * y / HEIGHT, -np.cos(along))

    return Answer(walls_seen(lens))


def cube_face(scene):
    panorama(scene, "EQUIANGULAR_CUBEMAP_FACE")

    def lens(x, y):
        u, v = (x / WIDTH - 0.5) * np.pi / 2, (0.5 - y / HEIGHT) * np.pi / 2
        return _directions(np.tan(u), np.tan(v), np.full(x.shape, -1.0))

    return Answer(walls_seen(lens))


def two_eyes(scene):
    """The file asks for a stereo pair; a run renders the camera that its plan names, in image and labels."""
    answer = perspective(scene)
    scene.render.use_multiview = True
    scene.camera.data.stereo.interocular_distance, scene.camera.data.stereo.pivot = 0.8, "CENTER"
    return answer


def border(scene):
    answer = orthographic(scene)
    scene.render.use_border, scene.render.border_max_x, scene.render.border_min_y = True, 0.6, 0.2
    return answer


def percentage(scene):
    """A run renders at the size that its plan says, whatever the file's percentage makes of the file's size."""
    answer = perspective(scene)
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 2 * WIDTH, 2 * HEIGHT, 50
    return answer


def several_view_layers(scene):
    """The layer that is rendered lacks a collection that another one shows in front of everything."""
    below = floor(scene)
    _, shape = thing(scene)
    lid = rectangle(scene, -99, 99, z=3, label=OTHER, name="lid")
    hidden = bpy.data.collections.new("hidden")
    scene.collection.children.link(hidden)
    scene.collection.objects.unlink(lid)
    hidden.objects.link(lid)
    scene.view_layers.new("all of it")
    bpy.context.view_layer.layer_collection.children["hidden"].exclude = True
    return Answer(layers((shape, THING), below))


def _knows(kind: str) -> bool:
    """Whether this Blender has the panorama: 4.2 lacks one."""
    return kind in bpy.types.Camera.bl_rna.properties["panorama_type"].enum_items


CASES = (
    Case("orthographic camera", orthographic),
    Case("perspective camera, shifted", perspective),
    Case("perspective camera, distorted", distorted),
    Case("panorama, equirectangular", equirectangular),
    Case("fisheye, equidistant", fisheye_equidistant),
    Case("fisheye, equisolid", fisheye_equisolid),
    Case("fisheye, lens polynomial", fisheye_polynomial),
    Case("panorama, mirror ball", mirror_ball),
    *([Case("panorama, cylinder", cylinder)] if _knows("CENTRAL_CYLINDRICAL") else []),
    Case("panorama, equiangular cube face", cube_face),
    Case("stereo camera in the file", two_eyes),
    Case("border in the file", border),
    Case("percentage in the file", percentage),
    Case("several view layers", several_view_layers),
)

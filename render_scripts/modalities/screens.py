"""How what the vector pass says of a camera becomes what is on the picture one scene frame earlier and later.

Cycles takes shift and orthographic scale of now for all three moments (4.2 the focal length, too), and from Blender 4.3
to 5.1 an orthographic camera that moves for one with a perspective (measured). So such a camera stands still while its
label render says how things move, and what its own motion and lens add is computed here: on the picture that is an
affine map, whatever the depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_addon.label_render.stage import changed

from .. import compat
from ..randomization.animated import animated_paths, is_animated

Map = NDArray[np.float64]
"""(3, 3): of points of the picture in pixels from its upper left corner, (x, y, 1)."""
_TILT = 1e-5
"""Share of a depth by which a camera that only moves in its own plane may shift what it sees: rounding."""


class NoFlow(ValueError):
    """Flow through such a camera cannot be told; the message names it and says why."""


@dataclass(frozen=True)
class _Screen:
    """A camera at a moment. `seen` (4x4): its space from the world; `pixels` (3x3): from x and y of its space, of which
    those of a perspective camera are one unit ahead, to the picture; `lens`: what else a panorama has."""

    seen: Map
    pixels: Map
    lens: tuple[object, ...]


def maps_around(scene: bpy.types.Scene, camera: bpy.types.Object, size: tuple[int, int]) -> tuple[Map, Map] | None:
    """From where the vector pass says that a point was one scene frame earlier, and will be later, to where it is on
    the picture; None where the pass is right. Raises NoFlow. The render in between comes within `stilled`.
    """
    if not _may_differ(camera):
        return None
    frame, part = scene.frame_current, scene.frame_subframe
    try:
        screens = []
        for step in (-1, 1, 0):
            scene.frame_set(frame + step, subframe=part)
            screens.append(_screen(scene, camera, size))
    finally:
        if (scene.frame_current, scene.frame_subframe) != (frame, part):
            scene.frame_set(frame, subframe=part)
    before, after, here = screens
    if all(_same(here, there) for there in (before, after)):
        return None
    return _map(camera, here, before), _map(camera, here, after)


def may_be_refused(camera: bpy.types.Object) -> bool:
    """Whether `maps_around` may raise NoFlow of a camera."""
    return camera.data.type != "PERSP" and _may_differ(camera)


@contextmanager
def stilled(scene: bpy.types.Scene, still: bpy.types.Object | None) -> Iterator[None]:
    """Around a render whose flow gets the maps of `maps_around`: what these take to stand still is seen by `still`."""
    if still is None or not _stands_still(scene.camera.data):
        yield
        return
    camera = scene.camera.evaluated_get(bpy.context.evaluated_depsgraph_get())
    still.matrix_world = camera.matrix_world
    for name in ("ortho_scale", "shift_x", "shift_y", "clip_start", "clip_end", "sensor_fit", "sensor_width",
                 "sensor_height"):  # fmt: skip
        setattr(still.data, name, getattr(camera.data, name))
    with changed(scene, camera=still):
        yield


@contextmanager
def still_camera(scene: bpy.types.Scene, cameras: Iterable[bpy.types.Object]) -> Iterator[bpy.types.Object | None]:
    """Until the block ends, have a camera for `stilled`, where one of `cameras` needs it."""
    if not any(_stands_still(camera.data) for camera in cameras):
        yield None
        return
    data = bpy.data.cameras.new("Still")
    data.type = "ORTHO"
    still = bpy.data.objects.new("Still", data)
    try:
        scene.collection.objects.link(still)
        yield still
    finally:
        bpy.data.objects.remove(still)
        bpy.data.cameras.remove(data)


def _may_differ(camera: bpy.types.Object) -> bool:
    data = camera.data
    if data.type == "PANO":
        return bool(animated_paths(data))
    if is_animated(data, "shift_x", "shift_y"):
        return True
    if data.type == "PERSP":
        return not compat.vector_pass_knows_zoom() and is_animated(data, "lens", "sensor_width", "sensor_height")
    return is_animated(data, "ortho_scale") or (_stands_still(data) and _may_move(camera))


def _may_move(obj: bpy.types.Object) -> bool:
    if obj.animation_data or obj.constraints or obj.rigid_body:
        return True
    return bool(obj.parent) and (obj.parent_type != "OBJECT" or _may_move(obj.parent))


def _stands_still(data: bpy.types.Camera) -> bool:
    return data.type == "ORTHO" and not compat.vector_pass_knows_orthographic()


def _screen(scene: bpy.types.Scene, camera: bpy.types.Object, size: tuple[int, int]) -> _Screen:
    depsgraph = bpy.context.evaluated_depsgraph_get()
    found = camera.evaluated_get(depsgraph)
    (width, height), render = size, scene.render
    aspect = {"scale_x": render.pixel_aspect_x, "scale_y": render.pixel_aspect_y}
    clip = np.array(found.calc_matrix_camera(depsgraph, x=width, y=height, **aspect), np.float64)
    # A perspective's w is -z, so that what is one unit ahead is at z = -1.
    moved = clip[:2, 3] if found.data.type == "ORTHO" else -clip[:2, 2]
    pixels = np.array([[clip[0, 0] * width / 2, 0, (moved[0] + 1) * width / 2],
                       [0, -clip[1, 1] * height / 2, (1 - moved[1]) * height / 2],
                       [0, 0, 1]])  # fmt: skip
    lens = tuple(compat.panorama_settings(found.data)) if found.data.type == "PANO" else ()
    return _Screen(np.linalg.inv(np.array(found.matrix_world.normalized(), np.float64)), pixels, lens)


def _same(one: _Screen, other: _Screen) -> bool:
    matrices = np.array_equal(one.seen, other.seen) and np.array_equal(one.pixels, other.pixels)
    return matrices and one.lens == other.lens


def _map(camera: bpy.types.Object, here: _Screen, there: _Screen) -> Map:
    if camera.data.type == "PANO":
        if here.lens != there.lens:
            raise NoFlow(f"no flow through camera {camera.name!r}: it is a panorama whose lens changes")
        return np.eye(3)
    if camera.data.type == "PERSP" and compat.vector_pass_knows_zoom():  # and not the middle of the picture
        found = np.eye(3)
        found[:2, 2] = there.pixels[:2, 2] - here.pixels[:2, 2]
        return found
    moved = np.eye(3)
    if _stands_still(camera.data):
        motion = there.seen @ np.linalg.inv(here.seen)
        if np.abs(motion[:2, 2]).max() > _TILT:
            raise NoFlow(
                f"no flow through camera {camera.name!r}: it is orthographic and turns to look another way, which "
                "Blender's vector pass knows from 5.2 on (and 4.2 did); render it with that"
            )
        moved[:2] = motion[:2][:, [0, 1, 3]]
    return np.asarray(there.pixels @ moved @ np.linalg.inv(here.pixels))

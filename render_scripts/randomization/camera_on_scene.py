"""A camera beside each of the scene's, which is what was drawn and follows that one in all that is animated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import pi, radians

import bpy
import numpy as np
from mathutils import Vector

from blender_addon.label_render.label_pass import RenderFailed

from .. import compat
from ..camera import mark_bent
from ..lens import Lens, NoLens, Terms, fitted, likely
from ..sampled_views.poses import Optics
from ..sampled_views.view_camera import optics_of_camera
from .animated import animated_paths
from .camera import CameraDraw
from .sight import Sight


@contextmanager
def drawn_cameras(scene: bpy.types.Scene, cameras: Iterable[bpy.types.Object]) -> Iterator[dict[str, bpy.types.Object]]:
    """{name of a camera: one that is its child, with a lens of its own}; they are gone when the block ends."""
    made: dict[str, bpy.types.Object] = {}
    try:
        for camera in cameras:
            data = camera.data.copy()
            data.animation_data_clear()
            twin = made[camera.name] = bpy.data.objects.new(f"{camera.name} as drawn", data)
            twin.parent = camera
            scene.collection.objects.link(twin)
        yield made
    finally:
        bpy.data.batch_remove([each for twin in made.values() for each in (twin.data, twin)])


def place(
    twin: bpy.types.Object,
    drawn: CameraDraw,
    scene: bpy.types.Scene,
    metre: float,
    size: tuple[int, int],
    sight: Sight,
) -> None:
    """Put the twin of a camera where it was drawn, after the scene's frame was set; `metre`: how many Blender units it
    is; `size` of the picture; `sight`: what it may focus on. Setting a frame leaves what is animated on the camera and
    its data themselves.

    Raises RenderFailed where no render has the lens that was drawn.
    """
    camera, lens = twin.parent, twin.parent.data
    across = camera.matrix_world.col[0].to_3d().length or 1.0  # Cycles ignores a camera's scale
    _write(twin, "location", tuple(Vector(drawn.moved) * (metre / across)))
    tilt, pan = drawn.turned
    _write(twin, "rotation_euler", (radians(tilt), radians(pan), radians(drawn.roll)))
    _follow(twin.data, lens)
    _write(twin.data, "lens", lens.lens * drawn.lens)
    _write(twin.data, "ortho_scale", lens.ortho_scale / drawn.lens)
    for axis, shift in zip("xy", drawn.shift):
        _write(twin.data, f"shift_{axis}", getattr(lens, f"shift_{axis}") + shift)
    if drawn.distortion:
        try:
            terms, curved = lens_of(optics_of_camera(twin.data, scene, size), twin.data.lens, drawn.distortion)
        except NoLens as error:
            raise RenderFailed(f"randomisation: {error}") from None
        bend(twin.data, curved)
        mark_bent(twin.data, terms, round(curved.off, 4))
    if drawn.fstop:
        _focus(twin, drawn.fstop, sight)
    else:
        for name in ("focus_object", "use_dof", "aperture_fstop", "focus_distance"):
            _write(twin.data.dof, name, getattr(lens.dof, name))


def lens_of(optics: Optics, focal: float, drawn: Sequence[float]) -> tuple[Terms, Lens]:
    """The bent lens of a camera that is not shifted, `focal` in mm, of k1 or of all its terms. Raises NoLens where no
    render has it."""
    (width, height), (across, up) = optics.size, optics.tangents(focal)
    matrix = [[width / 2 / across, 0.0, width / 2], [0.0, height / 2 / up, height / 2], [0.0, 0.0, 1.0]]
    k1, *more = drawn
    terms = (k1, more[0], more[1]) if more else likely(k1, float(np.hypot(across, up)))
    return terms, fitted(terms, matrix, optics.size, focal)


def bend(data: bpy.types.Camera, lens: Lens) -> None:
    """Make a camera the panorama that is this lens, with its own sensor."""
    panorama = compat.panorama(data)
    _write(data, "type", "PANO")
    _write(panorama, "panorama_type", "FISHEYE_LENS_POLYNOMIAL")
    _write(panorama, "fisheye_fov", float(np.float32(pi)))
    for power, term in enumerate(lens.polynomial):
        _write(panorama, f"fisheye_polynomial_k{power}", float(np.float32(term)))


def _follow(data: bpy.types.Camera, source: bpy.types.Camera) -> None:
    """What is animated on the source, as it is now."""
    for path in animated_paths(source):
        owner, _, name = path.rpartition(".")
        try:
            _write(data.path_resolve(owner) if owner else data, name, source.path_resolve(path))
        except (ValueError, AttributeError, TypeError):
            continue  # a curve of something that is not there


def _focus(twin: bpy.types.Object, fstop: float, sight: Sight) -> None:
    """On what is in the middle of the picture; where nothing is, as the camera's own distance says."""
    matrix = twin.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world.normalized()
    far = sight.far(matrix.translation.copy(), (matrix.to_3x3() @ Vector((0, 0, -1))).normalized())
    dof = twin.data.dof
    _write(dof, "use_dof", True)
    _write(dof, "focus_object", None)
    _write(dof, "aperture_fstop", fstop)
    if far is not None:
        _write(dof, "focus_distance", far)


def _write(owner, name: str, value) -> None:
    """Only what differs: an equal write makes Blender look again."""
    now = getattr(owner, name)
    if (tuple(now) if isinstance(value, tuple) else now) != value:
        setattr(owner, name, value)

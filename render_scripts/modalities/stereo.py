"""The right eye of a stereo pair, whose left eye is the camera itself, and the disparity between the two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np

from .rendered import Files, Rendered, write_channels

IMAGE_RIGHT = "image_right"
LABELS_RIGHT = "labels_right.exr"


@contextmanager
def right_eyes(scene: bpy.types.Scene, cameras: Iterable[bpy.types.Object]) -> Iterator[dict[str, bpy.types.Object]]:
    """{name of a camera: a camera beside it, which shares its lens}; they are gone when the block ends.

    The eyes look the same way, so that what is seen shifts along rows alone. They are children of their cameras, so
    that they move with them, while the shutter is open, too.
    """
    eyes = {}
    try:
        for camera in cameras:
            eye = eyes[camera.name] = bpy.data.objects.new(f"{camera.name} right", camera.data)
            eye.parent = camera
            scene.collection.objects.link(eye)
        yield eyes
    finally:
        bpy.data.batch_remove(list(eyes.values()))


def baseline(camera: bpy.types.Object, metres: float) -> float:
    """Distance of the eyes in metres, of `metres` a Blender unit: as the camera's own stereo settings have it. Where
    nobody chose, Blender says 0.065 whatever its unit is: that is what people have, in metres."""
    stereo = camera.data.stereo
    unchosen = stereo.bl_rna.properties["interocular_distance"].default
    return float(stereo.interocular_distance) * (1.0 if stereo.interocular_distance == unchosen else metres)


def place(eye: bpy.types.Object, camera: bpy.types.Object, apart: float, depsgraph: bpy.types.Depsgraph) -> None:
    """Put an eye beside its camera, `apart` in Blender units, whatever the scale of that is, which Cycles ignores."""
    length = camera.evaluated_get(depsgraph).matrix_world.col[0].to_3d().length
    across = float(f"{length:.5g}")  # its rounding hangs on how the camera stands; frames may not hang on each other
    x = float(np.float32(apart / across)) if across else 0.0
    if eye.location.x != x:
        eye.location.x = x


def write_disparity(folder: Path, rendered: Rendered, eyes_apart: float) -> Files:
    """`disparity.exr`; `eyes_apart` in metres."""
    (focal, _, _), *_ = rendered.camera["K"]
    return write_channels(folder / "disparity.exr", {"Disparity": np.float32(focal * eyes_apart) / rendered.depth})

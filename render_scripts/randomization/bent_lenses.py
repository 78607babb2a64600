"""What a scene and a run must have so that the lenses that a spec draws can be bent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import product

import bpy

from blender_addon.contract.run import Settings, View

from ..lens import NoLens
from ..sampled_views.view_camera import optics_of, optics_of_camera
from .animated import is_animated
from .camera import Camera
from .camera_on_scene import lens_of


def why_not_bent(
    spec: Camera | None,
    scene: bpy.types.Scene,
    views: Iterable[View],
    settings: Settings,
    sizes: Collection[tuple[int, int]],
) -> Iterator[str]:
    """What stands against it, in words; nothing where no lens is bent. Focal lengths are those of the scene's frame.

    `sizes` are those that frames may have.
    """
    if not spec or not spec.bends:
        return
    if "stereo" in settings.modalities:
        yield "--with stereo: disparity is of straight lenses, and the randomisation bends them: leave out one of both"
    views = list(views)
    fixed = dict.fromkeys(view.camera for view in views if not view.pose)
    optics = []
    for data, name in ((scene.objects[name].data, name) for name in fixed):
        if data.type != "PERSP":
            yield f"randomisation: camera {name!r} is no perspective camera: its lens cannot be bent"
        elif data.shift_x or data.shift_y or is_animated(data, "shift_x", "shift_y"):
            yield (
                f"randomisation: camera {name!r} is shifted, and Cycles bends lenses about the middle alone: set its "
                "shift to 0"
            )
        else:
            optics += [(optics_of_camera(data, scene, size), data.lens) for size in sizes]
    poses = [view.pose.lens for view in views if view.pose]
    for size, focal in product(sizes, {min(poses), max(poses)} if poses else ()):
        optics.append((optics_of(scene, size)[0], focal))
    yield from dict.fromkeys(_not_there(spec, optics))


def _not_there(spec: Camera, optics: list) -> Iterator[str]:
    """The first lens of each camera that cannot be, of those at the ends of all ranges."""
    for seen, focal in optics:
        for factor, *drawn in dict.fromkeys(product(spec.lens, spec.distortion, *spec.higher)):
            try:
                lens_of(seen, focal * factor, drawn)
            except NoLens as error:
                yield f"randomisation: {error}"
                break

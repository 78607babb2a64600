"""What differs between Blender 4.2 and 5.2: the renderer's only file that knows versions and builds."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import bpy

from blender_addon.contract.endings import NotHere


def versions() -> dict[str, str]:
    """{"blender": "4.5.15 LTS", "build": commit hash}."""
    return {"blender": bpy.app.version_string, "build": bpy.app.build_hash.decode(errors="replace")}


def refuse_the_old() -> None:
    """Raise NotHere before 4.2 LTS."""
    if bpy.app.version < (4, 2, 0):
        raise NotHere(f"Blender {bpy.app.version_string} is too old: Labelpass renders with 4.2 LTS to 5.2 LTS")


@cache
def kernel(device: str, gpu: int = 0) -> str:
    """What decides the last digits of a render beside the build: "x86_64 AVX2", instructions that Cycles has for this
    processor, or the name of a GPU. `device` is as `Settings` has it."""
    if device != "CPU":
        return dict(enumerate(gpu_devices(device))).get(gpu, device)
    import _cycles

    said = re.search(r"^CPU device capabilities: *(.*)$", _cycles.system_info(), re.MULTILINE)
    held_back = sorted(name for name in os.environ if name.startswith("CYCLES_CPU_NO_"))  # Cycles' switches for tests
    return " ".join((platform.machine(), *(said[1].split() if said else ()), *held_back))


def has_denoiser() -> bool:
    """Whether this build comes with OpenImageDenoise; Debian's do not, and fail a render that asks for it."""
    import _cycles

    return bool(_cycles.with_openimagedenoise)


GPU_BACK_ENDS = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")


def gpu_devices(back_end: str) -> list[str]:
    """Names of the GPUs that Cycles finds for a back end; none where this build does not know it."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    try:
        found = preferences.get_devices_for_type(back_end)
    except ValueError:
        return []
    return [device.name for device in found if device.type == back_end]


@contextmanager
def one_gpu(back_end: str, number: int) -> Iterator[None]:
    """Render on one GPU of this back end, counted from 0 as `gpu_devices` lists them, and on nothing else.

    The preferences come back when the block ends.
    """
    preferences = bpy.context.preferences.addons["cycles"].preferences
    kind = preferences.compute_device_type
    preferences.get_devices_for_type(back_end)  # this also brings `devices` up to date
    used = {(device.type, device.id): device.use for device in preferences.devices}
    try:
        preferences.compute_device_type = back_end
        gpus = [device for device in preferences.devices if device.type == back_end]
        for device in preferences.devices:
            device.use = device in gpus[number : number + 1]
        yield
    finally:
        for device in preferences.devices:
            device.use = used.get((device.type, device.id), device.use)
        preferences.compute_device_type = kind


def is_diced(obj: bpy.types.Object, scene: bpy.types.Scene) -> bool:
    """Whether Cycles subdivides an object by itself: in 5.x its modifier says so, before that the object, for scenes
    with experimental features alone."""
    last = obj.modifiers[-1] if len(obj.modifiers) else None
    if not last or last.type != "SUBSURF" or not last.show_render:
        return False
    if hasattr(last, "use_adaptive_subdivision"):
        return bool(last.use_adaptive_subdivision)
    experimental = getattr(scene.cycles, "feature_set", "") == "EXPERIMENTAL"
    return experimental and bool(getattr(obj.original.cycles, "use_adaptive_subdivision", False))


def vector_pass_knows_orthographic() -> bool:
    """Whether the vector pass is right for an orthographic camera that moves: in between it has a perspective."""
    return bpy.app.version < (4, 3, 0) or bpy.app.version >= (5, 2, 0)


def vector_pass_knows_zoom() -> bool:
    """Whether the vector pass takes the focal lengths of other moments."""
    return bpy.app.version >= (4, 3, 0)


def panorama_settings(camera: bpy.types.Camera) -> Iterator[object]:
    """All that says how a panorama looks."""
    seen = panorama(camera)
    names = [each.identifier for each in seen.bl_rna.properties]
    yield from (getattr(seen, name) for name in names if name.startswith(_OF_PANORAMAS))
    yield from (camera.shift_x, camera.shift_y, camera.sensor_width, camera.sensor_height)


_OF_PANORAMAS = ("panorama_type", "fisheye_", "latitude_", "longitude_", "central_cylindrical_")


def panorama(camera: bpy.types.Camera) -> bpy.types.ID:
    """What says which panorama a camera takes: the camera itself from 5.0 on, Cycles' settings of it before."""
    return camera if hasattr(camera, "panorama_type") else camera.cycles


def flat_faces_end_smoothing() -> bool:
    """Whether Cycles shades each corner by itself where flat faces meet smooth ones, as the window does. Before 5.1 it
    smooths on across flat faces, unless an edge is sharp or a normal custom."""
    return bpy.app.version >= (5, 1, 0)

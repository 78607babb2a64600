"""What differs between Blender 4.2 and 5.2: the renderer's only file that knows versions and builds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from .plan import Refused


def versions() -> dict[str, str]:
    """{"blender": "4.5.15 LTS", "build": commit hash}."""
    return {"blender": bpy.app.version_string, "build": bpy.app.build_hash.decode(errors="replace")}


def refuse_the_old() -> None:
    """Raise Refused before 4.2 LTS."""
    if bpy.app.version < (4, 2, 0):
        raise Refused(f"Blender {bpy.app.version_string} is too old: Labelpass renders with 4.2 LTS to 5.2 LTS")


def enable_cycles() -> None:
    """Cycles is an add-on, which somebody may have switched off in the preferences of this Blender."""
    if not hasattr(bpy.context.scene, "cycles"):
        import addon_utils

        addon_utils.enable("cycles")


def remove_temporary_files() -> None:
    """Blender's own temporary folder, for a process that leaves without Blender's tear-down."""
    folder = Path(bpy.app.tempdir)
    if folder.name.startswith("blender_"):  # where Blender could make none, the name is that of all programs'
        shutil.rmtree(folder, ignore_errors=True)


def writes_passes(render: bpy.types.RenderSettings) -> bool:
    """Whether passes can be written: Blender 5.0 fails to, of pixels that are not square; 4.x and 5.2 do not."""
    square = render.pixel_aspect_x == render.pixel_aspect_y
    return square or bpy.app.version[:2] != (5, 0)


def has_denoiser() -> bool:
    """Whether this build comes with OpenImageDenoise; Debian's do not, and fail a render that asks for it."""
    import _cycles

    return bool(_cycles.with_openimagedenoise)


def set_file_format(settings: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Choose PNG or OPEN_EXR_MULTILAYER; 5.x wants to know the kind of media first."""
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE" if file_format == "OPEN_EXR_MULTILAYER" else "IMAGE"
    settings.file_format = file_format


@contextmanager
def kept_file_format(settings: bpy.types.ImageFormatSettings) -> Iterator[None]:
    """Put the file format back with all that hangs on it: changing it makes Blender change the others."""
    names = ("media_type", "file_format", "color_mode", "color_depth", "compression", "exr_codec", "quality")
    before = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def pass_channels(channels: dict[str, object]) -> dict[str, object]:
    """Channels of a multilayer EXR under the names of 4.x, whatever the version, without the view layer's name.

    >>> sorted(pass_channels({"A.b.IndexOB.X": 1, "A.b.Material Index.X": 2}))
    ['IndexMA.X', 'IndexOB.X']
    """
    renamed = {"Object Index": "IndexOB", "Material Index": "IndexMA"}
    found = {}
    for name, pixels in channels.items():
        _, pass_name, component = ("." + name).rsplit(".", 2)
        found[f"{renamed.get(pass_name, pass_name)}.{component}"] = pixels
    return found


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
def gpus_alone(back_end: str) -> Iterator[None]:
    """Render on the GPUs of this back end, and on nothing else; the preferences come back when the block ends."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    kind = preferences.compute_device_type
    preferences.get_devices_for_type(back_end)  # this also brings `devices` up to date
    used = {(device.type, device.id): device.use for device in preferences.devices}
    try:
        preferences.compute_device_type = back_end
        for device in preferences.devices:
            device.use = device.type == back_end
        yield
    finally:
        for device in preferences.devices:
            device.use = used.get((device.type, device.id), device.use)
        preferences.compute_device_type = kind

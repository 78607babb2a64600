"""What differs between Blender versions, as far as the add-on touches it: its only file that knows versions."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy


def fcurves(owner: bpy.types.ID) -> Iterator[bpy.types.FCurve]:
    """The curves that animate a data-block through its action.

    4.2 and 4.3 keep them on the action; from 4.4 on an action has slots, one per animated data-block, and 5.0 took
    `Action.fcurves` away.
    """
    animation = owner.animation_data
    if not animation or not animation.action:
        return
    if not hasattr(animation, "action_slot"):
        yield from animation.action.fcurves
    elif animation.action_slot:
        for layer in animation.action.layers:
            for strip in layer.strips:
                bag = strip.channelbag(animation.action_slot)
                yield from bag.fcurves if bag else ()


def action_curves(action: bpy.types.Action) -> Iterator[bpy.types.FCurve]:
    """All curves of an action, whatever they animate; `fcurves` says since when those are in slots."""
    if not hasattr(action, "layers"):
        yield from action.fcurves
        return
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


def modifier_inputs(modifier: bpy.types.NodesModifier) -> list[object]:
    """The values of the inputs of a modifier's node group: from 5.2 on they are properties of their own."""
    if "properties" in modifier.bl_rna.properties:
        inputs = modifier.properties.inputs
        found = [getattr(inputs, each.identifier) for each in inputs.bl_rna.properties]
        return [each.value for each in found if hasattr(each, "value")]
    return [value for _, value in modifier.items()]


def layer_collection(view_layer: bpy.types.ViewLayer) -> bpy.types.LayerCollection:
    """The collections of a view layer, which 5.2 does not have yet where nobody ever looked at it."""
    if view_layer.layer_collection is None:
        view_layer.update()
    return view_layer.layer_collection


def shader_tree(material: bpy.types.Material) -> bpy.types.NodeTree | None:
    """The nodes that a material is rendered by: up to 4.5 it may have some and not use them."""
    return material.node_tree if bpy.app.version >= (5, 0) or material.use_nodes else None


def enable_cycles() -> None:
    """Cycles is an add-on, which somebody may have switched off in the preferences of this Blender."""
    if not hasattr(bpy.context.scene, "cycles"):
        import addon_utils

        addon_utils.enable("cycles")


def all_samples(cycles: bpy.types.PropertyGroup) -> dict[str, object]:
    """Settings by which Cycles renders all of a pixel's samples, the first one included; 4.5 has a switch for that."""
    return {"sample_offset": 0, **({"use_sample_subset": False} if hasattr(cycles, "use_sample_subset") else {})}


def without_osl(cycles: bpy.types.PropertyGroup) -> dict[str, object]:
    """Values that switch Open Shading Language off, in which what nodes write into passes of their own is lost."""
    return {"shading_system": False} if "shading_system" in cycles.bl_rna.properties else {}


def writes_passes(render: bpy.types.RenderSettings) -> bool:
    """Whether passes can be written: Blender 5.0 fails to, of pixels that are not square; 4.x and 5.2 do not."""
    square = render.pixel_aspect_x == render.pixel_aspect_y
    return square or bpy.app.version[:2] != (5, 0)


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
    # Elsewhere Blender itself follows the format; where nothing has been chosen yet, reading it makes it complain.
    linear = settings.file_format in {"OPEN_EXR", "OPEN_EXR_MULTILAYER", "HDR"}
    space = settings.linear_colorspace_settings.name if linear else ""
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        if space and settings.linear_colorspace_settings.name != space:
            settings.linear_colorspace_settings.name = space


def pass_channels(channels: dict[str, object]) -> dict[str, object]:
    """Channels of a multilayer EXR under the names of 4.x, whatever the version, without the view layer's name.

    >>> sorted(pass_channels({"A.b.IndexOB.X": 1, "A.b.Material Index.X": 2}))
    ['IndexMA.X', 'IndexOB.X']
    """
    renamed = {"Object Index": "IndexOB", "Material Index": "IndexMA", "Diffuse Color": "DiffCol"}
    found = {}
    for name, pixels in channels.items():
        _, pass_name, component = ("." + name).rsplit(".", 2)
        found[f"{renamed.get(pass_name, pass_name)}.{component}"] = pixels
    return found


def with_nodes(material: bpy.types.Material | None) -> bpy.types.Material:
    """A new material with nodes that looks to Cycles as one without nodes does, or as None, which is no material.

    Both are a diffuse surface up to 4.5; from 5.0 on none is what a new material is.
    """
    new = material.copy() if material else bpy.data.materials.new("Copy")
    if not shader_tree(new):
        new.use_nodes = True
        tree = new.node_tree
        tree.nodes.clear()
        diffuse, output = tree.nodes.new("ShaderNodeBsdfDiffuse"), tree.nodes.new("ShaderNodeOutputMaterial")
        diffuse.inputs["Color"].default_value = new.diffuse_color if material else (0.8, 0.8, 0.8, 1.0)
        tree.links.new(diffuse.outputs[0], output.inputs["Surface"])
    return new


def share_animation(source: bpy.types.ID, others: Iterable[bpy.types.ID]) -> None:
    """Let others of its kind do what one data-block's action says; from 4.4 on they must be told the slot."""
    for other in others:
        animation = other.animation_data_create()
        animation.action = source.animation_data.action
        if hasattr(animation, "action_slot"):
            animation.action_slot = source.animation_data.action_slot


def remove_temporary_files() -> None:
    """Blender's own temporary folder, for a process that leaves without Blender's tear-down."""
    folder = Path(bpy.app.tempdir)
    if folder.name.startswith("blender_"):  # where Blender could make none, the name is that of all programs'
        shutil.rmtree(folder, ignore_errors=True)

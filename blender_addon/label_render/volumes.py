"""Takes volumes off the scene for the label render: no index pass shows them, and they scatter rays away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import bpy

from .stage import changed


@contextmanager
def no_volumes(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> Iterator[None]:
    """Show surfaces alone until the block ends.

    A thing that has a surface and a volume counts by its surface; one that is volume alone (fog, smoke, fire, a
    volume object) is not there, and what is in it or behind it is seen.
    """
    with ExitStack() as stack:
        if scene.world and has_volume(scene.world.node_tree):
            stack.enter_context(changed(scene, world=None))
        if has_grids():
            stack.enter_context(changed(view_layer, use_volumes=False))
        # Groups, too: Cycles takes a material's output from wherever in its groups it stands.
        shaders = [group for group in bpy.data.node_groups if group.type == "SHADER"]
        for tree in (*(material.node_tree for material in bpy.data.materials if material.users), *shaders):
            for socket in list(_filled(tree)):
                stack.enter_context(_emptied(tree, socket))
        yield


def has_volume(tree: bpy.types.NodeTree | None) -> bool:
    """Whether a world or material is filled with a volume."""
    return any(True for _ in _filled(tree))


def _filled(tree: bpy.types.NodeTree | None) -> Iterator[bpy.types.NodeSocket]:
    """The sockets of a world's or material's outputs, the inactive ones included, that a volume shader is linked to."""
    for node in tree.nodes if tree else ():
        if node.type in {"OUTPUT_MATERIAL", "OUTPUT_WORLD"}:
            socket = node.inputs["Volume"]
            if any(not link.is_muted for link in socket.links):
                yield socket


@contextmanager
def _emptied(tree: bpy.types.NodeTree, socket: bpy.types.NodeSocket) -> Iterator[None]:
    """A volume of no density: with neither a surface nor a volume, Cycles would show a black surface instead."""
    source = socket.links[0].from_socket
    nothing = tree.nodes.new("ShaderNodeVolumeAbsorption")
    try:
        nothing.inputs["Density"].default_value = 0.0
        tree.links.new(nothing.outputs[0], socket)
        yield
    finally:
        tree.nodes.remove(nothing)
        tree.links.new(source, socket)


def has_grids() -> bool:
    """Whether there may be volumes that need no volume shader: volume objects, and those that geometry nodes make."""
    if any(volume.users for volume in bpy.data.volumes):
        return True
    trees = (group for group in bpy.data.node_groups if group.type == "GEOMETRY" and group.users)
    return any("Volume" in node.bl_idname for tree in trees for node in tree.nodes)

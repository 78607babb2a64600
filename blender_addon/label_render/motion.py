"""What moves in a scene without a key: simulations, modifiers and nodes that read the time, playing images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy


def moves_by_itself(scene: bpy.types.Scene, shown: Iterable[bpy.types.Object]) -> bool:
    """Whether a frame differs from the one before though no key says so; `shown` are the objects to look at."""
    return _has_rigid_bodies(scene) or any(_makes_motion(modifier) for obj in shown for modifier in obj.modifiers)


def remembers_frames(scene: bpy.types.Scene) -> bool:
    """Whether a frame depends on the frames that were evaluated before it."""
    if _has_rigid_bodies(scene):
        return True
    if any(node.bl_idname == _SIMULATION_NODE for tree in bpy.data.node_groups for node in tree.nodes):
        return True
    modifiers = (modifier for obj in bpy.data.objects for modifier in obj.modifiers)
    return any(modifier.type in _SIMULATIONS or _emits(modifier) for modifier in modifiers)


def has_one_simulation(obj: bpy.types.Object) -> bool:
    """Whether a copy of an object would move otherwise than the object, or spoil what is baked for it.

    Blender copies no bake. A copy whose cache lies on a disk clears the files that it shares with the object, or writes
    some of its own; and a rigid body pushes its copies.
    """
    caches = [system.point_cache for system in obj.particle_systems]
    for modifier in obj.modifiers:
        if modifier.type in {"CLOTH", "SOFT_BODY"}:
            caches.append(modifier.point_cache)
        elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
            caches += [surface.point_cache for surface in modifier.canvas_settings.canvas_surfaces]
    return bool(obj.rigid_body) or any(each.is_baked or each.use_disk_cache or each.use_external for each in caches)


def playing_images() -> Iterator[bpy.types.ID | bpy.types.Node]:
    """What shows another image of a sequence, or of a movie, in each frame: textures, and nodes of what is shaded."""
    if not any(image.source in _PLAYING for image in bpy.data.images):  # most scenes, and then no node is looked at
        return
    kinds = (bpy.data.materials, bpy.data.worlds, bpy.data.lights)
    trees = [data.node_tree for kind in kinds for data in kind if data.users and data.node_tree]
    trees += [group for group in bpy.data.node_groups if group.type == "SHADER" and group.users]
    nodes = (node for tree in trees for node in tree.nodes if node.type in {"TEX_IMAGE", "TEX_ENVIRONMENT"})
    textures = (texture for texture in bpy.data.textures if texture.type == "IMAGE" and texture.users)
    for shows in (*nodes, *textures):
        if shows.image and shows.image.source in _PLAYING and shows.image_user.frame_duration > 1:
            yield shows


def _has_rigid_bodies(scene: bpy.types.Scene) -> bool:
    return bool(scene.rigidbody_world and scene.rigidbody_world.enabled)


def _emits(modifier: bpy.types.Modifier) -> bool:
    return modifier.type == "PARTICLE_SYSTEM" and modifier.particle_system.settings.type == "EMITTER"


def _makes_motion(modifier: bpy.types.Modifier) -> bool:
    if modifier.type == "NODES":
        return modifier.node_group is not None and _reads_time(modifier.node_group)
    return modifier.type in _SIMULATIONS | _PLAYED_BACK or _emits(modifier)


def _reads_time(tree: bpy.types.NodeTree) -> bool:
    if any(node.bl_idname in {_SIMULATION_NODE, "GeometryNodeInputSceneTime"} for node in tree.nodes):
        return True
    return any(_reads_time(node.node_tree) for node in tree.nodes if getattr(node, "node_tree", None))


_PLAYING = {"SEQUENCE", "MOVIE"}
_SIMULATIONS = {"CLOTH", "DYNAMIC_PAINT", "FLUID", "SOFT_BODY"}
_PLAYED_BACK = {"BUILD", "EXPLODE", "MESH_CACHE", "MESH_SEQUENCE_CACHE", "OCEAN", "WAVE"}
_SIMULATION_NODE = "GeometryNodeSimulationInput"

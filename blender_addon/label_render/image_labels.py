"""Whether the image render shows labels as exactly as a render of their own: then it is their render, too.

Cycles takes index passes and depth from the first of a pixel's samples, which goes through the pixel's centre: that is
what the label render takes, too. What sets the two apart is whatever makes this ray go elsewhere, or on.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..compat import fcurves, shader_tree
from ..contract.labels import LabelSet
from .light_through import Suspicion, may_be_transparent
from .transparency import policies_in_use
from .volumes import has_grids, has_volume


def why_own_render(
    scene: bpy.types.Scene, cameras: Iterable[bpy.types.Object], label_supersample: int, label_set: LabelSet
) -> str:
    """Why labels need a render of their own, in words; "" where the image render has them exactly."""
    if label_supersample > 1:
        return "several label samples a pixel"
    if scene.render.use_motion_blur:
        return "motion blur"
    for camera in cameras:
        if camera.data.dof.use_dof or _is_animated(camera.data, "use_dof"):
            return f"depth of field of {camera.name!r}"
    trees = [(material.name_full, shader_tree(material)) for material in bpy.data.materials if material.users]
    trees += [(group.name_full, group) for group in bpy.data.node_groups if group.type == "SHADER"]
    volume = next((name for name, tree in trees if has_volume(tree)), "")
    if volume or has_grids() or (scene.world and has_volume(scene.world.node_tree)):
        return f"a volume in {volume!r}" if volume else "a volume"
    policies = policies_in_use(label_set)
    suspicion = Suspicion(glass=bool(policies and policies.of_glass))
    for name, tree in trees:
        if tree and (may_be_transparent(tree, suspicion) or _is_riddle(tree)):
            return f"light may pass through {name!r}"
    return ""


def _is_riddle(tree: bpy.types.NodeTree) -> bool:
    """Whether a tree may let light through in another frame, or as nobody can tell."""
    return bool(tree.animation_data) or any(node.bl_idname in _RIDDLES for node in tree.nodes)


_RIDDLES = {"ShaderNodeScript", "ShaderNodeBsdfRayPortal"}


def _is_animated(owner: bpy.types.ID, setting: str) -> bool:
    animation = owner.animation_data
    if not animation:
        return False
    paths = [curve.data_path for curves in (fcurves(owner), animation.drivers) for curve in curves]
    return bool(animation.nla_tracks) or any(path.endswith(setting) for path in paths)

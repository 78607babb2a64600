"""How far a ray of the camera goes until it meets something that a render shows: for focus, and for lights on its way.

`Scene.ray_cast` meets what the viewport shows, which costs next to nothing. Where a render shows something else, its
own evaluation is asked, whose triangles are kept for as long as nothing moves.
"""

from __future__ import annotations

import bpy
from mathutils import Vector

from blender_addon.label_render.render_depsgraph import with_render_depsgraph
from blender_addon.occurrences import is_volume_alone, rendered_objects

from ..camera import metres_per_unit
from ..sampled_views.surfaces import Surfaces, read_surfaces
from .animated import is_animated

_NO_SURFACE = {"CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER", "ARMATURE", "LATTICE"}


class Sight:
    """What the camera of a scene may look at; `still` where that stays the same in all frames."""

    def __init__(self, scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, still: bool) -> None:
        self._scene, self._view_layer, self._still = scene, view_layer, still
        self._metres = metres_per_unit(scene)
        self._renders_something_else = renders_something_else(view_layer)
        self._surfaces: Surfaces | None = None

    def look(self) -> None:
        """The scene may stand otherwise than before."""
        if not self._still:
            self._surfaces = None

    def far(self, start: Vector, direction: Vector) -> float | None:
        """Blender units from `start` along a unit vector to the first surface; None where there is none."""
        if not self._renders_something_else:
            hit, place, *_ = self._scene.ray_cast(bpy.context.evaluated_depsgraph_get(), start, direction)
            return (place - start).length if hit else None
        if not self._surfaces:
            self._surfaces = with_render_depsgraph(
                self._scene, self._view_layer, lambda seen: read_surfaces(self._view_layer, seen, self._metres)
            )
        found = self._surfaces.tree.ray_cast(start * self._metres, direction)[3] if self._surfaces else None
        return None if found is None else found / self._metres


def renders_something_else(view_layer: bpy.types.ViewLayer) -> bool:
    """Whether renders show a surface that the viewport does not, or the other way round."""
    rendered, listed, instanced = rendered_objects(view_layer), set(view_layer.objects), _instanced()
    for obj in bpy.data.objects:
        if obj.type in _NO_SURFACE:
            continue
        seen = obj.visible_camera and not obj.hide_render and not is_volume_alone(obj)
        if obj in listed and obj.visible_get(view_layer=view_layer) != (seen and obj in rendered):
            return True
        by_others = obj in instanced or not (obj in listed or obj.users_scene)  # nodes may show what is in no scene
        if by_others and seen == obj.hide_viewport:
            return True
        if not (obj in listed or by_others):
            continue
        if is_animated(obj, "hide_render", "hide_viewport", "visible_camera"):
            return True
        if any(modifier.show_viewport != modifier.show_render for modifier in obj.modifiers):
            return True
    return False


def _instanced() -> set[bpy.types.Object]:
    """What collection instances may show, wherever it is itself."""
    collections = {obj.instance_collection for obj in bpy.data.objects if obj.instance_type == "COLLECTION"}
    return {member for collection in collections if collection for member in collection.all_objects}

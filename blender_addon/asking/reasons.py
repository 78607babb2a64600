"""Why something has its label: the resolver's answers for an object, a face of it, and what an instance shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import bpy

from ..instancing import Chain, referring_trees
from ..occurrences import Occurrence, copies, occurrences, rendered_objects, shown_by, why_not_shown
from ..parts.face_parts import is_part, known_source
from ..parts.mesh_faces import read_indices
from ..scene_labels import resolve, why_not
from .under_cursor import Hit


@dataclass(frozen=True)
class Answer:
    """What a question is about, the label it gets (0: none), and why in words."""

    what: str
    label_id: int
    reason: str


def why_object(obj: bpy.types.Object, view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph) -> list[Answer]:
    """The labels of all that a render shows of an object, or of what an instance instances, each label and reason once.

    Where no render shows it: that, and what the object itself says.
    """
    shown = [each for each in _shown(obj, view_layer, depsgraph) if each.instancers[:1] == (obj,) or each.obj == obj]
    answers = list(dict.fromkeys(answer for each in shown for answer in _answers(each, obj)))
    if answers:
        return answers
    reason = why_not(obj) or f"no render shows it: {_why_not_shown(obj, view_layer)}"
    return [Answer(obj.name, 0, reason)]


def why_face(obj: bpy.types.Object, material: bpy.types.Material | None, instancers: Chain = ()) -> Answer:
    """The label of faces of an object that have this material."""
    found = resolve(obj, material=material, instancers=instancers)
    on = f"faces of {obj.name} with {material.name}" if material else f"faces of {obj.name}"
    return Answer(on, found.label_id, found.reason + _of_what(material, found.label_id))


def why_here(hit: Hit) -> list[Answer]:
    """The labels of what a ray hit, each label and reason once."""
    return list(dict.fromkeys(why_face(hit.obj, hit.material, chain) for chain in hit.chains))


def _shown(
    obj: bpy.types.Object, view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph
) -> Iterable[Occurrence]:
    if obj.parent or _is_instanced(obj):  # a parent may show copies of it on its vertices
        return occurrences(view_layer, depsgraph)
    return _shown_by(obj, depsgraph) if obj in rendered_objects(view_layer) else ()


def _is_instanced(data: bpy.types.Object | bpy.types.Collection) -> bool:
    """Whether something may show it elsewhere: an instance, nodes, particles; itself or a collection that it is in."""
    users = bpy.data.user_map(subset={data}).get(data, set())
    if any(not isinstance(user, bpy.types.Collection | bpy.types.Scene) for user in users):
        return True
    return any(_is_instanced(user) for user in users if isinstance(user, bpy.types.Collection) and user != data)


def _shown_by(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Iterator[Occurrence]:
    trees = referring_trees()
    shown, hosts = shown_by(obj, trees, depsgraph)
    yield from shown
    if hosts:
        yield from copies(depsgraph, {obj: hosts}, trees)


def _answers(each: Occurrence, asked: bpy.types.Object) -> Iterator[Answer]:
    what = (
        each.obj.name if each.obj != asked or not each.instancers else f"{each.obj.name} in {each.instancers[0].name}"
    )
    for material in _seen(each):
        found = resolve(each.obj, material=material, instancers=each.instancers)
        yield Answer(what, found.label_id, found.reason + _of_what(material, found.label_id))


def _seen(each: Occurrence) -> list[bpy.types.Material | None]:
    """The materials that faces have. A modifier may bring in any of the slots."""
    slots = each.obj.material_slots
    if each.obj.type != "MESH" or each.obj.modifiers or each.obj.data.is_editmode or not slots:
        return list(dict.fromkeys(each.materials)) or [None]
    used = {min(index, len(slots) - 1) for index in set(read_indices(each.obj.data).tolist())}
    return list(dict.fromkeys(slots[number].material for number in sorted(used)))


def _of_what(material: bpy.types.Material | None, label_id: int) -> str:
    """For a part: which material its faces look like."""
    if not is_part(material) or material.pass_index != label_id:
        return ""
    source = known_source(material)
    return f" (a part; it looks like {source.name!r})" if source else " (a part of faces without a material)"


def _why_not_shown(obj: bpy.types.Object, view_layer: bpy.types.ViewLayer) -> str:
    if obj in set(view_layer.objects):
        return why_not_shown(obj, rendered_objects(view_layer), view_layer)
    if view_layer.id_data in obj.users_scene:
        return "its collection is switched off in this view layer"
    return "it is in no collection of this scene"

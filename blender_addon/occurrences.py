"""What a render shows: everything with a surface, and the instancers that it is reached through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import bpy

from .compat import layer_collection, shader_tree
from .scene_labels import CARRIERS, resolve

Chain = tuple[bpy.types.Object, ...]
"""The instancers that something is reached through, outermost first."""


@dataclass(frozen=True)
class Occurrence:
    """A thing that a render shows: an object, and the instancers it is reached through, outermost first.

    `splittable` says whether a copy of the object could stand in for this occurrence alone (collection instances),
    or whether all copies share one object (geometry nodes, particles, instances on vertices and faces).
    `materials` are those of its slots; where geometry nodes set others, those of its faces.
    """

    obj: bpy.types.Object
    instancers: Chain = ()
    splittable: bool = True
    materials: tuple[bpy.types.Material | None, ...] = ()

    @property
    def label_id(self) -> int:
        return resolve(self.obj, instancers=self.instancers).label_id

    @property
    def unlabelled(self) -> bool:
        """True when some of its surface gets no label: no label from above, and a slot (or the lack of one) without."""
        if self.label_id:
            return False
        return not self.materials or not all(material and material.pass_index for material in self.materials)


def occurrences(
    view_layer: bpy.types.ViewLayer,
    depsgraph: bpy.types.Depsgraph | None = None,
    unhidden: Collection[bpy.types.Object] = (),
) -> Iterator[Occurrence]:
    """Everything with a surface that a render of the view layer shows, each (object, instancers) once.

    Follows what the render follows (`hide_render`, excluded collections, `visible_camera`, holdouts, which are
    background, collections that are only seen indirectly, background sets), not the viewport's eye.
    What only evaluation tells (copies by geometry nodes, particles, vertices and faces; materials that nodes set) is
    read off `depsgraph`, where one is given: one of a render (`label_render.render_depsgraph`), where it is to be what
    a render shows. Objects in `unhidden` count as shown though they are hidden now.
    """
    hosts: dict[bpy.types.Object, list[Chain]] = {}
    trees = referring_trees()
    seen: set[str] = set()
    for collection in render_collections(view_layer):
        for obj in collection.objects:
            if obj.name_full not in seen:  # a linked object may share its name with a local one
                seen.add(obj.name_full)
                shown, copying = shown_by(obj, trees, depsgraph, unhidden, view_layer)
                if copying:
                    hosts[obj] = copying
                yield from shown
    if depsgraph and hosts:
        yield from copies(depsgraph, hosts)


def render_collections(view_layer: bpy.types.ViewLayer) -> Iterator[bpy.types.Collection]:
    """The collections that a view layer renders, those of its scene's background sets after its own."""
    for layer in _with_background(view_layer):
        yield from _collections_below(layer_collection(layer))


def _with_background(view_layer: bpy.types.ViewLayer) -> Iterator[bpy.types.ViewLayer]:
    """A view layer, and those that are rendered with it: of each background set the first that is used."""
    yield view_layer
    scene = view_layer.id_data.background_set
    while scene:
        yield next((layer for layer in scene.view_layers if layer.use), scene.view_layers[0])
        scene = scene.background_set


def _collections_below(layer: bpy.types.LayerCollection) -> Iterator[bpy.types.Collection]:
    if layer.collection.hide_render:
        return
    if not layer.exclude:
        yield layer.collection
    for child in layer.children:
        yield from _collections_below(child)


def rendered_objects(view_layer: bpy.types.ViewLayer) -> set[bpy.types.Object]:
    """The objects of the collections that a view layer renders, hidden ones among them."""
    return {obj for collection in render_collections(view_layer) for obj in collection.objects}


def why_not_shown(
    obj: bpy.types.Object, rendered: Collection[bpy.types.Object], view_layer: bpy.types.ViewLayer
) -> str:
    """Why a render does not show an object of the view layer itself, in words; `rendered`: as `rendered_objects`."""
    if obj.hide_render:
        return "it is hidden in renders"
    if obj not in rendered:
        return "its collection is hidden in renders"
    if not obj.visible_camera:
        return "cameras do not see it (Object Properties > Visibility > Ray Visibility)"
    return why_not_seen(obj, view_layer) or "it has no surface of its own"


def shown_by(
    obj: bpy.types.Object,
    trees: Collection[bpy.types.NodeTree],
    depsgraph: bpy.types.Depsgraph | None = None,
    unhidden: Collection[bpy.types.Object] = (),
    view_layer: bpy.types.ViewLayer | None = None,
) -> tuple[list[Occurrence], list[Chain]]:
    """What an object of a view layer shows, itself or what it instances; and the hosts of `copies` among that.

    Without `view_layer` it is that of the `depsgraph`; without either, its collections are not asked.
    """
    shown: list[Occurrence] = []
    copying: list[Chain] = []
    layer = view_layer or (depsgraph and depsgraph.view_layer)
    if obj not in unhidden and (not _now(obj, depsgraph).visible_camera or why_not_seen(obj, layer)):
        return shown, copying  # Cycles asks the outermost instancer for all that is reached through it
    for each, above in _below(obj, (), unhidden, depsgraph):
        if is_host(each, trees):
            copying.append((*above, each))
        if _is_shown(each, above) and (_now(each, depsgraph).visible_camera or each in unhidden):
            shown.append(Occurrence(each, above, materials=_materials(each, depsgraph)))
    return shown, copying


def why_not_seen(obj: bpy.types.Object, view_layer: bpy.types.ViewLayer | None) -> str:
    """Why a surface that is rendered is none to cameras, itself or by its collections in the layer; "" where it is."""
    if obj.holdout_get(view_layer=view_layer) if view_layer else obj.is_holdout:
        return "it is a holdout, whose pixels are background"
    if view_layer and obj.indirect_only_get(view_layer=view_layer):
        return "its collection is only seen indirectly in this view layer"
    return ""


def _now(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph | None) -> bpy.types.Object:
    """The object with its animated values, which it has not itself where the viewport does not show it."""
    return obj.evaluated_get(depsgraph) if depsgraph and obj.animation_data else obj


def _below(
    obj: bpy.types.Object,
    above: Chain,
    unhidden: Collection[bpy.types.Object] | None,
    depsgraph: bpy.types.Depsgraph | None = None,
) -> Iterator[tuple[bpy.types.Object, Chain]]:
    """An object and what it instances; hidden ones only when they are in `unhidden`, or where that is None."""
    if unhidden is not None and (is_on_elements(obj) or (_now(obj, depsgraph).hide_render and obj not in unhidden)):
        return
    yield obj, above
    if obj.type == "EMPTY" and obj.instance_type == "COLLECTION" and obj.instance_collection and obj not in above:
        for member in dict.fromkeys(_members(obj.instance_collection, hidden=unhidden is None)):
            yield from _below(member, (*above, obj), unhidden, depsgraph)


def _members(collection: bpy.types.Collection, hidden: bool) -> Iterator[bpy.types.Object]:
    """The objects that an instance of the collection renders, those of its child collections included."""
    if collection.hide_render and not hidden:
        return
    yield from collection.objects
    for child in collection.children:
        yield from _members(child, hidden)


def referring_trees() -> set[bpy.types.NodeTree]:
    """Geometry node trees that may show other objects or set materials, by themselves or by a group in them."""
    trees = [tree for tree in bpy.data.node_groups if tree.type == "GEOMETRY"]
    found: set[bpy.types.NodeTree] = set()
    while True:
        before = len(found)
        for tree in trees:
            if tree not in found and any(
                node.bl_idname in _REFERRING or getattr(node, "node_tree", None) in found for node in tree.nodes
            ):
                found.add(tree)
        if len(found) == before:
            return found


_REFERRING = {f"GeometryNode{name}" for name in ("ObjectInfo", "CollectionInfo", "SetMaterial", "SetMaterialIndex",
                                                 "ReplaceMaterial")}  # fmt: skip


def is_host(obj: bpy.types.Object, trees: Collection[bpy.types.NodeTree]) -> bool:
    """Whether only evaluation tells what this object shows: copies by one of `trees` (`referring_trees`), by
    particles, or on its vertices or faces."""
    return obj.instance_type in _ELEMENTS or any(_is_evaluated(modifier, trees) for modifier in obj.modifiers)


def _is_evaluated(modifier: bpy.types.Modifier, trees: Collection[bpy.types.NodeTree]) -> bool:
    if modifier.type == "PARTICLE_SYSTEM":
        return modifier.particle_system.settings.render_type in {"OBJECT", "COLLECTION"}
    return modifier.type == "NODES" and modifier.node_group in trees


_ELEMENTS = {"VERTS", "FACES"}


def is_on_elements(obj: bpy.types.Object) -> bool:
    """True for what is shown on its parent's vertices or faces: Blender renders the copies, and not the object."""
    return bool(obj.parent and obj.parent.instance_type in _ELEMENTS)


def _is_shown(obj: bpy.types.Object, above: Chain) -> bool:
    if obj.type not in CARRIERS or not _has_surface(obj):
        return False
    if obj.type == "META" and above:  # Blender renders no metaballs of an instanced collection
        return False
    hides = not obj.show_instancer_for_render and (obj.instance_type in _ELEMENTS or obj.particle_systems)
    return not hides or bool(hair_of(obj))


def hair_of(obj: bpy.types.Object) -> list[bpy.types.ParticleSystem]:
    """The hair that grows on an object: a surface of it, also where nothing else of the object is shown."""
    if not len(obj.particle_systems):
        return []
    systems = [mod.particle_system for mod in obj.modifiers if mod.type == "PARTICLE_SYSTEM" and mod.show_render]
    return [each for each in systems if each.settings.type == "HAIR" and each.settings.render_type == "PATH"]


def _has_surface(obj: bpy.types.Object) -> bool:
    """False for a mesh of loose points and for volume alone (smoke, fog), unless a modifier may give it a surface."""
    if obj.type == "MESH" and not obj.data.polygons and not obj.modifiers:
        return False
    return not is_volume_alone(obj)


def is_volume_alone(obj: bpy.types.Object) -> bool:
    """Whether each material of an object is a volume and no surface (smoke, fog), and no modifier may set others."""
    slots = obj.material_slots
    if not slots or any(modifier.type == "NODES" for modifier in obj.modifiers):
        return False
    return all(slot.material and is_volume(slot.material) for slot in slots)


def is_volume(material: bpy.types.Material) -> bool:
    """Whether a material gives no surface, but a volume: what is behind it is seen."""
    tree = shader_tree(material)
    output = tree and tree.get_output_node("CYCLES")
    if not output:
        return False
    linked = {name: any(not link.is_muted for link in output.inputs[name].links) for name in ("Surface", "Volume")}
    return linked["Volume"] and not linked["Surface"]


def _materials(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph | None) -> tuple[bpy.types.Material | None, ...]:
    if depsgraph and obj.type == "MESH" and any(modifier.type == "NODES" for modifier in obj.modifiers):
        import numpy as np

        mesh = obj.evaluated_get(depsgraph).data
        used = np.zeros(len(mesh.polygons), np.int32)
        mesh.polygons.foreach_get("material_index", used)
        slots = list(mesh.materials) or [None]
        if len(used):
            found = (slots[min(index, len(slots) - 1)] for index in np.unique(used).tolist())
            return tuple(material and material.original for material in found)
    return tuple(slot.material for slot in obj.material_slots)


def copies(depsgraph: bpy.types.Depsgraph, hosts: dict[bpy.types.Object, list[Chain]]) -> Iterator[Occurrence]:
    """What evaluation copies onto the hosts, each (object, instancers) once.

    `hosts`: {object of the view layer: itself or those that it instances, as `shown_by` says}.
    """
    members: dict[bpy.types.Object, set[tuple[bpy.types.Object, int]]] = {}
    seen: set[tuple[bpy.types.Object, bpy.types.Object]] = set()
    for instance in depsgraph.object_instances:
        if not instance.is_instance or not instance.parent:
            continue
        if not instance.show_self and not hair_of(instance.instance_object):
            continue
        top, obj = instance.parent.original, instance.instance_object.original
        if (top, obj) in seen or top not in hosts or obj.type not in CARRIERS or not obj.visible_camera:
            continue
        if any(chain[-1] == obj for chain in hosts[top]):  # geometry of the host's own, which has its index
            continue
        if top.instance_type == "COLLECTION":
            if top not in members:
                members[top] = {(member, len(above)) for member, above in _below(top, (), None)}
            depth = sum(level != NO_LEVEL for level in instance.persistent_id)
            if (obj, depth) in members[top] and not is_on_elements(obj):
                continue
        seen.add((top, obj))
        for chain in _copying(obj, hosts[top]):
            materials = tuple(slot.material for slot in obj.material_slots)
            yield Occurrence(obj, chain, splittable=False, materials=materials)


NO_LEVEL = 2**31 - 1
"""What Blender fills `persistent_id` up with, which has a number for each level of instancing."""


def _copying(obj: bpy.types.Object, chains: list[Chain]) -> list[Chain]:
    """The hosts that may show these copies. Evaluation names only the outermost instancer, so where that leaves a
    choice which matters, it is those that refer to the object, through whatever it is in."""
    if is_on_elements(obj):
        chains = [chain for chain in chains if chain[-1] == obj.parent] or chains
    if len({resolve(obj, instancers=chain).label_id for chain in chains}) < 2:
        return chains
    users, waiting, found = bpy.data.user_map(), [obj], set()
    while waiting:
        for user in users.get(waiting.pop(), set()) - found:
            found.add(user)
            if isinstance(user, _CONTAINERS) or getattr(user, "instance_collection", None):
                waiting.append(user)
    return [chain for chain in chains if chain[-1] in found] or chains


_CONTAINERS = (bpy.types.Collection, bpy.types.NodeTree, bpy.types.ParticleSettings)

"""What a render shows: everything with a surface, and the instancers that it is reached through."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import bpy

from .compat import layer_collection, shader_tree
from .instancing import ELEMENTS, Chain, CopyChains, instances_collection, is_host, is_on_elements, referring_trees
from .scene_labels import CARRIERS, resolve


@dataclass(frozen=True)
class Occurrence:
    """A thing that a render shows: an object, and the instancers it is reached through, outermost first.

    `splittable` says whether a copy of the object could stand in for this occurrence alone (collection instances),
    or whether all copies share one object (geometry nodes, particles, instances on vertices and faces).
    `materials` are those of its slots; where geometry nodes set others, those of its faces. `frames`: of several that
    were looked at, those that show it.
    """

    obj: bpy.types.Object
    instancers: Chain = ()
    splittable: bool = True
    materials: tuple[bpy.types.Material | None, ...] = ()
    frames: frozenset[int] = field(default=frozenset(), compare=False)

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
        yield from copies(depsgraph, hosts, trees)


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
    if instances_collection(obj) and obj not in above:
        for member in dict.fromkeys(_members(obj.instance_collection, hidden=unhidden is None)):
            yield from _below(member, (*above, obj), unhidden, depsgraph)


def _members(collection: bpy.types.Collection, hidden: bool) -> Iterator[bpy.types.Object]:
    """The objects that an instance of the collection renders, those of its child collections included."""
    if collection.hide_render and not hidden:
        return
    yield from collection.objects
    for child in collection.children:
        yield from _members(child, hidden)


def _is_shown(obj: bpy.types.Object, above: Chain) -> bool:
    if obj.type not in CARRIERS or not _has_surface(obj):
        return False
    if obj.type == "META" and above:  # Blender renders no metaballs of an instanced collection
        return False
    hides = not obj.show_instancer_for_render and (obj.instance_type in ELEMENTS or obj.particle_systems)
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


def copies(
    depsgraph: bpy.types.Depsgraph,
    hosts: dict[bpy.types.Object, list[Chain]],
    trees: Collection[bpy.types.NodeTree],
) -> Iterator[Occurrence]:
    """What evaluation copies onto the hosts, each (object, instancers) once.

    `hosts`: {object of the view layer: itself or those that it instances, as `shown_by` says}; `trees`: as
    `referring_trees`.
    """
    chains = CopyChains(trees)
    members: dict[bpy.types.Object, set[tuple[bpy.types.Object, int]]] = {}
    seen: set[tuple[bpy.types.Object, bpy.types.Object, int]] = set()
    found: set[tuple[bpy.types.Object, Chain]] = set()
    for instance in depsgraph.object_instances:
        if not instance.is_instance or not instance.parent:
            continue
        if not instance.show_self and not hair_of(instance.instance_object):
            continue
        top, obj = instance.parent.original, instance.instance_object.original
        if top not in hosts:
            continue
        depth = LEVELS - instance.persistent_id[:].count(NO_LEVEL)
        if (top, obj, depth) in seen or obj.type not in CARRIERS or not obj.visible_camera:
            continue
        seen.add((top, obj, depth))
        ways = chains.between(top, obj, depth)
        if not ways and any(chain[-1] == obj for chain in hosts[top]):  # the host's own geometry, which has its index
            continue
        if top.instance_type == "COLLECTION" and not is_on_elements(obj) and not ways:
            if top not in members:
                members[top] = {(member, len(above)) for member, above in _below(top, (), None)}
            if (obj, depth) in members[top]:
                continue
        materials = tuple(slot.material for slot in obj.material_slots)
        for chain in ways or hosts[top]:
            if (obj, chain) not in found:
                found.add((obj, chain))
                yield Occurrence(obj, chain, splittable=False, materials=materials)


LEVELS, NO_LEVEL = 8, 2**31 - 1
"""How many numbers `persistent_id` has, one for each level of instancing, and what Blender fills it up with."""

"""Makes copies tell themselves apart in the label render: what materials write into a pass of its own, an AOV.

Blender gives each copy a number by chance (`random_id`), which the Object Info node hands out. The nodes that write it
stay in the materials for a whole run, since a new node makes Cycles look at the material again; and so does the pass,
since before 5.x data that persists knows nothing of a pass that comes later. AOVs add up along a ray: what is looked
through adds nothing, and behind what is there nothing is seen, as `transparency.all_or_nothing` has decided before.

What has no material, or one without nodes, gets one that looks the same; so far as it is copied, and local. What has
no shader left (a lamp that is off) gets one that is black: where a pass is written and nothing else, Cycles takes a
surface for gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import bpy

from .. import compat
from ..occurrences import Occurrence
from .light_through import Place, Suspicion, may_be_transparent, source_of
from .stage import changed
from .transparency import hidden_of, unreadable

PASS = "labelpass copy"
_INFO = "labelpass copy info"


@contextmanager
def copies_marked(view_layer: bpy.types.ViewLayer, things: Iterable[Occurrence]) -> Iterator[None]:
    """Have all materials in use write which copy they are on, until the block ends."""
    with ExitStack() as stack:
        stack.enter_context(_mark_pass(view_layer))
        stack.enter_context(_with_materials({thing.obj for thing in things if thing.instancers}))
        for material in bpy.data.materials:
            if material.users and compat.shader_tree(material):
                stack.enter_context(_marked(material.node_tree))
        yield


def is_marked(material: bpy.types.Material | None) -> bool:
    """Whether a material, evaluated or not, writes which copy it is on."""
    return bool(material and compat.shader_tree(material) and PASS in material.node_tree.nodes)


@contextmanager
def _marked(tree: bpy.types.NodeTree) -> Iterator[None]:
    active, place = tree.nodes.active, Place(tree, {}, Suspicion())
    info, aov = place.new("ObjectInfo"), place.new("OutputAOV")
    info.name, aov.name, aov.aov_name = _INFO, PASS, PASS
    tree.links.new(info.outputs["Random"], aov.inputs["Value"])
    _keep_surface(place)
    for node in place.made:
        node.select = False
    tree.nodes.active = active
    try:
        yield
    finally:
        place.put_back()


def _keep_surface(place: Place) -> None:
    """Add black, which neither shines nor reflects, to shaders of which nothing else may be left."""
    output = place.tree.get_output_node("CYCLES")
    if not output:
        if _has_output(place.tree):  # in a group
            return
        output = place.new("OutputMaterial", target="CYCLES")
    surface = output.inputs["Surface"]
    shader = source_of(surface)
    if shader and shader.node.type.startswith("BSDF_") and not shader.node.mute:
        return
    if not shader and source_of(output.inputs["Volume"]):
        return
    black = place.new("BsdfDiffuse", (0, 0, 0, 1)).outputs[0]
    place.replug(place.new("AddShader", shader, black).outputs[0] if shader else black, surface)


def _has_output(tree: bpy.types.NodeTree) -> bool:
    """Whether a group within says what a material is."""
    groups = [node.node_tree for node in tree.nodes if node.type == "GROUP" and node.node_tree]
    return any(each.get_output_node("CYCLES") or _has_output(each) for each in groups)


@contextmanager
def marks_rendered(view_layer: bpy.types.ViewLayer) -> Iterator[frozenset[str]]:
    """Within `label_pass.sharp`: the passes that tell things apart, and no mark of what is looked through.

    Yields the names of materials whose transparency cannot be read: where these are, a mark may be a sum.
    """
    doubtful: set[str] = set()
    with ExitStack() as stack:
        passes = {"use_pass_cryptomatte_object": True, "use_pass_position": True}
        stack.enter_context(changed(view_layer, **passes, pass_cryptomatte_depth=4))
        for material in filter(is_marked, bpy.data.materials):
            hidden = hidden_of(material)
            if hidden:
                stack.enter_context(_unmarked_where(hidden, material.node_tree))
            elif unreadable(material) or _is_shown_by_a_group(material.node_tree):
                doubtful.add(material.name_full)
        yield frozenset(doubtful)


@contextmanager
def _mark_pass(view_layer: bpy.types.ViewLayer) -> Iterator[None]:
    active, aov = view_layer.active_aov_index, view_layer.aovs.add()
    aov.type, aov.name = "VALUE", PASS
    try:
        yield
    finally:
        view_layer.aovs.remove(next(aov for aov in view_layer.aovs if aov.name == PASS))
        view_layer.active_aov_index = active


def _is_shown_by_a_group(tree: bpy.types.NodeTree) -> bool:
    """Whether a group in a material's tree says where it is not there, which the tree itself is not told."""
    return not tree.get_output_node("CYCLES") and may_be_transparent(tree, Suspicion())


@contextmanager
def _unmarked_where(hidden: bpy.types.NodeSocket, tree: bpy.types.NodeTree) -> Iterator[None]:
    """Have a mark be 0 where `hidden` is 1."""
    place = Place(tree, {}, Suspicion())
    there = place.new("Math", 1.0, source_of(hidden) or hidden.default_value, operation="SUBTRACT").outputs[0]
    marked = place.new("Math", tree.nodes[_INFO].outputs["Random"], there, operation="MULTIPLY").outputs[0]
    place.replug(marked, tree.nodes[PASS].inputs["Value"])
    try:
        yield
    finally:
        place.put_back()


# Materials for what has none that could write anything.


@contextmanager
def _with_materials(copied: Iterable[bpy.types.Object]) -> Iterator[None]:
    made: dict[bpy.types.Material | None, bpy.types.Material] = {}
    with ExitStack() as stack:
        stack.callback(lambda: bpy.data.batch_remove(list(made.values())))
        ordered = sorted(copied, key=lambda obj: obj.name_full)
        users: dict[bpy.types.ID, list[bpy.types.Object]] = {}
        for obj in bpy.data.objects:
            users.setdefault(obj.data, []).append(obj)
        for data in dict.fromkeys(obj.data for obj in ordered):
            if not data or data.library or not hasattr(data, "materials"):
                continue
            # An index of faces that have no slot would not come back when the slot goes.
            if not data.materials and "material_index" not in getattr(data, "attributes", ()):
                stack.enter_context(_one_slot(data, users[data]))
            for place, material in enumerate(data.materials):
                if not (material and compat.shader_tree(material)):
                    stack.enter_context(_in_slot(data.materials, place, _same_look(material, made)))
        for obj in ordered:
            for slot in obj.material_slots if not obj.library else ():  # what an empty one shows differs by version
                if slot.link == "OBJECT" and slot.material and not compat.shader_tree(slot.material):
                    stack.enter_context(changed(slot, material=_same_look(slot.material, made)))
        yield


def _same_look(
    material: bpy.types.Material | None, made: dict[bpy.types.Material | None, bpy.types.Material]
) -> bpy.types.Material:
    if material not in made:
        made[material] = compat.with_nodes(material)
    return made[material]


@contextmanager
def _one_slot(data: bpy.types.ID, users: Iterable[bpy.types.Object]) -> Iterator[None]:
    data.materials.append(None)
    try:
        yield
    finally:
        data.materials.pop(index=0)
        for obj in users:
            obj.data = data  # or the object would keep its slot


@contextmanager
def _in_slot(slots: bpy.types.IDMaterials, place: int, material: bpy.types.Material) -> Iterator[None]:
    before = slots[place]
    slots[place] = material
    try:
        yield
    finally:
        slots[place] = before

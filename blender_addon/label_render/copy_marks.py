"""Makes copies tell themselves apart in the label render: what materials write into a pass of its own, an AOV.

Blender gives each copy a number by chance (`random_id`), which the Object Info node hands out. The nodes that write it
stay in the materials for a whole run, since a new node makes Cycles look at the material again; and so does the pass,
since before 5.x data that persists knows nothing of a pass that comes later. AOVs add up along a ray: what is looked
through adds nothing, and behind what is there nothing is seen, as `transparency.all_or_nothing` has decided before.

What has no material, or one without nodes, gets one that looks the same; so far as it is copied, and local.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import bpy

from .. import compat
from ..contract.labels import LabelSet
from ..occurrences import Occurrence
from .light_through import Place, Suspicion, Twin, Unknown, may_be_transparent, remove_twins, source_of, transparency
from .stage import changed
from .transparency import A_TRACE, policies_in_use

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
    active = tree.nodes.active
    info, aov = tree.nodes.new("ShaderNodeObjectInfo"), tree.nodes.new("ShaderNodeOutputAOV")
    info.name, aov.name, aov.aov_name = _INFO, PASS, PASS
    tree.links.new(info.outputs["Random"], aov.inputs["Value"])
    info.select = aov.select = False
    tree.nodes.active = active
    try:
        yield
    finally:
        for node in (info, aov):
            tree.nodes.remove(node)


@contextmanager
def marks_rendered(
    view_layer: bpy.types.ViewLayer, threshold: float, label_set: LabelSet | None
) -> Iterator[frozenset[str]]:
    """Within `label_pass.sharp`, with the same threshold and label set: the passes that tell things apart, and nothing
    half transparent. Labels are the same.

    Yields the names of materials whose transparency cannot be read: where these are, a mark may be a sum.
    """
    everything = not threshold and policies_in_use(label_set) is None
    doubtful: set[str] = set()
    twins: dict[bpy.types.NodeTree, Twin] = {}
    suspicion = Suspicion()
    with ExitStack() as stack:
        passes = {"use_pass_cryptomatte_object": True, "use_pass_position": True}
        stack.enter_context(changed(view_layer, **passes, pass_cryptomatte_depth=4))
        stack.callback(remove_twins, twins)
        for material in bpy.data.materials:
            if not is_marked(material) or not may_be_transparent(material.node_tree, suspicion):
                continue
            output = material.node_tree.get_output_node("CYCLES")
            place = Place(material.node_tree, twins, suspicion)
            if not output or not stack.enter_context(_whole(output, place, everything)):
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


@contextmanager
def _whole(output: bpy.types.Node, place: Place, everything: bool) -> Iterator[bool]:
    """Make a surface opaque where it is not fully transparent (or `everything` counts); its mark is 0 where it is.

    Yields False where that cannot be told: then nothing is changed.
    """
    surface, mark = output.inputs["Surface"], place.tree.nodes[PASS].inputs["Value"]
    shown, random = source_of(surface), place.tree.nodes[_INFO].outputs["Random"]
    try:
        try:
            passing = 0.0 if everything else transparency(place, surface)
            opaque = place.new("BsdfDiffuse").outputs[0]
            if not isinstance(passing, float):
                gone = place.new("Math", passing, 1 - A_TRACE, operation="GREATER_THAN").outputs[0]
                there = place.new("Math", 1.0, gone, operation="SUBTRACT").outputs[0]
                transparent = place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0]
                place.plug(place.new("MixShader", gone, opaque, transparent).outputs[0], surface)
                place.plug(place.new("Math", random, there, operation="MULTIPLY").outputs[0], mark)
            elif passing > 1 - A_TRACE:
                place.tree.links.remove(mark.links[0])
            elif shown:
                place.plug(opaque, surface)
            told = True
        except Unknown:
            told = False
        yield told
    finally:
        for node in place.made:
            place.tree.nodes.remove(node)
        if source_of(surface) != shown:
            place.tree.links.new(shown, surface)
        if source_of(mark) != random:
            place.tree.links.new(random, mark)


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

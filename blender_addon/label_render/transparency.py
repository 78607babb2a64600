"""Takes chance out of surfaces for the label render: a point of one is the surface or is looked through.

Cycles writes no index where a surface's alpha is below the threshold, and then throws dice whether the ray goes on
through it: what lies behind comes out as speckle. Here such points become fully transparent, and nothing is left to
chance. Which points those are the label may say (`Label.transparency`), and else the threshold.

A material may be under several labels, so its nodes ask for the index that the passes show at the point: that of the
material, else that of the object, as the stage has put it there for instances. Ignore is no index, and its points lie
beside others of the same thing; they go into a pass of their own, an AOV. AOVs add up along a ray: what is looked
through adds nothing, and behind what is there nothing is seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import bpy

from ..compat import shader_tree
from ..contract.labels import BY_ALPHA, IGNORED, SEE_THROUGH, SURFACE, LabelSet, decided_by_policy
from ..scene_labels import count_labels
from .light_through import (
    Place,
    Suspicion,
    Twin,
    Unknown,
    Value,
    may_be_transparent,
    remove_twins,
    source_of,
    transparency,
)
from .stage import changed

A_TRACE = 1e-4
"""Of light: what passes less is opaque, what stops less is not there. Eight bits of alpha have steps of 4e-3."""

IGNORE_PASS = "labelpass ignore"


@dataclass(frozen=True)
class Policies:
    """`runs`: {policy: (first id, last id) of labels that have it}, of a label set in which some in use have one."""

    runs: Mapping[str, tuple[tuple[int, int], ...]]
    by_id: Mapping[int, str]

    @property
    def of_glass(self) -> bool:
        return bool({SEE_THROUGH, IGNORED} & self.runs.keys())


def policies_in_use(label_set: LabelSet | None) -> Policies | None:
    """What the labels in use say; None where all leave it to the threshold, or nothing carries one that does not."""
    by_id = {label.id: label.transparency for label in label_set.labels} if label_set else {}
    told = {label.id for label in label_set.labels if decided_by_policy(label)} if label_set else set()
    if not told:
        return None
    used = {*count_labels(bpy.data.objects), *(material.pass_index for material in bpy.data.materials)}
    if not told & used:
        return None
    runs: dict[str, list[tuple[int, int]]] = {}
    last = ""
    for id_ in sorted(by_id):
        policy = by_id[id_] if id_ in used or by_id[id_] == last else last or BY_ALPHA  # nobody asks for the others
        if policy == last:
            runs[policy][-1] = (runs[policy][-1][0], id_)
        else:
            runs.setdefault(policy, []).append((id_, id_))
        last = policy
    return Policies({policy: tuple(some) for policy, some in runs.items() if policy != BY_ALPHA}, by_id)


@contextmanager
def all_or_nothing(view_layer: bpy.types.ViewLayer, threshold: float, label_set: LabelSet | None) -> Iterator[str]:
    """Until the block ends, no surface is half transparent to labels: alpha >= `threshold` counts, less is not there.

    At 0 everything counts, what is fully transparent included; at 1 only what is fully opaque. Labels of the set with
    a policy of their own follow that. Materials that are opaque everywhere are not touched. Nor are those whose alpha
    cannot be read (`Unknown`): Cycles decides. Yields the pass that is 1 where a point is to be ignored, and else 0;
    "" where no label in use says so.
    """
    policies = policies_in_use(label_set)
    if not threshold and not policies:
        yield ""
        return
    limit = 1 - threshold + min(threshold / 2, 1e-6) if threshold else math.inf  # float32 rounds
    plain, glassy = Suspicion(), Suspicion(glass=bool(policies and policies.of_glass))
    with ExitStack() as stack:
        # What is left counts, also where Cycles' own sum is a rounding below the threshold.
        stack.enter_context(changed(view_layer, pass_alpha_threshold=threshold * 0.999 or 1e-6))
        ignore = stack.enter_context(_ignore_pass(view_layer)) if policies and IGNORED in policies.runs else ""
        twins: dict[bpy.types.NodeTree, Twin] = {}
        twins_of_glass: dict[bpy.types.NodeTree, Twin] = {}
        stack.callback(remove_twins, twins)
        stack.callback(remove_twins, twins_of_glass)
        for tree, asks in _trees(policies):
            if policies is None or not (asks or limit == math.inf):
                for output in list(_outputs(tree)) if may_be_transparent(tree, plain) else ():
                    place = Place(tree, twins, plain)
                    stack.enter_context(_decided(output, partial(_by_alpha, place, limit), place))
            elif may_be_transparent(tree, glassy):
                for output in list(_outputs(tree)):
                    places = Place(tree, twins, plain), Place(tree, twins_of_glass, glassy)
                    by_label = partial(_by_label, *places, limit, policies, ignore)
                    stack.enter_context(_decided(output, by_label, *places))
        yield ignore


def _trees(policies: Policies | None) -> Iterator[tuple[bpy.types.NodeTree, bool]]:
    """(tree, whether its points may have a label with a policy) of all materials, and of groups: outputs may stand in
    them, too."""
    for material in bpy.data.materials:
        if material.users and material.node_tree:
            own = policies.by_id.get(material.pass_index, BY_ALPHA) if policies and material.pass_index else ""
            yield material.node_tree, own != BY_ALPHA
    for group in bpy.data.node_groups:
        if group.type == "SHADER":
            yield group, True


@contextmanager
def _ignore_pass(view_layer: bpy.types.ViewLayer) -> Iterator[str]:
    active, aov = view_layer.active_aov_index, view_layer.aovs.add()
    aov.type, aov.name = "VALUE", IGNORE_PASS
    try:
        yield aov.name
    finally:
        view_layer.aovs.remove(view_layer.aovs[-1])
        view_layer.active_aov_index = active


def constant_alpha(material: bpy.types.Material) -> float:
    """The alpha of a material's surface where it is one number for all of it, else 1."""
    tree = shader_tree(material)
    output = tree.get_output_node("CYCLES") if tree else None
    try:
        return 1 - min(transparency(None, output.inputs["Surface"]), 1.0) if output else 1.0
    except Unknown:
        return 1.0


def _outputs(tree: bpy.types.NodeTree) -> Iterator[bpy.types.Node]:
    for node in tree.nodes:
        if node.type == "OUTPUT_MATERIAL" and source_of(node.inputs["Surface"]):
            yield node


@contextmanager
def _decided(
    output: bpy.types.Node, decide: Callable[[bpy.types.NodeSocket, bpy.types.NodeSocket], None], *places: Place
) -> Iterator[None]:
    """What a material's output shows, made opaque or nothing by `decide`, which is called with the output's surface and
    what it shows. The nodes that it makes in `places` go when the block ends; where alpha cannot be read, none count.
    """
    surface = output.inputs["Surface"]
    shown = source_of(surface)
    try:
        with suppress(Unknown):
            decide(surface, shown)
        yield
    finally:
        for place in places:
            for node in place.made:
                place.tree.nodes.remove(node)
        if source_of(surface) != shown:
            output.id_data.links.new(shown, surface)


def _by_alpha(place: Place, limit: float, surface: bpy.types.NodeSocket, shown: bpy.types.NodeSocket) -> None:
    """Nothing at all where more than `limit` of the light passes through."""
    passing = transparency(place, surface)
    if isinstance(passing, float) and passing <= limit:
        return
    nothing = place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0]
    if not isinstance(passing, float):
        too_much = place.new("Math", passing, limit, operation="GREATER_THAN").outputs[0]
        nothing = place.new("MixShader", too_much, shown, nothing).outputs[0]
    place.plug(nothing, surface)


def _by_label(
    place: Place,
    glass: Place,
    limit: float,
    policies: Policies,
    ignore: str,
    surface: bpy.types.NodeSocket,
    shown: bpy.types.NodeSocket,
) -> None:
    """Opaque or nothing as the label of each point says."""
    passing = transparency(place, surface)
    seen = transparency(glass, surface) if glass.suspected.glass else passing
    if (passing, seen) != (0.0, 0.0):
        _build_by_label(place, surface, shown, passing, seen, limit, policies, ignore)


def _build_by_label(
    place: Place,
    surface: bpy.types.NodeSocket,
    shown: bpy.types.NodeSocket,
    passing: Value,
    seen: Value,
    limit: float,
    policies: Policies,
    ignore: str,
) -> None:
    def calculate(operation: str, *values: Value) -> bpy.types.NodeSocket:
        return place.new("Math", *values, operation=operation).outputs[0]

    info = place.new("ObjectInfo").outputs
    by_object = calculate("LESS_THAN", info["Material Index"], 0.5)
    index = calculate("MULTIPLY_ADD", info["Object Index"], by_object, info["Material Index"])

    def share(policy: str) -> Value:
        """1 where the label has the policy, else 0."""
        found: Value = 0.0
        for first, last in policies.runs.get(policy, ()):
            inside = calculate("COMPARE", index, (first + last) / 2, (last - first) / 2 + 0.25)
            found = calculate("ADD", inside, found)
        return found

    through, ignored = share(SEE_THROUGH), share(IGNORED)
    whole = calculate("ADD", share(SURFACE), ignored)
    told = calculate("ADD", whole, through)
    gone = calculate("GREATER_THAN", passing, 1 - A_TRACE)
    half = calculate("GREATER_THAN", seen, A_TRACE)
    hidden = calculate("MULTIPLY_ADD", through, half, calculate("MULTIPLY", whole, gone))
    if limit != math.inf:
        by_alpha = calculate("SUBTRACT", 1.0, told)
        hidden = calculate("MULTIPLY_ADD", by_alpha, calculate("GREATER_THAN", passing, limit), hidden)
    opaque = place.new("BsdfDiffuse").outputs[0]
    counted = place.new("MixShader", told if limit != math.inf else 1.0, shown, opaque).outputs[0]
    transparent = place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0]
    place.plug(place.new("MixShader", hidden, counted, transparent).outputs[0], surface)
    if ignore:
        there = calculate("SUBTRACT", 1.0, gone)
        node = place.new("OutputAOV", aov_name=ignore)
        place.plug(calculate("MULTIPLY", calculate("MULTIPLY", ignored, half), there), node.inputs["Value"])

"""Takes chance out of surfaces for the label render: a point of one is the surface or is looked through.

Cycles throws dice whether a ray goes on through what is half there: what lies behind comes out as speckle, in labels
where alpha is below the threshold, in colours and holdouts always. Here points become fully transparent or not at all
(`solid`), and nothing is left to chance. Which points those are the label may say (`Label.transparency`), and else the
threshold.

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
    can_be_read,
    may_be_transparent,
    remove_twins,
    source_of,
    transparency,
)
from .solid import solid
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
    cannot be read (`Unknown`, `unreadable`): Cycles decides. Yields the pass that is 1 where a point is to be ignored,
    and else 0; "" where no label in use says so.
    """
    policies = policies_in_use(label_set)
    limit = 1 - threshold + min(threshold / 2, 1e-6) if threshold else math.inf  # float32 rounds
    plain, glassy = Suspicion(), Suspicion(glass=bool(policies and policies.of_glass))
    with ExitStack() as stack:
        # What is left counts, also where Cycles' own sum is a rounding below the threshold.
        least = threshold * 0.999 or (1e-6 if policies else 0.0)
        stack.enter_context(changed(view_layer, pass_alpha_threshold=least))
        ignore = stack.enter_context(_ignore_pass(view_layer)) if policies and IGNORED in policies.runs else ""
        twins: dict[bpy.types.NodeTree, Twin] = {}
        twins_of_glass: dict[bpy.types.NodeTree, Twin] = {}
        stack.callback(remove_twins, twins)
        stack.callback(remove_twins, twins_of_glass)
        for tree, asks in _trees(policies):
            by_label = policies is not None and (asks or limit == math.inf)
            output = _output(tree) if may_be_transparent(tree, glassy if by_label else plain) else None
            if not output:
                continue
            place, surface = Place(tree, twins, plain), output.inputs["Surface"]
            if policies and by_label:
                glass = Place(tree, twins_of_glass, glassy)
                decide = partial(_by_label, place, glass, surface, limit, policies, ignore)
                stack.enter_context(_decided(decide, glass, place))
            else:
                stack.enter_context(_decided(partial(_by_alpha, place, surface, limit), place))
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
    output = _output(tree) if tree else None
    try:
        return 1 - min(transparency(None, output.inputs["Surface"]), 1.0) if output else 1.0
    except Unknown:
        return 1.0


def unreadable(material: bpy.types.Material) -> bool:
    """Whether light may pass through a material in a way that its nodes do not tell: labels of it are chance."""
    tree, suspected = shader_tree(material), Suspicion()
    if not tree or not may_be_transparent(tree, suspected):
        return False
    shown = [tree, *_groups_in(tree, set())]  # outputs may stand in groups, too
    outputs = filter(None, map(_output, shown))
    return not all(can_be_read(output.inputs["Surface"], suspected) for output in outputs)


def _groups_in(tree: bpy.types.NodeTree, known: set[bpy.types.NodeTree]) -> set[bpy.types.NodeTree]:
    """The groups that a tree shows, and theirs; `known` is filled."""
    for node in tree.nodes:
        group = node.node_tree if node.bl_idname == "ShaderNodeGroup" else None
        if group and group not in known:
            known.add(group)
            _groups_in(group, known)
    return known


def _output(tree: bpy.types.NodeTree) -> bpy.types.Node | None:
    """The node by which a tree shows a surface to Cycles, if it has one."""
    output = tree.get_output_node("CYCLES")
    return output if output and source_of(output.inputs["Surface"]) else None


@contextmanager
def _decided(decide: Callable[[], None], *places: Place) -> Iterator[None]:
    """Have `decide` make what an output shows opaque or nothing; what it builds in the places goes when the block ends.
    Where alpha cannot be read, none of it counts."""
    try:
        with suppress(Unknown):
            decide()
        yield
    finally:
        for place in places:
            place.put_back()


_STAND_IN = "labelpass stand-in"


def _stand_in(place: Place, surface: bpy.types.NodeSocket, hidden: Value) -> None:
    """Show nothing at all where `hidden` is 1, and else what is there, opaque."""
    there = solid(place, surface) or place.new("BsdfDiffuse", (0.0, 0.0, 0.0, 1.0)).outputs[0]
    nothing = place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0]
    stand_in = place.new("MixShader", hidden, there, nothing, name=_STAND_IN)
    place.replug(stand_in.outputs[0], surface)


def hidden_of(material: bpy.types.Material) -> bpy.types.NodeSocket | None:
    """Within `all_or_nothing`, the input that says where a surface is not there, 1 or 0; None where it was opaque."""
    stand_in = material.node_tree.nodes.get(_STAND_IN) if material.node_tree else None
    return stand_in and stand_in.inputs[0]


def _by_alpha(place: Place, surface: bpy.types.NodeSocket, limit: float) -> None:
    """Nothing at all where more than `limit` of the light passes through."""
    passing = transparency(place, surface)
    if passing == 0.0:
        return
    if isinstance(passing, float) or limit == math.inf:
        _stand_in(place, surface, float(limit != math.inf and passing > limit))
    else:
        _stand_in(place, surface, place.new("Math", passing, limit, operation="GREATER_THAN").outputs[0])


def _by_label(
    place: Place, glass: Place, surface: bpy.types.NodeSocket, limit: float, policies: Policies, ignore: str
) -> None:
    """Opaque or nothing as the label of each point says."""
    passing = transparency(place, surface)
    seen = transparency(glass, surface) if glass.suspected.glass else passing
    if (passing, seen) == (0.0, 0.0):
        return

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
    gone = calculate("GREATER_THAN", passing, 1 - A_TRACE)
    half = calculate("GREATER_THAN", seen, A_TRACE)
    hidden = calculate("MULTIPLY_ADD", through, half, calculate("MULTIPLY", whole, gone))
    if limit != math.inf:
        by_alpha = calculate("SUBTRACT", 1.0, calculate("ADD", whole, through))
        hidden = calculate("MULTIPLY_ADD", by_alpha, calculate("GREATER_THAN", passing, limit), hidden)
    _stand_in(place, surface, hidden)
    if ignore:
        there = calculate("SUBTRACT", 1.0, gone)
        node = place.new("OutputAOV", aov_name=ignore)
        place.plug(calculate("MULTIPLY", calculate("MULTIPLY", ignored, half), there), node.inputs["Value"])

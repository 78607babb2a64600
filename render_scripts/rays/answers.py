"""What a ray says of a pixel: the label code of the first surface that counts, or why rays cannot tell.

Which label a surface has says the one resolver, on the scene as the person left it. Whether light passes through it is
known where that is one number for a whole material; what textures, glass under a policy or hair do is not guessed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import bpy

from blender_addon.compat import shader_tree
from blender_addon.contract.labels import BACKGROUND, BY_ALPHA, IGNORE, IGNORED, SEE_THROUGH, LabelSet
from blender_addon.instancing import Chain
from blender_addon.label_render.light_through import Suspicion, Unknown, may_be_transparent
from blender_addon.label_render.transparency import A_TRACE
from blender_addon.occurrences import is_volume, occurrences
from blender_addon.scene_labels import resolve

from .caster import Hit
from .light_at import Bounds, Point, Textures, Varies, passing_anywhere, passing_at, shown_at
from .surfaces import Surface

THERE, THROUGH, VOID = "there", "through", "void"
_VARIES = "transparency that varies"
_DECIDED = {SEE_THROUGH, IGNORED}
"""Policies of labels that decide themselves what light passes through."""
MANY_CHAINS = "reached through instancers of several labels"


@dataclass(frozen=True)
class Answer:
    """`code` is a label code and `hit` what it was read off (None: no surface, or a holdout); or `why` rays cannot
    tell."""

    code: int = BACKGROUND
    hit: Hit | None = None
    why: str = ""


class Answers:
    """Reads labels off what rays meet, in the depsgraph of a render."""

    def __init__(
        self,
        depsgraph: bpy.types.Depsgraph,
        view_layer: bpy.types.ViewLayer,
        label_set: LabelSet,
        threshold: float,
        void: int = 0,
    ) -> None:
        """`void`: an index that stands for `IGNORE`, 0 for none."""
        self._depsgraph, self._view_layer = depsgraph, view_layer
        self._policies = {label.id: label.transparency for label in label_set.labels}
        self._threshold, self._void = threshold, void
        self._suspected = Suspicion(), Suspicion(glass=True)
        self._textures = Textures()
        self._seen_anywhere = lru_cache(maxsize=None)(self._seen_of_all)
        self._may_be_held_out = lru_cache(maxsize=None)(self._has_holdout)

    def answer(self, met: Iterable[Hit], fogs: Iterable[tuple[float, str]] = ()) -> Answer:
        """The answer of one ray. `met`: what it meets, nearest first; `fogs`: where it enters what hides from rays."""
        return next(self.all(met, fogs), Answer())

    def all(self, met: Iterable[Hit], fogs: Iterable[tuple[float, str]] = ()) -> Iterator[Answer]:
        """The answers of all that a ray meets and that counts; what follows one that counts is hidden by it."""
        hidden = min(fogs, default=None)
        for hit in met:
            if hidden and hidden[0] < hit.distance:
                break
            answer = self.of(hit)
            if answer:
                yield answer
        if hidden:
            yield Answer(why=hidden[1])

    def of_whole(self, surface: Surface, triangle: int) -> int | None:
        """The code of all points of a surface that have the material of this triangle, `IGNORE` where rays cannot tell;
        None where that must be asked of each point."""
        material = surface.material(triangle)
        labels = self._labels(surface, material)
        if len(labels) > 1:
            return IGNORE
        if surface.is_holdout or self._may_be_held_out(material):
            return None
        (label,) = labels
        seen = self._seen_anywhere(material, self._policies.get(label, BY_ALPHA))
        if seen is None or seen == THROUGH:
            return None
        return label if seen == THERE and not (label and label == self._void) else IGNORE

    def of(self, hit: Hit) -> Answer | None:
        """The answer of one thing that a ray meets; None where it is looked through."""
        surface, material = hit.surface, hit.surface.material(hit.triangle)
        labels = self._labels(surface, material)
        if len(labels) > 1:
            return Answer(hit=hit, why=MANY_CHAINS)
        (label,) = labels
        seen = self._seen(hit, material, self._policies.get(label, BY_ALPHA))
        if seen == THROUGH:
            return None
        if seen not in {THERE, VOID}:
            return Answer(hit=hit, why=seen)
        try:
            if surface.is_holdout or self._is_held_out(hit, material):
                return Answer()
        except Unknown:
            return Answer(hit=hit, why="a holdout in part")
        return Answer(IGNORE if seen == VOID or (label and label == self._void) else label, hit)

    def _has_holdout(self, material: bpy.types.Material | None) -> bool:
        known = self._of_material(material)
        return not isinstance(known, str) and _has(known, {"ShaderNodeHoldout"})

    def _is_held_out(self, hit: Hit, material: bpy.types.Material | None) -> bool:
        """Whether a material shows nothing but a holdout at a point. Raises Unknown where rays cannot tell."""
        if not self._may_be_held_out(material):
            return False
        surface = material.node_tree.get_output_node("CYCLES").inputs["Surface"]
        least, most = shown_at(Point(hit.surface, hit.triangle, hit.point), surface, self._textures)
        if least <= 0 < most:
            raise Unknown
        return most <= 0

    def _labels(self, surface: Surface, material: bpy.types.Material | None) -> set[int]:
        """The label of a surface; several where it is reached in ways that evaluation does not tell apart."""
        if surface.host == surface.obj or surface.is_holdout:  # instancers give holdouts none
            return {resolve(surface.obj, material=material).label_id}
        chains = self._chains.get((surface.host, surface.obj), ((surface.host,),))
        return {resolve(surface.obj, material=material, instancers=chain).label_id for chain in chains}

    @cached_property
    def _chains(self) -> dict[tuple[bpy.types.Object, bpy.types.Object], list[Chain]]:
        """{(outermost instancer, object): the ways between them}."""
        found: dict[tuple[bpy.types.Object, bpy.types.Object], list[Chain]] = defaultdict(list)
        for thing in occurrences(self._view_layer, self._depsgraph):
            if thing.instancers:
                found[thing.instancers[0], thing.obj].append(thing.instancers)
        return dict(found)

    def _seen(self, hit: Hit, material: bpy.types.Material | None, policy: str) -> str:
        """THERE, THROUGH or VOID; or why rays cannot tell."""
        whole = self._seen_anywhere(material, policy)
        if whole is not None:
            return whole
        point = Point(hit.surface, hit.triangle, hit.point)
        return self._seen_through(material, policy, lambda socket: passing_at(point, socket, self._textures))

    def _seen_of_all(self, material: bpy.types.Material | None, policy: str) -> str | None:
        """`_seen` of all points of a material; None where they may differ."""
        known = self._of_material(material)
        if isinstance(known, str):
            return known
        plain, glassy = (may_be_transparent(known, suspicion) for suspicion in self._suspected)
        if not plain and not (glassy and policy in _DECIDED):
            return THERE
        try:
            return self._seen_through(material, policy, lambda socket: passing_anywhere(socket, self._textures))
        except Varies:
            return None

    def _seen_through(
        self, material: bpy.types.Material, policy: str, passing_of: Callable[[bpy.types.NodeSocket], Bounds]
    ) -> str:
        tree = shader_tree(material)
        try:
            passing = passing_of(tree.get_output_node("CYCLES").inputs["Surface"])
        except Unknown:
            return _VARIES
        if policy in _DECIDED and _has_glass(tree) and passing[1] <= 1 - A_TRACE:
            return "glass that its label decides about"
        return self._decided(passing, policy) or _VARIES

    def _decided(self, passing: Bounds, policy: str) -> str:
        """What a label makes of a point through which so much light passes; "" where it lies between two answers."""
        if policy == BY_ALPHA:
            limit = 1 - self._threshold + min(self._threshold / 2, 1e-6) if self._threshold else math.inf
            return _on_one_side(passing, limit, THERE, THROUGH)
        gone = _on_one_side(passing, 1 - A_TRACE, THERE, THROUGH)
        if policy == SEE_THROUGH:
            return _on_one_side(passing, A_TRACE, THERE, THROUGH)
        if policy == IGNORED and gone == THERE:
            return _on_one_side(passing, A_TRACE, THERE, VOID)
        return gone

    def _of_material(self, material: bpy.types.Material | None) -> str | bpy.types.NodeTree:
        """What all of a material's points are, or the nodes that say it."""
        tree = shader_tree(material) if material else None
        if not tree or not tree.get_output_node("CYCLES"):
            return THERE
        return THROUGH if is_volume(material) else tree


def _on_one_side(passing: Bounds, limit: float, below: str, above: str) -> str:
    return below if passing[1] <= limit else above if passing[0] > limit else ""


def _has_glass(tree: bpy.types.NodeTree) -> bool:
    """Whether some of it is glass, beside what lets light pass by its alpha."""
    return _has(tree, {"ShaderNodeBsdfGlass", "ShaderNodeBsdfRefraction"}) or any(
        node.bl_idname == "ShaderNodeGroup"
        or (node.bl_idname == "ShaderNodeBsdfPrincipled"
            and (node.inputs["Transmission Weight"].is_linked or node.inputs["Transmission Weight"].default_value > 0))
        for node in tree.nodes
    )  # fmt: skip


def _has(tree: bpy.types.NodeTree, kinds: set[str], known: frozenset[bpy.types.NodeTree] = frozenset()) -> bool:
    """Whether a node of these kinds is linked to anything, in a tree or its groups."""
    if any(node.bl_idname in kinds and node.outputs[0].is_linked for node in tree.nodes):
        return True
    groups = {node.node_tree for node in tree.nodes if getattr(node, "node_tree", None)} - known
    return any(_has(group, kinds, known | groups) for group in groups)

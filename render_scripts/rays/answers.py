"""What a ray says of a pixel: the label code of the first surface that counts, or why rays cannot tell.

Which label a surface has says the one resolver, on the scene as the person left it. Whether light passes through it is
known where that is one number for a whole material; what textures, glass under a policy or hair do is not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import bpy

from blender_addon.contract.labels import BACKGROUND, BY_ALPHA, IGNORE, IGNORED, SEE_THROUGH, LabelSet
from blender_addon.label_render.light_through import Suspicion, Unknown, may_be_transparent, transparency
from blender_addon.label_render.transparency import A_TRACE
from blender_addon.occurrences import Chain, is_volume, occurrences
from blender_addon.scene_labels import resolve

from .caster import Hit
from .surfaces import Surface

THERE, THROUGH, VOID = "there", "through", "void"
MANY_CHAINS = "reached through instancers of several labels"


@dataclass(frozen=True)
class Answer:
    """`code` is a label code and `hit` what it was read off (None: no surface); or `why` rays cannot tell."""

    code: int = BACKGROUND
    hit: Hit | None = None
    why: str = ""


class Answers:
    """Reads labels off what rays meet, in the depsgraph of a render."""

    def __init__(
        self, depsgraph: bpy.types.Depsgraph, view_layer: bpy.types.ViewLayer, label_set: LabelSet, threshold: float
    ) -> None:
        self._depsgraph, self._view_layer = depsgraph, view_layer
        self._policies = {label.id: label.transparency for label in label_set.labels}
        self._threshold = threshold
        self._override = view_layer.material_override
        self._suspected = Suspicion(), Suspicion(glass=True)
        self._passing = lru_cache(maxsize=None)(self._light_through)

    def answer(self, met: Iterable[Hit], fogs: Iterable[tuple[float, str]] = ()) -> Answer:
        """The answer of one ray. `met`: what it meets, the nearest first; `fogs`: where it enters what hides from rays."""
        return next(self.all(met, fogs), Answer())

    def all(self, met: Iterable[Hit], fogs: Iterable[tuple[float, str]] = ()) -> Iterator[Answer]:
        """The answers of all that a ray meets and that counts; what follows one that counts is hidden by it."""
        hidden = min(fogs, default=None)
        for hit in met:
            if hidden and hidden[0] < hit.distance:
                break
            answer = self._of(hit)
            if answer:
                yield answer
        if hidden:
            yield Answer(why=hidden[1])

    def _of(self, hit: Hit) -> Answer | None:
        surface, material = hit.surface, hit.surface.material(hit.triangle)
        if surface.is_holdout:
            return Answer(why="holdout")
        labels = self._labels(surface, material)
        if len(labels) > 1:
            return Answer(hit=hit, why=MANY_CHAINS)
        (label,) = labels
        seen = self._passing(material, self._policies.get(label, BY_ALPHA))
        if seen == THROUGH:
            return None
        return Answer(label, hit) if seen == THERE else Answer(IGNORE, hit) if seen == VOID else Answer(why=seen)

    def _labels(self, surface: Surface, material: bpy.types.Material | None) -> set[int]:
        """The label of a surface; several where it is reached in ways that evaluation does not tell apart."""
        if surface.host == surface.obj:
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

    def _light_through(self, material: bpy.types.Material | None, policy: str) -> str:
        """THERE, THROUGH or VOID; or why rays cannot tell."""
        tree = material and material.node_tree
        output = tree and tree.get_output_node("CYCLES")
        if not output:
            return THERE
        if is_volume(material):
            return THROUGH
        if _has_holdout(tree):
            return "holdout"
        plain, glassy = (may_be_transparent(tree, suspicion) for suspicion in self._suspected)
        glass = policy in {SEE_THROUGH, IGNORED} and glassy and not plain
        if not plain and not glass:
            return THERE
        try:
            passing = transparency(None, output.inputs["Surface"])
        except Unknown:
            return "transparency that varies"
        if not isinstance(passing, float):
            return "transparency that varies"
        if glass or (glassy and policy in {SEE_THROUGH, IGNORED} and passing <= A_TRACE):
            return "glass that its label decides about"
        gone, half = passing > 1 - A_TRACE, passing > A_TRACE
        if policy == BY_ALPHA:
            limit = 1 - self._threshold + min(self._threshold / 2, 1e-6)
            return THROUGH if self._threshold and passing > limit else THERE
        if policy == SEE_THROUGH:
            return THROUGH if half else THERE
        if gone:
            return THROUGH
        return VOID if policy == IGNORED and half else THERE


def _has_holdout(tree: bpy.types.NodeTree, known: set[bpy.types.NodeTree] | None = None) -> bool:
    known = known if known is not None else set()
    known.add(tree)
    groups = [node.node_tree for node in tree.nodes if getattr(node, "node_tree", None)]
    if any(node.bl_idname == "ShaderNodeHoldout" and node.outputs[0].is_linked for node in tree.nodes):
        return True
    return any(_has_holdout(group, known) for group in groups if group not in known)

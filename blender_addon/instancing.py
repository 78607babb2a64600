"""How objects show other objects: by an instance of a collection, by nodes or particles, on vertices or faces."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import bpy

Chain = tuple[bpy.types.Object, ...]
"""The instancers that something is reached through, outermost first."""


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
    return obj.instance_type in ELEMENTS or any(_is_evaluated(modifier, trees) for modifier in obj.modifiers)


def _is_evaluated(modifier: bpy.types.Modifier, trees: Collection[bpy.types.NodeTree]) -> bool:
    if modifier.type == "PARTICLE_SYSTEM":
        return modifier.particle_system.settings.render_type in {"OBJECT", "COLLECTION"}
    return modifier.type == "NODES" and modifier.node_group in trees


ELEMENTS = {"VERTS", "FACES"}


def is_on_elements(obj: bpy.types.Object) -> bool:
    """True for what is shown on its parent's vertices or faces: Blender renders the copies, and not the object."""
    return bool(obj.parent and obj.parent.instance_type in ELEMENTS)


def instances_collection(obj: bpy.types.Object) -> bool:
    return obj.type == "EMPTY" and obj.instance_type == "COLLECTION" and bool(obj.instance_collection)


class CopyChains:
    """The ways from what is copied up to the object of the view layer that shows it, of which evaluation names the
    outermost alone.

    One object shows another where it instances a collection of it, or where its nodes or particles refer to it, through
    whatever it is in. That nodes refer to something does not say that they show it, so there may be more ways than a
    render has copies.
    """

    def __init__(self, trees: Collection[bpy.types.NodeTree]):
        self._trees = trees
        self._found: dict[tuple[bpy.types.Object, bpy.types.Object], tuple[Chain, ...]] = {}

    def between(self, top: bpy.types.Object, obj: bpy.types.Object, depth: int) -> list[Chain]:
        """The ways from `top` to `obj` with a host among them; one of those that carry the same labels.

        `depth` is how many levels of instancing Blender counts: one for each instance of a collection, and one or more
        for all hosts together, since what a host refers to may be taken over with all that it shows.
        """
        return [chain for chain in self._chains(top, obj, ()) if 0 < self._levels(chain) <= depth]

    def _levels(self, chain: Chain) -> int:
        """How many levels of instancing a way has at least; 0 where nothing on it is a host."""
        hosts = sum(is_host(each, self._trees) for each in chain)
        return len(chain) - hosts + 1 if hosts else 0

    def _chains(self, top: bpy.types.Object, obj: bpy.types.Object, below: Chain) -> tuple[Chain, ...]:
        if (top, obj) not in self._found:
            found: dict[tuple[object, ...], Chain] = {}
            for user in self._instancers_of(obj):
                if user in below:
                    continue
                ways = ((),) if user == top else self._chains(top, user, (*below, obj))
                for chain in ((*way, user) for way in ways):
                    carriers = (each for each in chain if each.pass_index)
                    found.setdefault((self._levels(chain), *carriers), chain)
            self._found[top, obj] = tuple(found.values())
        return self._found[top, obj]

    def _instancers_of(self, obj: bpy.types.Object) -> list[bpy.types.Object]:
        if is_on_elements(obj):
            return [obj.parent]
        found: dict[bpy.types.Object, None] = {}
        reached: set[bpy.types.ID] = {obj}
        waiting: list[bpy.types.ID] = [obj]
        while waiting:
            block = waiting.pop()
            for user in self._users.get(block, set()) - reached:
                if isinstance(user, _CONTAINERS):
                    reached.add(user)
                    waiting.append(user)
                elif isinstance(user, bpy.types.Object) and self._shows(user, block):
                    found[user] = None
        return sorted(found, key=lambda user: user.name_full)

    def _shows(self, user: bpy.types.Object, block: bpy.types.ID) -> bool:
        if instances_collection(user):
            return bool(user.instance_collection == block)
        return user.parent != block and is_host(user, self._trees)

    @cached_property
    def _users(self) -> dict[bpy.types.ID, set[bpy.types.ID]]:
        kinds = {"OBJECT", "COLLECTION", "NODETREE", "PARTICLE"}
        users: dict[bpy.types.ID, set[bpy.types.ID]] = bpy.data.user_map(key_types=kinds, value_types=kinds)
        return users


_CONTAINERS = (bpy.types.Collection, bpy.types.NodeTree, bpy.types.ParticleSettings)

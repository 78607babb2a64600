"""How objects show other objects: by an instance of a collection, by nodes or particles, on vertices or faces."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import bpy

from .compat import modifier_inputs

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


def instanced_by(obj: bpy.types.Object) -> set[bpy.types.Object]:
    """Objects that an object may show besides itself: members of what it instances, what its nodes and particles refer
    to, its children where it has instances on its vertices or faces."""
    blocks: set[object] = {obj.instance_collection, *(obj.children if obj.instance_type in ELEMENTS else ())}
    for modifier in obj.modifiers:
        if modifier.type == "PARTICLE_SYSTEM":
            settings = modifier.particle_system.settings
            blocks |= {settings.instance_object, settings.instance_collection}
        elif modifier.type == "NODES" and modifier.node_group:
            blocks |= {*_referred(modifier.node_group), *filter(_is_block, modifier_inputs(modifier))}
    found = {block for block in blocks if isinstance(block, bpy.types.Object)}
    return found.union(*(block.all_objects for block in blocks if isinstance(block, bpy.types.Collection)))


def _referred(tree: bpy.types.NodeTree) -> Iterator[bpy.types.ID]:
    for node in tree.nodes:
        yield from filter(_is_block, (getattr(socket, "default_value", None) for socket in node.inputs))
        if getattr(node, "node_tree", None):
            yield from _referred(node.node_tree)


def _is_block(value: object) -> bool:
    return isinstance(value, bpy.types.Object | bpy.types.Collection)


class CopyChains:
    """The ways from what is copied up to the object of the view layer that shows it, of which evaluation names the
    outermost alone.

    One object shows another where it instances a collection of it, where its particles or its nodes refer to it
    (through an input of the modifier, too), or where it is the parent and has instances on its vertices or faces. That
    nodes refer to something does not say that they show it, so there may be more ways than a render has copies.
    """

    def __init__(self, trees: Collection[bpy.types.NodeTree]):
        self._trees = trees
        self._found: dict[tuple[bpy.types.Object, bpy.types.Object, bool], tuple[Chain, ...]] = {}
        self._shown: dict[bpy.types.Object, set[bpy.types.Object]] = {}
        self._within: dict[bpy.types.Object, set[bpy.types.Object]] = {}
        self._instancers: dict[tuple[bpy.types.Object, bool], set[bpy.types.Object]] = {}
        self._showing: dict[bpy.types.ID, set[bpy.types.Object]] = {}

    def between(self, top: bpy.types.Object, obj: bpy.types.Object, depth: int) -> list[Chain]:
        """The ways from `top` to `obj` with a host among them; one of those that carry the same labels.

        `depth` is how many levels of instancing Blender counts: one for each instance of a collection, and one or more
        for all hosts together, since what a host refers to may be taken over with all that it shows.
        """
        return [chain for chain in self._chains(top, obj, ())[0] if 0 < self._levels(chain) <= depth]

    def _levels(self, chain: Chain) -> int:
        """How many levels of instancing a way has at least; 0 where nothing on it is a host."""
        hosts = sum(is_host(each, self._trees) for each in chain)
        return len(chain) - hosts + 1 if hosts else 0

    def _chains(self, top: bpy.types.Object, obj: bpy.types.Object, below: Chain) -> tuple[tuple[Chain, ...], bool]:
        """The ways, and whether they are all: a way through what is `below` would go round in a circle."""
        key = (top, obj, bool(below))
        if key in self._found:
            return self._found[key], True
        found: dict[tuple[object, ...], Chain] = {}
        all_of_them = True
        users = self._instancers_of(obj, itself=not below) & self._reached_from(top)
        for user in sorted(users, key=lambda user: user.name_full) if len(users) > 1 else users:
            if user in below or user == obj:
                all_of_them = False
                continue
            ways, whole = (((),), True) if user == top else self._chains(top, user, (*below, obj))
            all_of_them &= whole
            for chain in ((*way, user) for way in ways):
                carriers = (each for each in chain if each.pass_index)
                found.setdefault((self._levels(chain), *carriers), chain)
        if all_of_them:
            self._found[key] = tuple(found.values())
        return tuple(found.values()), all_of_them

    def _reached_from(self, top: bpy.types.Object) -> set[bpy.types.Object]:
        """`top`, and what it may show that may show something itself."""
        if top not in self._within:
            reached, waiting = {top}, [top]
            while waiting:
                obj = waiting.pop()
                if obj not in self._shown:
                    self._shown[obj] = instanced_by(obj)
                waiting += self._shown[obj] - reached
                reached |= self._shown[obj]
            self._within[top] = {top, *(obj for obj in reached if self._shown[obj])}
        return self._within[top]

    def _instancers_of(self, obj: bpy.types.Object, itself: bool) -> set[bpy.types.Object]:
        """Objects that show `itself`, or else what it shows."""
        if (obj, itself) not in self._instancers:
            found = {obj.parent} if is_on_elements(obj) else self._referring_to(obj, itself)
            self._instancers[obj, itself] = found
        return self._instancers[obj, itself]

    def _referring_to(self, obj: bpy.types.Object, itself: bool) -> set[bpy.types.Object]:
        found: set[bpy.types.Object] = set()
        for user in self._users.get(obj, ()):
            if isinstance(user, bpy.types.Object):
                if _shows(user, obj, self._trees, itself):
                    found.add(user)
            elif isinstance(user, _CONTAINERS) and not (itself and _takes_over(user, obj)):
                found |= self._showing_all_of(user)
        return found

    def _showing_all_of(self, container: bpy.types.ID) -> set[bpy.types.Object]:
        """Objects that refer to a collection, a node tree or settings of particles, through whatever these are in."""
        if container not in self._showing:
            found: set[bpy.types.Object] = set()
            reached, waiting = {container}, [container]
            while waiting:
                block = waiting.pop()
                for user in self._users.get(block, set()) - reached:
                    if isinstance(user, _CONTAINERS):
                        reached.add(user)
                        waiting.append(user)
                    elif isinstance(user, bpy.types.Object) and _shows(user, block, self._trees, itself=False):
                        found.add(user)
            self._showing[container] = found
        return self._showing[container]

    @cached_property
    def _users(self) -> dict[bpy.types.ID, set[bpy.types.ID]]:
        kinds = {"OBJECT", "COLLECTION", "NODETREE", "PARTICLE"}
        users: dict[bpy.types.ID, set[bpy.types.ID]] = bpy.data.user_map(key_types=kinds, value_types=kinds)
        return users


_CONTAINERS = (bpy.types.Collection, bpy.types.NodeTree, bpy.types.ParticleSettings)


def _shows(user: bpy.types.Object, block: bpy.types.ID, trees: Collection[bpy.types.NodeTree], itself: bool) -> bool:
    """Whether an object refers to a block as something to be shown, and not to follow it or to be driven by it."""
    if instances_collection(user):
        return bool(user.instance_collection == block)
    for modifier in user.modifiers:
        if modifier.type == "PARTICLE_SYSTEM" and modifier.particle_system.settings == block:
            return True
        if modifier.type == "NODES" and modifier.node_group in trees:
            if modifier.node_group == block:
                return True
            if block in modifier_inputs(modifier):
                whole = not itself or isinstance(block, bpy.types.Collection)
                return whole or _may_instance(modifier.node_group)
    return False


def _takes_over(container: bpy.types.ID, obj: bpy.types.Object) -> bool:
    """Whether all that nodes do with an object that they name is to take its geometry, which is the host's then."""
    if not isinstance(container, bpy.types.NodeTree):
        return False
    naming = [
        node for node in container.nodes if any(getattr(socket, "default_value", None) == obj for socket in node.inputs)
    ]
    return bool(naming) and all(node.bl_idname == _INFO and not _instances(node) for node in naming)


def _may_instance(tree: bpy.types.NodeTree) -> bool:
    """Whether nodes, those of groups too, may instance an object that they are handed."""
    return any(
        _instances(node) or bool(getattr(node, "node_tree", None) and _may_instance(node.node_tree))
        for node in tree.nodes
    )


def _instances(node: bpy.types.Node) -> bool:
    if node.bl_idname != _INFO:
        return False
    switch = node.inputs["As Instance"]
    return bool(switch.default_value or any(not link.is_muted for link in switch.links))


_INFO = "GeometryNodeObjectInfo"

"""The things of a scene, as far as places go: what moves as one, what must stay, and how a motion is put on it.

A thing is the topmost object of which all that hangs on it has one label. So what hangs on one empty, as importers
leave it, are many things; what hangs on a surface with another label is a part of that and stays with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion, Vector
from numpy.typing import NDArray

from blender_addon.contract.labels import LabelSet
from blender_addon.scene_labels import CARRIERS, is_locked, resolve

from .bodies import Body, Motion
from .boxes import box_of
from .held import Change, Held

Chain = tuple[bpy.types.Object, ...]
"""An object and what it hangs on, the topmost first."""


@dataclass(eq=False)
class Thing:
    """`base`: the axes of its own location; `above`: the empties that it hangs on. `feet`: (where it stands, how far
    below that the ground is)."""

    root: bpy.types.Object
    base: Matrix
    above: Chain = ()
    labels: set[str] = field(default_factory=set)
    bodies: list[Body] = field(default_factory=list)
    kept: bool = False
    feet: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)

    @property
    def low(self) -> NDArray[np.float64]:
        return np.min([body.box.centre - body.box.reach for body in self.bodies], axis=0)

    @property
    def high(self) -> NDArray[np.float64]:
        return np.max([body.box.centre + body.box.reach for body in self.bodies], axis=0)

    def changes(self, motion: Motion, held: Held) -> Iterator[Change]:
        """What moves it so in the world, whatever it hangs on does to its own axes."""
        root, move = self.root, Matrix(motion.tolist())
        if root.parent:
            move = self.base.inverted() @ move @ self.base
        yield root, "location", tuple(move @ Vector(held.own(root, "location")))
        turn = move.to_quaternion().to_matrix() if root.parent else move.to_3x3()
        if root.rotation_mode == "QUATERNION":
            turned = turn @ Quaternion(held.own(root, "rotation_quaternion")).to_matrix()
            yield root, "rotation_quaternion", tuple(turned.to_quaternion())
        else:
            own = Euler(held.own(root, "rotation_euler"), root.rotation_mode)
            turned = turn @ own.to_matrix()
            yield root, "rotation_euler", tuple(turned.to_euler(root.rotation_mode, own))


def _base(root: bpy.types.Object) -> Matrix:
    """The axes in which an object's own location and rotation are told, in the world."""
    return root.parent.matrix_world @ root.matrix_parent_inverse if root.parent else Matrix()


def read_things(depsgraph: bpy.types.Depsgraph, label_set: LabelSet, keep: Collection[str]) -> list[Thing]:
    """All that the depsgraph shows, in things. `keep`: names of labels whose things stay."""
    names = {label.id: label.name for label in label_set.labels}
    bodies: list[tuple[Body, str, bool]] = []
    chains: dict[bpy.types.Object, Chain] = {}
    below: dict[bpy.types.Object, set[str]] = defaultdict(set)
    for instance in depsgraph.object_instances:
        obj = instance.object.original
        if obj.type not in CARRIERS or obj.hide_render or not instance.show_self:
            continue
        host = instance.parent.original if instance.is_instance and instance.parent else obj
        above = (host,) if host != obj else ()
        label = names.get(resolve(obj, instancers=above).label_id, "")
        chain = chains.get(host) or chains.setdefault(host, _chain(host))
        for each in chain:
            below[each].add(label)
        kept = any(names.get(each) in keep for each in _ids(obj, above))
        kept |= any(is_locked(each) or not _is_still(each) for each in (obj, *above))
        matrix = instance.matrix_world.copy()
        box = box_of(np.array(matrix), np.min(obj.bound_box, axis=0), np.max(obj.bound_box, axis=0))
        bodies.append((Body(obj, host, matrix, box), label, kept))
    found: dict[bpy.types.Object, Thing] = {}
    solid = {body.host for body, *_ in bodies}
    filming = {each for obj in bpy.context.scene.objects if obj.type == "CAMERA" for each in _chain(obj)}
    for body, label, kept in bodies:
        chain = chains[body.host]
        at = next((at for at, each in enumerate(chain) if len(below[each] - {""}) <= 1), len(chain) - 1)
        root, inner = chain[at], chain[at + 1 :]
        thing = found.get(root)
        if not thing:
            thing = found[root] = Thing(root, _base(root), chain[:at])
            thing.kept = root in filming or not (_can_be_moved(root) and all(map(_is_still, chain[:at])))
            thing.kept |= any(each in solid or is_locked(each) for each in chain[:at])
        thing.bodies.append(body)
        thing.labels.add(label)
        thing.kept |= kept or not all(map(_is_still, inner)) or any(root not in _chain(to) for to in _needs(body.obj))
    return list(found.values())


def _ids(obj: bpy.types.Object, above: Chain) -> set[int]:
    slots = (slot.material for slot in obj.material_slots)
    return {resolve(obj, instancers=above).label_id} | {each.pass_index for each in slots if each and each.pass_index}


def _chain(obj: bpy.types.Object) -> Chain:
    found = [obj]
    while found[-1].parent:
        found.append(found[-1].parent)
    return tuple(reversed(found))


def _is_still(obj: bpy.types.Object) -> bool:
    return not (obj.animation_data or obj.constraints or obj.rigid_body)


def _can_be_moved(root: bpy.types.Object) -> bool:
    """Whether only its own location and rotation say where a thing is, and can say any other place."""
    deltas = any(root.delta_location) or any(root.delta_rotation_euler)
    if deltas or root.library or root.rotation_mode == "AXIS_ANGLE" or is_locked(root) or not _is_still(root):
        return False
    if not root.parent:
        return True
    axes = np.array(_base(root).to_3x3())
    square = axes.T @ axes
    scale = square[0, 0]
    # Under axes of several scales a turn would be a shear, which no rotation says.
    return root.parent_type == "OBJECT" and scale > 0 and bool(np.abs(square - scale * np.eye(3)).max() < 1e-4 * scale)


def _needs(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """The objects that its modifiers look at: a cutter, an armature, a mirror."""
    for modifier in obj.modifiers:
        for prop in modifier.bl_rna.properties:
            if prop.type == "POINTER" and isinstance(other := getattr(modifier, prop.identifier), bpy.types.Object):
                yield other

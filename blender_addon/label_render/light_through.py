"""How much light passes straight through each point of a surface, as a value built from the nodes of its shaders.

Nodes cannot read the alpha of a shader, so it is built as a value beside the shaders, from the same sockets. The
shaders stay where they are: what else they need (images, light) stays loaded for the next image.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import bpy

Value = float | bpy.types.NodeSocket
"""A number, or the output of a node that gives it for each point of a surface."""

CLOSURES = ("Bsdf", "Emission", "Subsurface", "Holdout", "Background", "Volume", "EeveeSpecular")


class Unknown(Exception):
    """What a socket shows cannot be read: script nodes, closures, repeat zones; or it varies where nothing is built."""


@dataclass(frozen=True)
class Suspicion:
    """Trees that may let light through, as far as they are known; where `glass` counts, glass does so, too."""

    glass: bool = False
    known: dict[bpy.types.NodeTree, bool] = field(default_factory=dict)


def may_be_transparent(tree: bpy.types.NodeTree, suspected: Suspicion) -> bool:
    """False is certain."""
    if tree not in suspected.known:
        suspected.known[tree] = any(_is_suspect(node, suspected) for node in tree.nodes)
    return suspected.known[tree]


def _is_suspect(node: bpy.types.Node, suspected: Suspicion) -> bool:
    kind = node.bl_idname
    if kind == "ShaderNodeBsdfPrincipled":
        alpha, glass = node.inputs["Alpha"], node.inputs[_TRANSMISSION]
        if suspected.glass and (glass.is_linked or glass.default_value > 0):
            return True
        return alpha.is_linked or alpha.default_value < 1
    if kind == "ShaderNodeGroup":
        return bool(node.node_tree) and may_be_transparent(node.node_tree, suspected)
    if kind == "ShaderNodeBsdfRayPortal":
        return True
    if kind == "ShaderNodeScript":  # nobody knows
        return any(socket.type == "SHADER" for socket in node.outputs)
    return kind == "ShaderNodeBsdfTransparent" or (suspected.glass and kind in _GLASS)


_GLASS = {"ShaderNodeBsdfGlass", "ShaderNodeBsdfRefraction"}
_TRANSMISSION = "Transmission Weight"


@dataclass(frozen=True)
class Place:
    """A node tree in which values are built, and what was built there."""

    tree: bpy.types.NodeTree
    twins: dict[bpy.types.NodeTree, Twin]
    suspected: Suspicion
    made: list[bpy.types.Node] = field(default_factory=list)
    replaced: list[tuple[bpy.types.NodeSocket, bpy.types.NodeSocket | None, bool]] = field(default_factory=list)
    """(input, what was linked to it, whether that link is muted)."""
    known: dict[str, Value] = field(default_factory=dict)
    groups: dict[str, bpy.types.Node] = field(default_factory=dict)
    """By the name of a group's node: the one that shows its twin."""
    solid: dict[str, bpy.types.NodeSocket | None] = field(default_factory=dict)
    """By a socket's path: what it shows where it lets no light pass."""
    given: dict[str, str] | None = None
    """In a group: the inputs that bring the transparency of its shader inputs, by identifier."""

    def new(self, kind: str, *inputs: Value | tuple[float, ...] | None, **settings: str | bool) -> bpy.types.Node:
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        self.made.append(node)
        for name, value in settings.items():
            setattr(node, name, value)
        for socket, value in zip((socket for socket in node.inputs if socket.enabled), inputs):
            if value is not None:
                self.plug(value, socket)
        return node

    def plug(self, value: Value | tuple[float, ...], socket: bpy.types.NodeSocket) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def replug(self, output: bpy.types.NodeSocket, socket: bpy.types.NodeSocket) -> None:
        """Link `output` to an input of the tree's own, until `put_back`."""
        before = next(iter(socket.links), None)
        self.replaced.append((socket, before and before.from_socket, bool(before) and before.is_muted))
        self.tree.links.new(output, socket)

    def put_back(self) -> None:
        """Leave the tree as it was before anything was built in it."""
        for node in self.made:
            self.tree.nodes.remove(node)
        for socket, before, muted in reversed(self.replaced):
            if before and not any(link.from_socket == before for link in socket.links):
                self.tree.links.new(before, socket).is_muted = muted
            elif not before:
                for link in list(socket.links):
                    self.tree.links.remove(link)


def source_of(socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    return next((link.from_socket for link in socket.links if link.is_valid and not link.is_muted), None)


def transparency(place: Place | None, socket: bpy.types.NodeSocket) -> Value:
    """How much light passes straight through what is linked to a shader input: 0 is opaque, 1 is not there.

    With no place to build in, a value that is not one number for the whole surface raises `Unknown`.
    """
    source = source_of(socket)
    if not source or source.type != "SHADER":  # a colour shines
        return 0.0
    key = source.path_from_id()
    if place is None or key not in place.known:
        value = _of_node(place, source)
        if place is None:
            return value
        place.known[key] = value
    return place.known[key]


def _of_node(place: Place | None, source: bpy.types.NodeSocket) -> Value:
    node, kind = source.node, source.node.bl_idname
    if kind == "NodeReroute":
        return transparency(place, node.inputs[0])
    if node.mute:
        through = through_muted(source)
        return transparency(place, through) if through else 0.0
    if kind == "ShaderNodeBsdfTransparent":
        color = source_of(node.inputs["Color"])
        if not color:
            return sum(node.inputs["Color"].default_value[:3]) / 3
        return _needed(place).new("VectorMath", color, (1 / 3, 1 / 3, 1 / 3), operation="DOT_PRODUCT").outputs["Value"]
    if kind == "ShaderNodeBsdfPrincipled":
        return _of_principled(place, node)
    if kind in _GLASS:
        return 1.0 if place and place.suspected.glass else 0.0
    if kind == "ShaderNodeMixShader":
        return _mixed(place, *node.inputs)
    if kind == "ShaderNodeAddShader":
        first, second = (transparency(place, socket) for socket in node.inputs)
        if isinstance(first, float) and isinstance(second, float):
            return first + second
        return _needed(place).new("Math", first, second, operation="ADD").outputs[0]
    if kind == "ShaderNodeGroup":
        return _of_group(place, node, source)
    if kind == "NodeGroupInput":
        return _given(_needed(place), source)
    if _is_opaque(kind):
        return 0.0
    raise Unknown


def through_muted(source: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    """The input that an output of a muted node hands on."""
    return next((link.from_socket for link in source.node.internal_links if link.to_socket == source), None)


def _of_principled(place: Place | None, node: bpy.types.Node) -> Value:
    alpha = source_of(node.inputs["Alpha"])
    passing: Value = 1 - min(max(node.inputs["Alpha"].default_value, 0.0), 1.0)
    if alpha:
        passing = _needed(place).new("Math", 1.0, alpha, operation="SUBTRACT", use_clamp=True).outputs[0]
    if place is None or not place.suspected.glass:
        return passing
    weight, metal = (
        source_of(socket) or min(max(socket.default_value, 0.0), 1.0)
        for socket in (node.inputs[_TRANSMISSION], node.inputs["Metallic"])
    )
    if weight == 0.0 or metal == 1.0:
        return passing
    left = place.new("Math", 1.0, metal, operation="SUBTRACT", use_clamp=True).outputs[0]
    glass = place.new("Math", weight, left, operation="MULTIPLY", use_clamp=True).outputs[0]
    return place.new("Math", passing, glass, operation="ADD").outputs[0]


def _needed(place: Place | None) -> Place:
    if place is None:
        raise Unknown
    return place


def share_of(factor: bpy.types.NodeSocket) -> Value:
    """What a mix has of its second shader."""
    return source_of(factor) or min(max(factor.default_value, 0.0), 1.0)


def _mixed(
    place: Place | None, factor: bpy.types.NodeSocket, first: bpy.types.NodeSocket, second: bpy.types.NodeSocket
) -> Value:
    share = share_of(factor)
    if share in {0.0, 1.0}:
        return transparency(place, second if share else first)
    ends = [transparency(place, socket) for socket in (first, second)]
    if all(isinstance(end, float) for end in ends):
        if ends[0] == ends[1]:
            return ends[0]
        if isinstance(share, float):
            return (1 - share) * ends[0] + share * ends[1]
    mix = _needed(place).new("Mix", share, *ends, data_type="FLOAT", clamp_factor=True)
    return next(socket for socket in mix.outputs if socket.enabled)


def can_be_read(socket: bpy.types.NodeSocket, suspected: Suspicion, in_copy: bool = False) -> bool:
    """Whether `transparency` tells what is linked to a shader input; `in_copy`: of a group that is one node's alone."""
    source = source_of(socket)
    if not source or source.type != "SHADER":
        return True
    node, kind = source.node, source.node.bl_idname

    def readable(sockets: Iterable[bpy.types.NodeSocket], in_copy: bool = in_copy) -> bool:
        return all(can_be_read(each, suspected, in_copy) for each in sockets)

    if kind == "NodeReroute":
        return readable(node.inputs)
    if node.mute:
        return readable(link.from_socket for link in node.internal_links if link.to_socket == source)
    if kind == "ShaderNodeMixShader":
        factor, first, second = node.inputs
        share = share_of(factor)
        return readable([second if share else first] if share in {0.0, 1.0} else [first, second])
    if kind == "ShaderNodeAddShader":
        return readable(node.inputs)
    if kind == "ShaderNodeGroup":
        if not node.node_tree or not hands_on_light(node, suspected):
            return True
        handed = readable(socket for socket in node.inputs if socket.type == "SHADER")
        return handed and readable(ends_of(node.node_tree, source.identifier), in_copy=True)
    if kind == "NodeGroupInput":
        return in_copy
    return _is_opaque(kind)


def _is_opaque(kind: str) -> bool:
    """Through a portal a ray goes on somewhere else."""
    return kind.removeprefix("ShaderNode").startswith(CLOSURES) and kind != "ShaderNodeBsdfRayPortal"


# Groups: a copy of the group says the transparency of its shaders as values, and stands beside the group itself.


@dataclass(frozen=True)
class Twin:
    inside: Place
    given: dict[str, str]
    outputs: dict[str, float | str | None]
    """The transparency of each shader output, by identifier: a number, or the output that tells; None is unknown."""

    @property
    def tree(self) -> bpy.types.NodeTree:
        return self.inside.tree


def _of_group(place: Place | None, node: bpy.types.Node, source: bpy.types.NodeSocket) -> Value:
    if not node.node_tree:
        return 0.0
    if place is None:
        ends = list(ends_of(node.node_tree, source.identifier))
        return transparency(None, ends[0]) if ends else 0.0
    if not hands_on_light(node, place.suspected):
        return 0.0
    twin = twin_of(node.node_tree, place)
    found = twin.outputs.get(source.identifier, 0.0)
    if found is None:
        raise Unknown
    if isinstance(found, float):
        return found
    return next(socket for socket in copied_group(place, node).outputs if socket.identifier == found)


def hands_on_light(group: bpy.types.Node, suspected: Suspicion) -> bool:
    """Whether light may pass through what a group shows, or through what it is handed."""
    through = any(socket.type == "SHADER" and source_of(socket) for socket in group.inputs)
    return through or may_be_transparent(group.node_tree, suspected)


def copied_group(place: Place, node: bpy.types.Node) -> bpy.types.Node:
    """A node that shows the twin of a node's group, with the same values and, as values, what is known of shaders."""
    if node.name not in place.groups:
        twin = twin_of(node.node_tree, place)
        copy = place.groups[node.name] = place.new("Group", node_tree=twin.tree)
        inputs = {socket.identifier: socket for socket in copy.inputs}
        for socket in node.inputs:
            if socket.identifier in twin.given:
                place.plug(transparency(place, socket), inputs[twin.given[socket.identifier]])
            elif socket.type != "SHADER" and socket.identifier in inputs:
                value = source_of(socket) or getattr(socket, "default_value", "")
                if value != "":  # a menu without a choice
                    place.plug(value, inputs[socket.identifier])
    return place.groups[node.name]


def twin_of(group: bpy.types.NodeTree, place: Place) -> Twin:
    if group in place.twins:
        return place.twins[group]
    given: dict[str, str] = {}
    inside = Place(group.copy(), place.twins, place.suspected, given=given)
    twin = place.twins[group] = Twin(inside, given, {})
    for identifier in list(shader_outputs(twin.tree)):
        for end in list(ends_of(twin.tree, identifier)):
            try:
                value = transparency(inside, end)
            except Unknown:
                twin.outputs[identifier] = None
                continue
            if not isinstance(value, float):
                told = _new_socket(twin.tree, "OUTPUT")
                inside.plug(value, next(ends_of(twin.tree, told)))
                value = told
            twin.outputs[identifier] = value
    return twin


def remove_twins(twins: dict[bpy.types.NodeTree, Twin]) -> None:
    if twins:  # to remove nothing would also make Blender evaluate the whole scene anew
        bpy.data.batch_remove([twin.tree for twin in twins.values()])


def shader_outputs(group: bpy.types.NodeTree) -> Iterator[str]:
    """The outputs of a group that are shaders, by identifier."""
    for item in group.interface.items_tree:
        if item.item_type == "SOCKET" and item.in_out == "OUTPUT" and item.socket_type == "NodeSocketShader":
            yield item.identifier


def _new_socket(tree: bpy.types.NodeTree, in_out: str) -> str:
    return tree.interface.new_socket("Transparency", in_out=in_out, socket_type="NodeSocketFloat").identifier


def ends_of(group: bpy.types.NodeTree, identifier: str) -> Iterator[bpy.types.NodeSocket]:
    """The input of the group's active output node that an output of the group shows."""
    for node in group.nodes:
        if node.bl_idname == "NodeGroupOutput" and node.is_active_output:
            yield from (socket for socket in node.inputs if socket.identifier == identifier)


def _given(place: Place, source: bpy.types.NodeSocket) -> Value:
    """The transparency of a shader that a group is handed; unknown in the group itself, which is not a copy for one."""
    if place.given is None:
        raise Unknown
    if source.identifier not in place.given:
        place.given[source.identifier] = _new_socket(place.tree, "INPUT")
    return next(socket for socket in source.node.outputs if socket.identifier == place.given[source.identifier])

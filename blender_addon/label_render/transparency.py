"""Takes chance out of surfaces for the label render: a point of one is the surface or is looked through, by its alpha.

Cycles writes no index where a surface's alpha is below the threshold, and then throws dice whether the ray goes on
through it: what lies behind comes out as speckle. Here such points become fully transparent, and nothing is left to
chance. Nodes cannot read the alpha of a shader, so it is built as a value beside the shaders, from the same sockets.
The shaders stay where they are: what else they need (images, light) stays loaded for the next image.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import bpy

from .stage import changed

Value = float | bpy.types.NodeSocket
"""A number, or the output of a node that gives it for each point of a surface."""

CLOSURES = ("Bsdf", "Emission", "Subsurface", "Holdout", "Background", "Volume", "EeveeSpecular")


class _Unknown(Exception):
    """What a socket shows cannot be read: script nodes, closures, repeat zones; or it varies where nothing is built."""


@contextmanager
def all_or_nothing(view_layer: bpy.types.ViewLayer, threshold: float) -> Iterator[None]:
    """Until the block ends, no surface is half transparent to labels: alpha >= `threshold` counts, less is not there.

    At 0 everything counts, what is fully transparent included; at 1 only what is fully opaque. Materials that are
    opaque everywhere are not touched. Nor are those whose alpha cannot be read (`_Unknown`): Cycles decides.
    """
    if not threshold:
        yield
        return
    limit = 1 - threshold + min(threshold / 2, 1e-6)  # float32 rounds
    suspected: dict[bpy.types.NodeTree, bool] = {}
    groups = [group for group in bpy.data.node_groups if group.type == "SHADER"]  # outputs may stand in them, too
    with ExitStack() as stack:
        # What is left counts, also where Cycles' own sum is a rounding below the threshold.
        stack.enter_context(changed(view_layer, pass_alpha_threshold=threshold * 0.999))
        twins: dict[bpy.types.NodeTree, _Twin] = {}
        stack.callback(_remove_twins, twins)
        for tree in (*(material.node_tree for material in bpy.data.materials if material.users), *groups):
            for output in list(_outputs(tree)) if tree and _may_be_transparent(tree, suspected) else ():
                stack.enter_context(_decided(output, limit, twins, suspected))
        yield


def constant_alpha(material: bpy.types.Material) -> float:
    """The alpha of a material's surface where it is one number for all of it, else 1."""
    tree = material.node_tree
    output = tree.get_output_node("CYCLES") if tree else None
    try:
        return 1 - min(_transparency(None, output.inputs["Surface"]), 1.0) if output else 1.0
    except _Unknown:
        return 1.0


def _outputs(tree: bpy.types.NodeTree) -> Iterator[bpy.types.Node]:
    for node in tree.nodes:
        if node.type == "OUTPUT_MATERIAL" and _source(node.inputs["Surface"]):
            yield node


def _may_be_transparent(tree: bpy.types.NodeTree, known: dict[bpy.types.NodeTree, bool]) -> bool:
    """False is certain."""
    if tree not in known:
        known[tree] = any(_is_suspect(node, known) for node in tree.nodes)
    return known[tree]


def _is_suspect(node: bpy.types.Node, known: dict[bpy.types.NodeTree, bool]) -> bool:
    kind = node.bl_idname
    if kind == "ShaderNodeBsdfPrincipled":
        alpha = node.inputs["Alpha"]
        return alpha.is_linked or alpha.default_value < 1
    if kind == "ShaderNodeGroup":
        return bool(node.node_tree) and _may_be_transparent(node.node_tree, known)
    return kind == "ShaderNodeBsdfTransparent"


@dataclass(frozen=True)
class _Place:
    """A node tree in which values are built."""

    tree: bpy.types.NodeTree
    twins: dict[bpy.types.NodeTree, _Twin]
    suspected: dict[bpy.types.NodeTree, bool]
    made: list[bpy.types.Node] = field(default_factory=list)
    known: dict[str, Value] = field(default_factory=dict)
    given: dict[str, str] | None = None
    """In a group: the inputs that bring the transparency of its shader inputs, by identifier."""

    def new(self, kind: str, *inputs: Value | tuple[float, ...], **settings: str | bool) -> bpy.types.Node:
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        self.made.append(node)
        for name, value in settings.items():
            setattr(node, name, value)
        for socket, value in zip((socket for socket in node.inputs if socket.enabled), inputs):
            self.plug(value, socket)
        return node

    def plug(self, value: Value | tuple[float, ...], socket: bpy.types.NodeSocket) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value


@contextmanager
def _decided(
    output: bpy.types.Node,
    limit: float,
    twins: dict[bpy.types.NodeTree, _Twin],
    suspected: dict[bpy.types.NodeTree, bool],
) -> Iterator[None]:
    """What a material's output shows, but nothing at all where more than `limit` of the light passes through it."""
    surface = output.inputs["Surface"]
    shown = _source(surface)
    place = _Place(output.id_data, twins, suspected)
    try:
        try:
            passing = _transparency(place, surface)
            if not isinstance(passing, float):
                too_much = place.new("Math", passing, limit, operation="GREATER_THAN").outputs[0]
                transparent = place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0]
                place.plug(place.new("MixShader", too_much, shown, transparent).outputs[0], surface)
            elif passing > limit:
                place.plug(place.new("BsdfTransparent", (1.0, 1.0, 1.0, 1.0)).outputs[0], surface)
        except _Unknown:
            pass
        yield
    finally:
        for node in place.made:
            place.tree.nodes.remove(node)
        if _source(surface) != shown:
            place.tree.links.new(shown, surface)


def _source(socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    return next((link.from_socket for link in socket.links if link.is_valid and not link.is_muted), None)


def _transparency(place: _Place | None, socket: bpy.types.NodeSocket) -> Value:
    """How much light passes straight through what is linked to a shader input: 0 is opaque, 1 is not there.

    With no place to build in, a value that is not one number for the whole surface raises `_Unknown`.
    """
    source = _source(socket)
    if not source or source.type != "SHADER":  # a colour shines
        return 0.0
    key = source.path_from_id()
    if place is None or key not in place.known:
        value = _of_node(place, source)
        if place is None:
            return value
        place.known[key] = value
    return place.known[key]


def _of_node(place: _Place | None, source: bpy.types.NodeSocket) -> Value:
    node, kind = source.node, source.node.bl_idname
    if kind == "NodeReroute":
        return _transparency(place, node.inputs[0])
    if node.mute:
        through = [link.from_socket for link in node.internal_links if link.to_socket == source]
        return _transparency(place, through[0]) if through else 0.0
    if kind == "ShaderNodeBsdfTransparent":
        color = _source(node.inputs["Color"])
        if not color:
            return sum(node.inputs["Color"].default_value[:3]) / 3
        return _needed(place).new("VectorMath", color, (1 / 3, 1 / 3, 1 / 3), operation="DOT_PRODUCT").outputs["Value"]
    if kind == "ShaderNodeBsdfPrincipled":
        alpha = _source(node.inputs["Alpha"])
        if not alpha:
            return 1 - min(max(node.inputs["Alpha"].default_value, 0.0), 1.0)
        return _needed(place).new("Math", 1.0, alpha, operation="SUBTRACT", use_clamp=True).outputs[0]
    if kind == "ShaderNodeMixShader":
        return _mixed(place, *node.inputs)
    if kind == "ShaderNodeAddShader":
        first, second = (_transparency(place, socket) for socket in node.inputs)
        if isinstance(first, float) and isinstance(second, float):
            return first + second
        return _needed(place).new("Math", first, second, operation="ADD").outputs[0]
    if kind == "ShaderNodeGroup":
        return _of_group(place, node, source)
    if kind == "NodeGroupInput":
        return _given(_needed(place), source)
    if kind.removeprefix("ShaderNode").startswith(CLOSURES):
        return 0.0
    raise _Unknown


def _needed(place: _Place | None) -> _Place:
    if place is None:
        raise _Unknown
    return place


def _mixed(
    place: _Place | None, factor: bpy.types.NodeSocket, first: bpy.types.NodeSocket, second: bpy.types.NodeSocket
) -> Value:
    share: Value = _source(factor) or min(max(factor.default_value, 0.0), 1.0)
    if share in {0.0, 1.0}:
        return _transparency(place, second if share else first)
    ends = [_transparency(place, socket) for socket in (first, second)]
    if all(isinstance(end, float) for end in ends):
        if ends[0] == ends[1]:
            return ends[0]
        if isinstance(share, float):
            return (1 - share) * ends[0] + share * ends[1]
    mix = _needed(place).new("Mix", share, *ends, data_type="FLOAT", clamp_factor=True)
    return next(socket for socket in mix.outputs if socket.enabled)


# Groups: a copy of the group says the transparency of its shaders as values, and stands beside the group itself.


@dataclass(frozen=True)
class _Twin:
    tree: bpy.types.NodeTree
    given: dict[str, str]
    outputs: dict[str, float | str | None]
    """The transparency of each shader output, by identifier: a number, or the output that tells; None is unknown."""


def _of_group(place: _Place | None, node: bpy.types.Node, source: bpy.types.NodeSocket) -> Value:
    if not node.node_tree:
        return 0.0
    if place is None:
        ends = list(_ends(node.node_tree, source.identifier))
        return _transparency(None, ends[0]) if ends else 0.0
    through = any(socket.type == "SHADER" and _source(socket) for socket in node.inputs)
    if not through and not _may_be_transparent(node.node_tree, place.suspected):
        return 0.0
    twin = _twin_of(node.node_tree, place)
    found = twin.outputs.get(source.identifier, 0.0)
    if found is None:
        raise _Unknown
    if isinstance(found, float):
        return found
    copy = place.new("Group", node_tree=twin.tree)
    inputs = {socket.identifier: socket for socket in copy.inputs}
    for socket in node.inputs:
        if socket.identifier in twin.given:
            place.plug(_transparency(place, socket), inputs[twin.given[socket.identifier]])
        elif socket.type != "SHADER" and socket.identifier in inputs:
            value = _source(socket) or getattr(socket, "default_value", "")
            if value != "":  # a menu without a choice
                place.plug(value, inputs[socket.identifier])
    return next(socket for socket in copy.outputs if socket.identifier == found)


def _twin_of(group: bpy.types.NodeTree, place: _Place) -> _Twin:
    if group in place.twins:
        return place.twins[group]
    twin = place.twins[group] = _Twin(group.copy(), {}, {})
    inside = _Place(twin.tree, place.twins, place.suspected, given=twin.given)
    shaders = [item for item in _sockets(twin.tree, "OUTPUT") if item.socket_type == "NodeSocketShader"]
    for identifier in [item.identifier for item in shaders]:
        for end in list(_ends(twin.tree, identifier)):
            try:
                value = _transparency(inside, end)
            except _Unknown:
                twin.outputs[identifier] = None
                continue
            if not isinstance(value, float):
                told = _new_socket(twin.tree, "OUTPUT")
                inside.plug(value, next(_ends(twin.tree, told)))
                value = told
            twin.outputs[identifier] = value
    return twin


def _remove_twins(twins: dict[bpy.types.NodeTree, _Twin]) -> None:
    bpy.data.batch_remove([twin.tree for twin in twins.values()])


def _sockets(tree: bpy.types.NodeTree, in_out: str) -> Iterable[bpy.types.NodeTreeInterfaceSocket]:
    return (item for item in tree.interface.items_tree if item.item_type == "SOCKET" and item.in_out == in_out)


def _new_socket(tree: bpy.types.NodeTree, in_out: str) -> str:
    return tree.interface.new_socket("Transparency", in_out=in_out, socket_type="NodeSocketFloat").identifier


def _ends(group: bpy.types.NodeTree, identifier: str) -> Iterator[bpy.types.NodeSocket]:
    """The input of the group's active output node that an output of the group shows."""
    for node in group.nodes:
        if node.bl_idname == "NodeGroupOutput" and node.is_active_output:
            yield from (socket for socket in node.inputs if socket.identifier == identifier)


def _given(place: _Place, source: bpy.types.NodeSocket) -> Value:
    """The transparency of a shader that a group is handed; unknown in the group itself, which is not a copy for one."""
    if place.given is None:
        raise _Unknown
    if source.identifier not in place.given:
        place.given[source.identifier] = _new_socket(place.tree, "INPUT")
    return next(socket for socket in source.node.outputs if socket.identifier == place.given[source.identifier])

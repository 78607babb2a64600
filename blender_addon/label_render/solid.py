"""A surface as it is without what passes through it: the same shaders, with colours and normals, nowhere transparent.

Where a point counts, labels, normals and albedo are of that surface alone. Shaders are taken as they stand, so that
images stay loaded: a Principled shader gets an alpha of 1 for a while, a mixture leaves out what is transparent, and
one of two that are half there gives each the weight that it has of what is there. In groups this is done in their
twins (`light_through`). It comes after the transparency of the same socket is built: the alpha that this asks for is
gone then.
"""

from __future__ import annotations

import bpy

from .light_through import (
    Place,
    Twin,
    Value,
    copied_group,
    ends_of,
    hands_on_light,
    shader_outputs,
    share_of,
    source_of,
    through_muted,
    transparency,
    twin_of,
)


def solid(place: Place, socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    """The shader that is linked to a shader input, where it lets no light pass; None where there is none but that.

    Built in `place`, where `transparency` has been asked for this very socket, and told.
    """
    source = source_of(socket)
    if not source or source.type != "SHADER":
        return source
    key = source.path_from_id()
    if key not in place.solid:
        place.solid[key] = _of_node(place, source)
    return place.solid[key]


def _of_node(place: Place, source: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    node, kind = source.node, source.node.bl_idname
    if kind == "NodeReroute":
        return solid(place, node.inputs[0])
    if node.mute:
        through = through_muted(source)
        return solid(place, through) if through else source
    if kind == "ShaderNodeBsdfTransparent":
        return None
    if kind == "ShaderNodeBsdfPrincipled":
        return _of_principled(place, source)
    if kind == "ShaderNodeMixShader":
        return _mixed(place, source)
    if kind == "ShaderNodeAddShader":
        return _of_both(place, source, "AddShader")
    if kind == "ShaderNodeGroup":
        return _of_group(place, source)
    return source


def _of_principled(place: Place, source: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    alpha = source.node.inputs["Alpha"]
    if source_of(alpha) or alpha.default_value < 1:
        whole = place.new("Value").outputs[0]
        whole.default_value = 1.0
        place.replug(whole, alpha)
    return source


def _mixed(place: Place, source: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    factor, *inputs = source.node.inputs
    share = share_of(factor)
    if share in {0.0, 1.0}:
        return solid(place, inputs[1 if share else 0])
    first, second = (transparency(place, socket) for socket in inputs)
    if not isinstance(first, float) or first != second:
        share = _weight(place, share, first, second)
    return _of_both(place, source, "MixShader", share)


def _of_both(place: Place, source: bpy.types.NodeSocket, kind: str, *share: Value) -> bpy.types.NodeSocket | None:
    """What a node makes of its two shaders: the other one where one of them is nothing but transparent."""
    inputs = [socket for socket in source.node.inputs if socket.type == "SHADER"]
    shown, whole = [source_of(socket) for socket in inputs], [solid(place, socket) for socket in inputs]
    left = [after for before, after in zip(shown, whole) if after or not before]
    if len(left) < 2:
        return left[0] if left else None
    factor = [share_of(source.node.inputs[0])] if share else []
    if shown == whole and factor == list(share):
        return source
    return place.new(kind, *share, *whole).outputs[0]


def _weight(place: Place, share: Value, first: Value, second: Value) -> Value:
    """What the second shader has of all that is there, by its share of the mixture and what passes through each.

    Zero where nothing is there: to divide by nothing gives nothing.
    """

    def calculate(operation: str, *values: Value) -> Value:
        return place.new("Math", *values, operation=operation, use_clamp=True).outputs[0]

    def there(mixed: Value, passing: Value) -> Value:
        return calculate("MULTIPLY", mixed, calculate("SUBTRACT", 1.0, passing))

    of_second = there(share, second)
    return calculate("DIVIDE", of_second, calculate("ADD", of_second, there(calculate("SUBTRACT", 1.0, share), first)))


def _of_group(place: Place, source: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    node = source.node
    if not node.node_tree or not hands_on_light(node, place.suspected):
        return source
    if place.known.get(source.path_from_id()) == 1.0:
        return None
    _make_solid(twin_of(node.node_tree, place))
    copy = copied_group(place, node)
    inputs = {socket.identifier: socket for socket in copy.inputs}
    for socket in node.inputs:
        handed = solid(place, socket) if socket.type == "SHADER" else None
        if handed:
            place.plug(handed, inputs[socket.identifier])
    return next(socket for socket in copy.outputs if socket.identifier == source.identifier)


def _make_solid(twin: Twin) -> None:
    """Have the twin of a group show what the group shows where it lets no light pass."""
    inside = twin.inside
    for identifier in [shown for shown in shader_outputs(twin.tree) if twin.outputs.get(shown) is not None]:
        for end in list(ends_of(twin.tree, identifier)):
            key = end.path_from_id()
            if key not in inside.solid:
                whole = inside.solid[key] = solid(inside, end)
                if whole:
                    inside.plug(whole, end)
                for link in () if whole else list(end.links):
                    twin.tree.links.remove(link)

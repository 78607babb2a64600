"""Node groups in materials: looked into, and made each material's own for a run, so that what changes in one material
changes in no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import bpy

Chain = tuple[bpy.types.Node, ...]
"""The group nodes that lead to a tree, the outermost first."""
Wanted = Callable[[bpy.types.Node], bool]


def nodes_within(tree: bpy.types.NodeTree, chain: Chain = ()) -> Iterator[tuple[bpy.types.Node, Chain]]:
    """All nodes of a tree and of the groups in it, with the group nodes that each is reached through."""
    for node in tree.nodes:
        yield node, chain
        if node.type == "GROUP" and node.node_tree:
            yield from nodes_within(node.node_tree, (*chain, node))


@contextmanager
def own_groups(materials: Iterable[bpy.types.Material], wanted: Wanted) -> Iterator[None]:
    """Until the block ends, groups that have a wanted node, at whatever depth, are copies that one group node has."""
    made: list[tuple[bpy.types.Node, bpy.types.NodeTree]] = []
    try:
        for material in materials:
            if material.node_tree:
                _make_own(material.node_tree, wanted, made)
        yield
    finally:
        copies = [node.node_tree for node, _ in made]
        for node, tree in reversed(made):
            node.node_tree = tree
        bpy.data.batch_remove(copies)


def _make_own(tree: bpy.types.NodeTree, wanted: Wanted, made: list[tuple[bpy.types.Node, bpy.types.NodeTree]]) -> None:
    for node in tree.nodes:
        if node.type != "GROUP" or not node.node_tree:
            continue
        if any(wanted(inner) for inner, _ in nodes_within(node.node_tree)):
            made.append((node, node.node_tree))
            node.node_tree = node.node_tree.copy()
            _make_own(node.node_tree, wanted, made)


def sources_of(socket: bpy.types.NodeSocket, chain: Chain) -> Iterator[tuple[bpy.types.NodeSocket, Chain]]:
    """What is plugged into an input, through reroutes, into groups and out of the one that it is in: outputs of nodes,
    or the input of the outermost group node that nothing is plugged into. Nothing where it is a plain value."""
    for link in socket.links:
        if link.is_muted or not link.is_valid:
            continue
        source, node = link.from_socket, link.from_node
        if node.type == "REROUTE":
            yield from sources_of(node.inputs[0], chain)
        elif node.type == "GROUP_INPUT" and chain:
            outer = next((each for each in chain[-1].inputs if each.identifier == source.identifier), None)
            if outer and outer.is_linked:
                yield from sources_of(outer, chain[:-1])
            elif outer:
                yield outer, chain[:-1]
        elif node.type == "GROUP" and node.node_tree:
            ends = (each for each in node.node_tree.nodes if each.type == "GROUP_OUTPUT" and each.is_active_output)
            for end in ends:
                inner = next((each for each in end.inputs if each.identifier == source.identifier), None)
                if inner:
                    yield from sources_of(inner, (*chain, node))
        else:
            yield source, chain


def upstream(socket: bpy.types.NodeSocket, chain: Chain) -> Iterator[bpy.types.Node]:
    """All nodes that an input's value depends on; some more than once."""
    for source, through in sources_of(socket, chain):
        if source.is_output:
            yield source.node
            for each in source.node.inputs:
                yield from upstream(each, through)

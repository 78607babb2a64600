"""Nodes of ours between an input of a shader and what is plugged into it: there for a whole run, and then gone.

From frame to frame their values change alone: a tree that changes costs Cycles a new look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


class NodesBetween:
    """What was put between, and what was plugged in before."""

    def __init__(self) -> None:
        self._made: list[tuple[bpy.types.Node, bpy.types.NodeSocket, bpy.types.NodeSocket]] = []

    def put(self, socket: bpy.types.NodeSocket, kind: str, into: int | str) -> bpy.types.Node | None:
        """A new node of a kind whose input `into` gets what the socket had; None where nothing is plugged in."""
        link = next((link for link in socket.links if not link.is_muted), None)
        if not link:
            return None
        tree, source = socket.id_data, link.from_socket
        node = tree.nodes.new(kind)
        tree.links.new(source, node.inputs[into])
        tree.links.new(node.outputs[0], socket)
        self._made.append((node, source, socket))
        return node

    def take_out(self) -> None:
        for node, source, socket in reversed(self._made):
            tree = socket.id_data
            tree.links.new(source, socket)
            tree.nodes.remove(node)


@contextmanager
def nodes_between() -> Iterator[NodesBetween]:
    """What is put between is taken out when the block ends."""
    nodes = NodesBetween()
    try:
        yield nodes
    finally:
        nodes.take_out()

"""What is drawn, put together into few draw calls: pure arrays, no Blender.

Single things are merged into chunks: one array of corners, each of which says which row of a table tells its matrix
and its colour. So a move, a new label or a hidden object changes rows, never corners. Copies of one geometry that are
many, or big, share its corners instead, and the table has their rows one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .triangles import Geometry

FULL = 60_000  # triangles of a chunk, about
MANY = 32  # copies of one geometry from which on they share its corners
BIG = 200_000  # triangles of all copies together from which on they do
SPARE = 8  # chunks more than needed, before all are made anew

Key = Hashable


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to draw. `matrix`: 12 numbers, the upper three rows of its world matrix; `labels`: one per used slot.

    `host`: what shows it, itself or its outermost instancer; `strength`: 0 (nothing) to 1 (the whole opacity).
    """

    key: Key
    host: int
    geometry: Key
    matrix: tuple[float, ...]
    labels: tuple[int, ...]
    strength: float = 1.0


@dataclass(frozen=True, eq=False)
class Chunk:
    """Corners that are drawn at once. `members`: (key of a thing, its geometry), whose rows follow each other.

    `stride`: rows from one copy of the corners to the next, where `copies`.
    """

    members: tuple[tuple[Key, Geometry], ...]
    corners: np.ndarray
    stride: int = 0
    copies: int = 1

    @property
    def rows(self) -> int:
        return sum(len(geometry.slots) for _, geometry in self.members)


def merged(members: Sequence[tuple[Key, Geometry]]) -> Chunk:
    """One chunk of things that each have corners of their own in it."""
    first = np.cumsum([0, *(len(geometry.slots) for _, geometry in members)][:-1])
    corners = np.concatenate([geometry.corners for _, geometry in members])
    corners[:, 3] += np.repeat(first, [len(geometry.corners) for _, geometry in members]).astype(np.float32)
    return Chunk(tuple(members), corners)


def copied(keys: Sequence[Key], geometry: Geometry) -> Chunk:
    """One chunk of things that share the corners of a geometry."""
    return Chunk(tuple((key, geometry) for key in keys), geometry.corners, len(geometry.slots), len(keys))


def arrange(things: Iterable[Thing], geometries: Mapping[Key, Geometry], before: Sequence[Chunk] = ()) -> list[Chunk]:
    """Chunks for all things that have triangles. Those of `before` whose members are the same are kept as they are.

    A chunk with a few members gone or changed is made anew without them, and what is new comes into chunks of its own;
    when these get too many, all are made anew.
    """
    wanted = {thing.key: geometries[thing.geometry] for thing in things}
    wanted = {key: geometry for key, geometry in wanted.items() if geometry.triangles}
    shared = _shared(wanted)
    found = []
    for geometry, keys in shared.items():
        same = next((chunk for chunk in before if chunk.stride and chunk.corners is geometry.corners), None)
        fits = same and [key for key, _ in same.members] == keys
        found.append(same if fits else copied(keys, geometry))
    single = {key: geometry for key, geometry in wanted.items() if geometry not in shared}
    kept = []
    for chunk in before:
        if not chunk.stride:
            left = [(key, geometry) for key, geometry in chunk.members if single.get(key) is geometry]
            for key, _ in left:
                del single[key]
            if left:
                kept.append(chunk if len(left) == len(chunk.members) else merged(left))
    new = [merged(members) for members in _portions(single.items())]
    needed = sum(len(chunk.corners) for chunk in [*kept, *new]) // (3 * FULL)
    if kept and len(kept) + len(new) > 2 * needed + SPARE:
        members = [member for chunk in [*kept, *new] for member in chunk.members]
        return [*found, *(merged(portion) for portion in _portions(members))]
    return [*found, *kept, *new]


def _shared(wanted: Mapping[Key, Geometry]) -> dict[Geometry, list[Key]]:
    """Geometries whose corners are kept once, and the things that have them."""
    uses = Counter(wanted.values())
    shared = {one for one, times in uses.items() if times >= MANY or (times > 1 and times * one.triangles >= BIG)}
    found: dict[Geometry, list[Key]] = {geometry: [] for geometry in uses if geometry in shared}
    for key, geometry in wanted.items():
        if geometry in shared:
            found[geometry].append(key)
    return found


def _portions(members: Iterable[tuple[Key, Geometry]]) -> list[list[tuple[Key, Geometry]]]:
    found, room = [], 0
    for key, geometry in members:
        if not found or room <= 0:
            found.append([])
            room = FULL
        found[-1].append((key, geometry))
        room -= geometry.triangles
    return found


def table(chunks: Sequence[Chunk], things: Mapping[Key, Thing]) -> tuple[np.ndarray, np.ndarray]:
    """(R, 13) float32 and (R,) int64: matrix and strength of each row of the chunks, in their order, and its label."""
    rows: list[tuple[float, ...]] = []
    labels: list[int] = []
    for chunk in chunks:
        for key, geometry in chunk.members:
            thing = things[key]
            rows += [(*thing.matrix, thing.strength)] * len(geometry.slots)
            labels += thing.labels
    return np.array(rows, np.float32).reshape(-1, 13), np.array(labels, np.int64)


def hosts_of(chunks: Sequence[Chunk], things: Mapping[Key, Thing]) -> np.ndarray:
    """(R,) int64: what shows each row of the chunks."""
    return np.array(
        [things[key].host for chunk in chunks for key, geometry in chunk.members for _ in geometry.slots], np.int64
    )

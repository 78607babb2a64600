"""What a thing is, and the number that follows from that alone.

An id is 53 bits of a hash of what a thing is: the outermost instancer, Blender's persistent id of the copy, the object.
So it is the same in all frames of a run, in whichever order and on whichever node these are rendered, and whatever else
comes and goes; also in another run of the scene. What does change it: another name; of copies by nodes, particles,
vertices and faces another place in their order (growing numbers of points); of a collection another place of the member
in it. Nobody looks whether two things share a hash, since the answer would hang on what else is there: among 10,000
things two do in one scene of 180 million, among a million in one of 18,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NONE = 0
"""The id of no thing."""
BITS = 53
"""Of an id: as many as float64 and JSON's readers hold."""
Ids = NDArray[np.uint64]

Key = tuple[str, tuple[int, ...], str]
"""(outermost instancer or "", its persistent id, object), names as `name_full`."""
Listed = tuple[str, str, tuple[int, ...]]
"""A surface as evaluation lists it: object, outermost instancer or "", persistent id from the innermost level on."""


def keys_of(rows: Sequence[Listed], twins: Mapping[str, str]) -> list[Key]:
    """What each of all surfaces that evaluation lists is. `twins`: {name of a copy made for a label: its original's}.

    The surfaces of one object (mesh, curves, points that nodes make, the mesh of a text) are listed apart: those beside
    the object itself have one number more than it, in front.
    """
    stems = set(rows)
    plain = {name for name, parent, _ in rows if not parent}

    def key(name: str, parent: str, levels: tuple[int, ...]) -> Key:
        own = twins.get(name, name)
        if not parent:
            return "", (), own
        if name == parent and name in plain:
            if len(levels) == 1:
                return "", (), own
            levels = levels[1:]
        elif any((name, parent, levels[start:]) in stems for start in range(1, len(levels))):
            levels = levels[1:]
        return parent, levels[::-1], own

    return [key(*row) for row in rows]


def ids_of(keys: Iterable[Key], known: dict[Key, int]) -> Ids:
    """The id of each key, (N,) from 1 on; `known` keeps them from frame to frame."""
    found = []
    for key in keys:
        id_ = known.get(key)
        if id_ is None:
            id_ = known[key] = _hash(key)
        found.append(id_)
    return np.array(found, np.uint64)


def _hash(key: Key) -> int:
    parent, levels, name = key
    text = "\0".join([parent, *map(str, levels), name])
    digest = hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=8).digest()
    return (int.from_bytes(digest, "little") >> (64 - BITS)) or 1


def halves(ids: Ids) -> dict[str, NDArray[np.uint32]]:
    """Ids as two channels of 32 bits, which is what EXR has for whole numbers."""
    return {"Instance.High": (ids >> np.uint64(32)).astype(np.uint32), "Instance.Low": ids.astype(np.uint32)}


def whole(channels: Mapping[str, NDArray[np.uint32]]) -> Ids:
    """The ids of `halves`."""
    high, low = (channels[f"Instance.{half}"].astype(np.uint64) for half in ("High", "Low"))
    return high << np.uint64(32) | low

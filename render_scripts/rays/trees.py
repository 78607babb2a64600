"""Trees of triangles for rays, kept from one frame to the next.

Evaluation makes new meshes for each look at a scene, so what has not changed is known by its content alone.
"""

from __future__ import annotations

import hashlib

import numpy as np
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray


class Trees:
    """Those that the last look or this one needed."""

    def __init__(self) -> None:
        self._last: dict[bytes, BVHTree] = {}
        self._now: dict[bytes, BVHTree] = {}

    def begin(self) -> None:
        """Another look: what the one before did not need goes."""
        self._last, self._now = self._now, {}

    def of(self, vertices: NDArray[np.float32], triangles: NDArray[np.int32]) -> BVHTree:
        """The tree of triangles (T, 3) of vertices (V, 3)."""
        key = hashlib.blake2b(vertices.tobytes() + triangles.tobytes(), digest_size=16).digest()
        if key not in self._now:
            tree = self._last.get(key)
            self._now[key] = tree or BVHTree.FromPolygons(vertices.tolist(), triangles.tolist(), all_triangles=True)
        return self._now[key]

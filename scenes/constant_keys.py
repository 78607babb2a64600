"""Values that jump from frame to frame: whole curves of constant keys, written at once.

`keyframe_insert` looks for its curve anew for each key; here it makes the curves, and arrays fill them.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from numpy.typing import ArrayLike

from blender_addon.compat import fcurves

_CONSTANT = 0  # of the keys' interpolation, as a number


def key(owner: bpy.types.ID, path: str, frames: Sequence[int], values: ArrayLike) -> None:
    """Give the property at `path` a value from each of `frames` on, (frames,) or (frames, components) in all.

    A property that already had keys has these instead.
    """
    columns = np.asarray(values, np.float32).reshape(len(frames), -1)
    owner.keyframe_insert(path, frame=frames[0])
    found = {curve.array_index: curve for curve in fcurves(owner) if curve.data_path == path}
    for component, column in enumerate(columns.T):
        points = found[component].keyframe_points
        points.clear()
        points.add(len(frames))
        points.foreach_set("co", np.column_stack([frames, column]).astype(np.float32).ravel())
        points.foreach_set("interpolation", np.full(len(frames), _CONSTANT, np.int32))
        found[component].update()


def key_input(tree: bpy.types.NodeTree, node: str, name: str | int, frames: Sequence[int], values: ArrayLike) -> None:
    """The same for the input `name` of a node, by name or number."""
    place = name if isinstance(name, int) else tree.nodes[node].inputs.find(name)
    key(tree, f'nodes["{node}"].inputs[{place}].default_value', frames, values)

"""PLY files of points: binary, little endian, a property for each field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = {"f4": "float", "f8": "double", "u1": "uchar", "u2": "ushort", "u4": "uint"}


def write_ply(path: Path, points: NDArray[Any]) -> None:
    """Write a structured array as the vertices of a PLY file (Turk, "The PLY Polygon File Format", 1994)."""
    fields = [f"property {_KINDS[points.dtype[name].str[1:]]} {name}" for name in points.dtype.names or ()]
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(points)}", *fields, "end_header\n"]
    packed = np.ascontiguousarray(points, points.dtype.newbyteorder("<"))
    path.write_bytes("\n".join(header).encode("ascii") + packed.tobytes())

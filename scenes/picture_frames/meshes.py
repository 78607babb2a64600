"""Surfaces as objects of a piece."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from scenes.picture_frames.outlines import Surface
from scenes.pieces import Piece, put


def put_surface(
    piece: Piece, name: str, surface: Surface, materials: Sequence[bpy.types.Material], label: str | None = None
) -> bpy.types.Object:
    """An object of this surface; its slots count the materials."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(surface.points.tolist(), [], surface.faces)
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", surface.uv.astype(np.float32).ravel())
    for material in materials:
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", surface.slots.astype(np.int32))
    return put(piece, name, mesh, label=label)

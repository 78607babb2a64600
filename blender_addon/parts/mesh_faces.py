"""The faces of a mesh as arrays, in object mode and in edit mode: their material slots, and which are selected."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
from numpy.typing import NDArray


def read_indices(mesh: bpy.types.Mesh) -> NDArray[np.int32]:
    """The slot of each face, (faces,) int32, also in edit mode."""
    if mesh.is_editmode:
        faces = bmesh.from_edit_mesh(mesh).faces
        return np.fromiter((face.material_index for face in faces), np.int32, len(faces))
    indices = np.zeros(len(mesh.polygons), np.int32)
    if stored := mesh.attributes.get("material_index"):
        stored.data.foreach_get("value", indices)
    return indices


def write_indices(mesh: bpy.types.Mesh, indices: NDArray[np.int32]) -> None:
    """Set the slot of each face, (faces,) int32, also in edit mode."""
    if mesh.is_editmode:
        edited = bmesh.from_edit_mesh(mesh)
        for face, index in zip(edited.faces, indices.tolist(), strict=True):
            if face.material_index != index:
                face.material_index = index
        bmesh.update_edit_mesh(mesh, loop_triangles=False, destructive=False)
    else:
        mesh.polygons.foreach_set("material_index", indices)
        mesh.update()


def selected_faces(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """The faces that are selected, (faces,) bool."""
    if mesh.is_editmode:
        faces = bmesh.from_edit_mesh(mesh).faces
        return np.fromiter((face.select for face in faces), np.bool_, len(faces))
    chosen = np.zeros(len(mesh.polygons), np.bool_)
    mesh.polygons.foreach_get("select", chosen)
    return chosen


def select_faces(mesh: bpy.types.Mesh, chosen: NDArray[np.bool_], *, extend: bool) -> int:
    """Select faces of a mesh in edit mode, (faces,) bool; the others only stay selected with `extend`. How many."""
    edited = bmesh.from_edit_mesh(mesh)
    if not extend:
        for face in edited.faces:
            face.select = False
    for face, wanted in zip(edited.faces, chosen.tolist(), strict=True):
        if wanted and not face.hide:
            face.select = True
    edited.select_flush_mode()
    bmesh.update_edit_mesh(mesh, loop_triangles=False, destructive=False)
    return int(chosen.sum())

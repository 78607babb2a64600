"""What Blender's undo needs to take back all of a step."""

from __future__ import annotations

import bpy


def make_undo_whole(context: bpy.types.Context) -> None:
    """Let undo in edit mode take slots, materials and pass indices back, too.

    Blender keeps only the geometry of an edit mode's steps, unless data-blocks came or went: then all of the file. In
    other modes that would only make it look at all objects again.
    """
    if context.mode != "OBJECT":
        bpy.data.texts.remove(bpy.data.texts.new("labelpass"))

"""How large a preview is: a choice of the window, not of the file."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, PointerProperty

WIDTHS = (160, 320, 480)


class LABELPASS_PG_preview(bpy.types.PropertyGroup):
    """What the preview's panel asks for."""

    width: EnumProperty(
        name="Width",
        description="Of the preview, in pixels; its height follows from the scene's resolution",
        items=[(str(width), str(width), f"{width} pixels wide") for width in WIDTHS],
        default=str(WIDTHS[1]),
    )


def preview_state(context: bpy.types.Context) -> LABELPASS_PG_preview:
    return context.window_manager.labelpass_preview


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_preview,))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_preview = PointerProperty(type=LABELPASS_PG_preview)


def unregister() -> None:
    del bpy.types.WindowManager.labelpass_preview
    _no_classes()

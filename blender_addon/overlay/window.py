"""The overlay in the window: its state, its key's operator, its buttons, and what Blender calls to draw it.

Switched on or off for all 3D views of this Blender; the file knows nothing of it.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, FloatProperty, PointerProperty

from ..tab import status, timers
from ..tab.panels import LABELPASS_PT_labels
from . import picture as pictures

_handles: list[object] = []


def _switched(_state: object, _context: object) -> None:
    if not any_on():
        pictures.forget_all()
        if not bpy.app.background:
            from . import drawing

            drawing.drop_all()
    redraw()


def _changed(_state: object, _context: object) -> None:
    redraw()


class LABELPASS_PG_overlay(bpy.types.PropertyGroup):
    """How the 3D views show labels; nothing of it is worth saving."""

    show: BoolProperty(
        name="Label Colors",
        description="Show everything in the 3D views in the color of its label, what has none in magenta stripes. "
        "Changes neither materials nor the shading of the views",
        update=_switched,
    )
    opacity: FloatProperty(
        name="Opacity",
        description="How much the label colors cover what is below",
        min=0.05, max=1.0, default=0.75, subtype="FACTOR", update=_changed,
    )  # fmt: skip
    legend: BoolProperty(
        name="Legend",
        description="List the labels that the 3D view shows in its corner: color, name, how many things",
        default=True,
        update=_changed,
    )


def any_on() -> bool:
    return bpy.context.window_manager.labelpass_overlay.show


def redraw() -> None:
    """Draw all 3D views again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


class LABELPASS_OT_toggle_overlay(bpy.types.Operator):
    """Show everything in the 3D views in the color of its label, or as it was again"""

    bl_idname = "labelpass.toggle_overlay"
    bl_label = "Toggle Label Colors"
    bl_options = {"INTERNAL"}  # changes no data, so there is nothing to undo

    @classmethod
    def poll(cls, context):
        if not status.label_set(context.scene):
            cls.poll_message_set(status.NO_LABEL_SET_HERE)
            return False
        return True

    def execute(self, context):
        state = context.window_manager.labelpass_overlay
        state.show = not state.show
        return {"FINISHED"}


def draw_buttons(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """The switch, and what belongs to it while it is on, at the top of the Labels tab."""
    if not status.label_set(context.scene):
        return
    state, row = context.window_manager.labelpass_overlay, panel.layout.row(align=True)
    row.prop(state, "show", icon="OVERLAY", toggle=True)
    if state.show:
        row.prop(state, "legend", icon="PRESET", text="", toggle=True)
        panel.layout.prop(state, "opacity", slider=True)


def draw_in_popover(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """The same in the popover of all overlays."""
    if not status.label_set(context.scene):
        return
    state, column = context.window_manager.labelpass_overlay, panel.layout.column()
    column.active = context.space_data.overlay.show_overlays
    column.label(text="Labels")
    row = column.row(align=True)
    row.prop(state, "show")
    row.prop(state, "legend")
    part = column.row()
    part.active = state.show
    part.prop(state, "opacity", slider=True)


def _shows(context: bpy.types.Context) -> bool:
    state, space = context.window_manager.labelpass_overlay, context.space_data
    return state.show and space.type == "VIEW_3D" and space.overlay.show_overlays


def _draw_view() -> None:
    context = bpy.context
    if not _shows(context) or not context.view_layer.depsgraph or not status.label_set(context.scene):
        return
    from . import drawing

    shown = frozenset(obj.session_uid for obj in context.visible_objects)
    picture = pictures.picture_of(context.scene, context.view_layer)
    wait = picture.wait(shown)
    if wait == 0:
        picture.update(context.view_layer, context.view_layer.depsgraph, shown)
        drawing.drop_unused(pictures.all_pictures())
    elif wait > 0:
        timers.start(redraw, wait)
    picture.count(shown)  # for the legend, which is drawn next
    state = context.window_manager.labelpass_overlay
    drawing.draw(context, picture, shown, status.label_set(context.scene), state.opacity)


def _draw_legend() -> None:
    context = bpy.context
    label_set = status.label_set(context.scene)
    if not _shows(context) or not label_set or not context.window_manager.labelpass_overlay.legend:
        return
    from . import legend_drawing

    legend_drawing.draw(context, pictures.picture_of(context.scene, context.view_layer).counts, label_set)


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_overlay, LABELPASS_OT_toggle_overlay))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_overlay = PointerProperty(type=LABELPASS_PG_overlay)
    pictures.register()
    LABELPASS_PT_labels.prepend(draw_buttons)
    bpy.types.VIEW3D_PT_overlay.append(draw_in_popover)
    if not bpy.app.background:
        add = bpy.types.SpaceView3D.draw_handler_add
        _handles.append(add(_draw_view, (), "WINDOW", "POST_VIEW"))
        _handles.append(add(_draw_legend, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    timers.stop(redraw)
    for handle in _handles:
        bpy.types.SpaceView3D.draw_handler_remove(handle, "WINDOW")
    _handles.clear()
    bpy.types.VIEW3D_PT_overlay.remove(draw_in_popover)
    LABELPASS_PT_labels.remove(draw_buttons)
    pictures.unregister()
    if not bpy.app.background:
        from . import drawing

        drawing.drop_all()
    del bpy.types.WindowManager.labelpass_overlay
    _no_classes()
    redraw()

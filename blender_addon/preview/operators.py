"""The label preview as buttons: of the current view, of all views with Esc to stop, and what the pointer is on."""

from __future__ import annotations

import bpy

from ..contract.words import counted
from ..label_render.label_pass import RenderFailed
from ..label_render.viewpoints import NoCamera, find_views
from ..tab import status
from . import preview_image, previews
from .label_picture import Row, count_codes, rows_of
from .properties import preview_state


class LABELPASS_OT_preview(bpy.types.Operator):
    """Render the labels of what the camera shows now, small, exactly as a render node will write them. The last render
    stays in its slot; this one takes Blender's last slot"""

    bl_idname = "labelpass.preview"
    bl_label = "Preview Labels"
    bl_options = {"INTERNAL"}  # looking changes no data

    @classmethod
    def poll(cls, context):
        return _can(cls, previews.why_not(context.scene) or previews.why_no_camera(context.scene))

    def execute(self, context):
        try:
            for preview in _looks(context, [previews.current_view(context.scene)]):
                previews.keep(preview)
        except RenderFailed as error:
            self.report({"ERROR"}, _sentence(error))
            return {"CANCELLED"}
        return _show(self, context)


class LABELPASS_OT_preview_views(bpy.types.Operator):
    """Render the labels of every view of the scene, small, and count the pixels of each label. Esc stops. Frames are
    gone through as by the timeline"""

    bl_idname = "labelpass.preview_views"
    bl_label = "Preview All Views"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        return _can(cls, previews.why_not(context.scene))

    def invoke(self, context, _event):
        if not self._begin(context):
            return {"CANCELLED"}
        self.timer = context.window_manager.event_timer_add(0.01, window=context.window)
        context.window.cursor_modal_set("WAIT")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        if not self._begin(context):
            return {"CANCELLED"}
        try:
            while (ended := self._step(context)) is None:
                pass
        finally:
            context.workspace.status_text_set(None)
        return ended

    def modal(self, context, event):
        """All other events wait: between two views the scene is as a render needs it, and nobody may edit it."""
        if event.type == "ESC":
            self.cancel(context)
            return self._stopped(context)
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        ended = self._step(context)
        if ended is None:
            preview_image.show(context, previews.last(), new=False)  # Esc would go to a new window
            return {"RUNNING_MODAL"}
        self.cancel(context)
        return ended

    def cancel(self, context):
        """Also when Blender ends it, since another file is opened."""
        self.looking.close()
        context.window_manager.event_timer_remove(self.timer)
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)

    def _begin(self, context) -> bool:
        try:
            views = find_views(context.scene)
        except NoCamera as error:
            self.report({"ERROR"}, _sentence(error))
            return False
        self.looking, self.done, self.wanted = _looks(context, views), 0, len(views)
        context.workspace.status_text_set(f"Previewing labels of {counted(len(views), 'view')}; Esc stops")
        return True

    def _step(self, context) -> set[str] | None:
        try:
            preview = next(self.looking, None)
        except RenderFailed as error:
            self.report({"ERROR"}, _sentence(error))
            return {"CANCELLED"}
        if preview is None:
            return _show(self, context) if self.done == self.wanted else self._stopped(context)
        previews.keep(preview)
        self.done = len(preview.views)
        context.workspace.status_text_set(f"Previewing labels: {self.done} of {self.wanted} views; Esc stops")
        return None

    def _stopped(self, context) -> set[str]:
        return _show(self, context, f"stopped after {counted(self.done, 'view')}") if self.done else {"CANCELLED"}


class LABELPASS_OT_preview_ask(bpy.types.Operator):
    """Show the label under the pointer. Click or Esc ends"""

    bl_idname = "labelpass.preview_ask"
    bl_label = "Point and Ask"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        shown = getattr(context.space_data, "image", None)
        return _can(cls, "" if shown and shown == preview_image.image() else "Works where the label preview is shown")

    def invoke(self, context, _event):
        self.pressed = False
        context.window.cursor_modal_set("EYEDROPPER")
        context.area.header_text_set("Point at the preview; click or Esc ends")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        row = row_under(context, event.mouse_x, event.mouse_y)
        if event.type == "MOUSEMOVE":
            context.area.header_text_set(f"{row.name}; click or Esc ends" if row else "Beside the preview")
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            self.pressed = True
        ends = event.type in {"ESC", "RIGHTMOUSE"} or (event.type == "LEFTMOUSE" and self.pressed)
        if not ends or event.value == "PRESS":
            looking = event.type in {"MIDDLEMOUSE", "WHEELUPMOUSE", "WHEELDOWNMOUSE"}
            return {"PASS_THROUGH"} if looking else {"RUNNING_MODAL"}
        self.cancel(context)
        if row and event.type == "LEFTMOUSE":
            self.report({"INFO"}, row.name)
        return {"FINISHED"}

    def cancel(self, context):
        """Also when Blender ends it, since another file is opened."""
        context.window.cursor_modal_restore()
        context.area.header_text_set(None)


def row_under(context: bpy.types.Context, x: int, y: int) -> Row | None:
    """The label of the preview at a place of the window, in pixels; None beside the preview."""
    preview, label_set = previews.last(), status.label_set(context.scene)
    region = next(each for each in context.area.regions if each.type == "WINDOW")
    u, v = region.view2d.region_to_view(x - region.x, y - region.y)
    if not preview or not label_set or not (0 <= u < 1 and 0 <= v < 1):
        return None
    width, height = preview.size
    code = preview.labels[height - 1 - int(v * height), int(u * width)]
    return rows_of(count_codes(code), label_set)[0]


def _looks(context, views):
    scene = context.scene
    size = previews.size_of(scene.render, int(preview_state(context).width))
    return previews.looks(scene, context.view_layer, status.label_set(scene), views, size)


def _show(operator, context, said: str = "") -> set[str]:
    preview = previews.last()
    preview_image.show(context, preview)
    status.redraw_sidebars()
    bare = sum(row.share for row in preview.rows if row.code == 0)
    said = said or f"{counted(len(preview.views), 'view')} in {preview.seconds:.1f} s"
    strange = [row.name for row in preview.rows if not row.known]
    if strange:
        operator.report({"WARNING"}, f"{said}; {strange[0]} is none of the label set: nodes will refuse it")
    else:
        operator.report({"INFO"}, f"{said}; {bare:.1%} of the pixels unlabelled")
    return {"FINISHED"}


def _can(operator: type, reason: str) -> bool:
    if reason:
        operator.poll_message_set(reason)
    return not reason


def _sentence(error: Exception) -> str:
    return f"No preview: {error}"


register, unregister = bpy.utils.register_classes_factory(
    (LABELPASS_OT_preview, LABELPASS_OT_preview_views, LABELPASS_OT_preview_ask)
)

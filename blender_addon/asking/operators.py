"""Why has this its label? Asked of the active object or face by a button, or of what the mouse points at."""

from __future__ import annotations

from functools import partial

import bmesh
import bpy

from ..contract.labels import name_of
from ..tab import status
from ..tab.swatches import icon
from .reasons import Answer, why_face, why_here, why_object
from .under_cursor import first_hit, ray_at, region_at

_MOST = 12


class LABELPASS_OT_why(bpy.types.Operator):
    """Why the active object, in edit mode its selected faces, has its label; for an instance, why its members have"""

    bl_idname = "labelpass.why"
    bl_label = "Why This Label?"
    bl_options = {"INTERNAL"}  # asking changes no data

    @classmethod
    def poll(cls, context):
        if not context.object:
            cls.poll_message_set("No object is active")
            return False
        return True

    def execute(self, context):
        obj = context.object
        if context.mode == "EDIT_MESH" and (materials := _materials_asked(obj)):
            return _say(self, context, [why_face(obj, material) for material in materials])
        return _say(self, context, why_object(obj, context.view_layer, context.evaluated_depsgraph_get()))


class LABELPASS_OT_why_here(bpy.types.Operator):
    """Click on anything to see why it has its label, also on members of instances and on copies"""

    bl_idname = "labelpass.why_here"
    bl_label = "Point and Ask"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        if not getattr(context.space_data, "region_3d", None):
            cls.poll_message_set("Works in a 3D view")
            return False
        return True

    def invoke(self, context, _event):
        self.pressed = False
        context.window.cursor_modal_set("EYEDROPPER")
        context.workspace.status_text_set("Click on what you ask about; Esc or right mouse ends")
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type in {"ESC", "RIGHTMOUSE"}:
            return self._end(context)
        if event.type == "LEFTMOUSE":
            if event.value == "PRESS":
                self.pressed = True
            elif self.pressed:  # a menu that opens before the button is let go would close at once
                self._end(context)
                return self._answer(context, event)
        looking = event.type in {"MIDDLEMOUSE", "WHEELUPMOUSE", "WHEELDOWNMOUSE"}
        return {"PASS_THROUGH"} if looking else {"RUNNING_MODAL"}

    def _answer(self, context, event):
        region = region_at(context.area, event.mouse_x, event.mouse_y)
        if not region:
            return {"CANCELLED"}
        ray = ray_at(region, context.space_data, (event.mouse_x - region.x, event.mouse_y - region.y))
        hit = first_hit(context.evaluated_depsgraph_get(), ray, context.space_data)
        nothing = Answer("nothing", 0, "no surface is here: it is background")
        return _say(self, context, why_here(hit) if hit else [nothing])

    def cancel(self, context):
        """When Blender ends it, since another file is opened."""
        self._end(context)

    def _end(self, context):
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)
        return {"CANCELLED"}


def _materials_asked(obj: bpy.types.Object) -> list[bpy.types.Material | None]:
    """The materials of the selected faces, the active one's first; where none is selected, the active face's.

    Selecting a part leaves the active face where it was, which may be another part's.
    """
    faces, slots = bmesh.from_edit_mesh(obj.data).faces, obj.material_slots
    active = [faces.active] if faces.active else []
    chosen = [face for face in faces if face.select]
    if chosen and active and active[0].select:
        chosen = active + chosen
    indices = dict.fromkeys(face.material_index for face in chosen or active)
    return list(dict.fromkeys(slots[min(at, len(slots) - 1)].material if slots else None for at in indices))


def _say(operator: bpy.types.Operator, context: bpy.types.Context, answers: list[Answer]) -> set[str]:
    label_set = status.label_set(context.scene)
    for answer in answers[:_MOST]:
        operator.report({"INFO"}, f"{answer.what}: {name_of(label_set, answer.label_id)}, since {answer.reason}")
    if not bpy.app.background:
        context.window_manager.popup_menu(partial(_draw, answers), title="Why This Label?", icon="QUESTION")
    return {"FINISHED"}


def _draw(answers: list[Answer], menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    label_set = status.label_set(context.scene)
    for answer in answers[:_MOST]:
        label = label_set.by_id.get(answer.label_id) if label_set else None
        text = f"{answer.what}: {name_of(label_set, answer.label_id)}"
        if label:
            menu.layout.label(text=text, icon_value=icon(label.color))
        else:
            menu.layout.label(text=text, icon="QUESTION")
        menu.layout.label(text=f"{answer.reason[:1].upper()}{answer.reason[1:]}", icon="BLANK1")
    if len(answers) > _MOST:
        menu.layout.label(text=f"and {len(answers) - _MOST} more")


register, unregister = bpy.utils.register_classes_factory((LABELPASS_OT_why, LABELPASS_OT_why_here))

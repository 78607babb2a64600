"""Face parts as buttons: assign and clear the selected faces; select, clear, relabel, merge and update parts."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..contract.labels import Label, LabelSetError
from ..contract.words import counted, listed
from ..scene_labels import why_locked
from ..tab import status
from ..tab.properties import active_label
from ..tab.undo import make_undo_whole
from .face_parts import Choice, PartChange, assign_faces, faces_of, is_part, part_slots
from .mesh_faces import select_faces, selected_faces
from .upkeep import merge_parts, update_parts


class LABELPASS_OT_assign_faces(bpy.types.Operator):
    """Make the selected faces part of the label picked in the list. The mesh stays whole and looks as it did"""

    bl_idname = "labelpass.assign_faces"
    bl_label = "Assign to Faces"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _in_edit_mode(cls, context) and status.needs_label_set(cls, context)

    def execute(self, context):
        label = label_wanted(self, context, self.label_id)
        if not label:
            return {"CANCELLED"}
        done = assign_faces(context.objects_in_mode_unique_data, label, selected_faces)
        return _tell(self, done, f"now part of {label.name}", "No face is selected that is not part of it already")


class LABELPASS_OT_clear_faces(bpy.types.Operator):
    """Give the selected faces their own material back; they have the label of their object again"""

    bl_idname = "labelpass.clear_faces"
    bl_label = "Clear Faces"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _in_edit_mode(cls, context)

    def execute(self, context):
        done = assign_faces(context.objects_in_mode_unique_data, None, selected_faces)
        return _tell(self, done, "of no part any more", "No face is selected that is part of a label")


class LABELPASS_OT_select_part(bpy.types.Operator):
    """Select the faces that are part of this label, in edit mode. Shift adds to the selection"""

    bl_idname = "labelpass.select_part"
    bl_label = "Select Part"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})
    extend: BoolProperty(name="Extend", description="Keep what is selected already", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _on_a_mesh(cls, context)

    def invoke(self, context, event):
        self.extend = event.shift
        return self.execute(context)

    def execute(self, context):
        locked = why_locked(context.object) or why_locked(context.object.data)
        if locked:
            self.report({"WARNING"}, f"{context.object.name}: {locked}")
            return {"CANCELLED"}
        label = active_label(context)
        wanted = self.label_id or (label.id if label else 0)
        if context.mode != "EDIT_MESH":
            bpy.ops.object.mode_set(mode="EDIT")
        context.tool_settings.mesh_select_mode = (False, False, True)
        found = sum(
            select_faces(obj.data, faces_of(obj.data, part_slots(obj, wanted)), extend=self.extend)
            for obj in context.objects_in_mode_unique_data
        )
        self.report({"INFO"}, f"{counted(found, 'face')} selected" if found else "No face is part of it")
        return {"FINISHED"}


class LABELPASS_OT_clear_part(bpy.types.Operator):
    """Give all faces of this part their own material back, on this object"""

    bl_idname = "labelpass.clear_part"
    bl_label = "Clear Part"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _on_a_mesh(cls, context)

    def execute(self, context):
        done = assign_faces([context.object], None, _part_of(context.object, self.label_id))
        return _tell(self, done, "of no part any more", "No face is part of it")


class LABELPASS_OT_relabel_part(bpy.types.Operator):
    """Give this part the label picked in the list; with a part that has that label already it becomes one"""

    bl_idname = "labelpass.relabel_part"
    bl_label = "Relabel Part"
    bl_options = {"REGISTER", "UNDO"}

    label_id: IntProperty(name="Label Id", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _on_a_mesh(cls, context) and status.needs_label_set(cls, context)

    def execute(self, context):
        label = label_wanted(self, context, 0)
        if not label:
            return {"CANCELLED"}
        done = assign_faces([context.object], label, _part_of(context.object, self.label_id))
        return _tell(self, done, f"now part of {label.name}", f"They are part of {label.name} already")


class LABELPASS_OT_merge_parts(bpy.types.Operator):
    """Make one of copies and slots that are the same: after appending, joining, or a change of label set"""

    bl_idname = "labelpass.merge_parts"
    bl_label = "Merge Equal Parts"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _on_a_mesh(cls, context)

    def execute(self, context):
        objects = context.objects_in_mode_unique_data if context.mode == "EDIT_MESH" else [context.object]
        gone = merge_parts(objects, status.label_set(context.scene))
        make_undo_whole(context)
        status.forget()
        self.report({"INFO"}, f"{counted(gone, 'part')} merged" if gone else "No two parts here are equal")
        return {"FINISHED"}


class LABELPASS_OT_update_parts(bpy.types.Operator):
    """Parts of this material look different from it, since one was edited: make them copies of it again"""

    bl_idname = "labelpass.update_parts"
    bl_label = "Update Parts"
    bl_options = {"REGISTER", "UNDO"}

    material: StringProperty(name="Material", description="Their source", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return status.needs_label_set(cls, context)

    def execute(self, context):
        source, label_set = bpy.data.materials.get(self.material), status.label_set(context.scene)
        count, left = update_parts(source, label_set) if source else (0, [])
        if not count and not left:
            self.report({"WARNING"}, f"No part of {self.material!r} looks different from it")
            return {"CANCELLED"}
        make_undo_whole(context)
        said = [f"{counted(count, 'part')} of {self.material!r} {_is(count)} like it again"] if count else []
        said += [f"{name} is left: {label_set.name} does not define its label" for name in left]
        self.report({"WARNING"} if left else {"INFO"}, listed(said, 3, "; "))
        return {"FINISHED"} if count else {"CANCELLED"}


def label_wanted(operator: bpy.types.Operator, context: bpy.types.Context, label_id: int) -> Label | None:
    """The label of that id, or with 0 the one picked in the list; None where there is none, and then that is said."""
    try:
        label = status.label_set(context.scene).find(label_id) if label_id else active_label(context)
    except LabelSetError as error:
        operator.report({"ERROR"}, str(error))
        return None
    if not label:
        operator.report({"WARNING"}, "No label is picked in the list")
    return label


def _part_of(obj: bpy.types.Object, label_id: int) -> Choice:
    slots = [number for number in part_slots(obj, label_id) if is_part(obj.material_slots[number].material)]
    return lambda mesh: faces_of(mesh, slots)


def _tell(operator: bpy.types.Operator, done: PartChange, what: str, nothing: str) -> set[str]:
    """Say what became of the faces, and which other objects show them, too."""
    make_undo_whole(bpy.context)
    status.forget()
    said = f"{counted(done.faces, 'face')} {_is(done.faces)} {what}" if done.faces else nothing
    shared = done.shared.most_common()
    notes = [f"also on {counted(others, 'other object')} with the same mesh {name!r}" for name, others in shared]
    notes += [f"the label of material {name!r} stays on {counted(count, 'face')}, as on all its faces"
              for name, count in done.kept.items()]  # fmt: skip
    notes += [f"{name}: {why}" for name, why in done.refused.items()]
    operator.report({"WARNING"} if done.refused or not done.faces else {"INFO"}, listed([said, *notes], 5, "; "))
    return {"FINISHED"} if done.faces else {"CANCELLED"}


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _in_edit_mode(operator: type, context: bpy.types.Context) -> bool:
    if context.mode != "EDIT_MESH":
        operator.poll_message_set("Works in the edit mode of a mesh (Tab)")
        return False
    return True


def _on_a_mesh(operator: type, context: bpy.types.Context) -> bool:
    if not context.object or context.object.type != "MESH" or context.mode not in {"OBJECT", "EDIT_MESH"}:
        operator.poll_message_set("Works on the active mesh, in object or edit mode")
        return False
    return True


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_assign_faces,
        LABELPASS_OT_clear_faces,
        LABELPASS_OT_select_part,
        LABELPASS_OT_clear_part,
        LABELPASS_OT_relabel_part,
        LABELPASS_OT_merge_parts,
        LABELPASS_OT_update_parts,
    )
)

"""Labels for many things at once, as buttons: all faces with a material, all members of a collection."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty

from .. import scene_labels
from ..contract.words import counted, listed
from ..tab import status
from ..tab.operators import tell_assignment
from ..tab.status import needs_label_set
from ..tab.undo import make_undo_whole
from .face_parts import source_of
from .material_labels import MaterialLabelled, label_material
from .operators import label_wanted


class LABELPASS_OT_assign_material(bpy.types.Operator):
    """Give all faces with this material, in the whole file, the label picked in the list"""

    bl_idname = "labelpass.assign_material"
    bl_label = "Assign to Material"
    bl_options = {"REGISTER", "UNDO"}

    material: StringProperty(name="Material", description="Empty: the active one", options={"HIDDEN", "SKIP_SAVE"})
    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return needs_label_set(cls, context)

    def execute(self, context):
        material, label = _material(self, context), label_wanted(self, context, self.label_id)
        if not material or not label:
            return {"CANCELLED"}
        return _tell_material(self, context, material, label_material(material, label.id), label.name)


class LABELPASS_OT_clear_material(bpy.types.Operator):
    """Take its label off this material; its faces have the label of their object again"""

    bl_idname = "labelpass.clear_material"
    bl_label = "Clear Material"
    bl_options = {"REGISTER", "UNDO"}

    material: StringProperty(name="Material", description="Empty: the active one", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return needs_label_set(cls, context)

    def execute(self, context):
        material = _material(self, context)
        if not material:
            return {"CANCELLED"}
        return _tell_material(self, context, material, label_material(material, 0), "what their object is")


class LABELPASS_OT_assign_collection(bpy.types.Operator):
    """Give all objects of this collection, and of those in it, the label picked in the list.
    What is added to the collection later is not labelled by that"""

    bl_idname = "labelpass.assign_collection"
    bl_label = "Assign to Collection"
    bl_options = {"REGISTER", "UNDO"}

    collection: StringProperty(name="Collection", options={"HIDDEN", "SKIP_SAVE"})
    label_id: IntProperty(name="Label Id", description="0: the one in the list", min=0, options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return needs_label_set(cls, context)

    def execute(self, context):
        found, label = _members(self, context), label_wanted(self, context, self.label_id)
        if not found or not label:
            return {"CANCELLED"}
        return tell_assignment(self, context, scene_labels.assign(found, label.id), label.name)


class LABELPASS_OT_clear_collection(bpy.types.Operator):
    """Take the labels off all objects of this collection, and of those in it"""

    bl_idname = "labelpass.clear_collection"
    bl_label = "Clear Collection"
    bl_options = {"REGISTER", "UNDO"}

    collection: StringProperty(name="Collection", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return needs_label_set(cls, context)

    def execute(self, context):
        found = _members(self, context)
        if not found:
            return {"CANCELLED"}
        return tell_assignment(self, context, scene_labels.clear(found), "unlabelled")


def _material(operator: bpy.types.Operator, context: bpy.types.Context) -> bpy.types.Material | None:
    """The material that is meant; of a part's, the one that it is a copy of."""
    active = context.object.active_material if context.object else None
    material = source_of(bpy.data.materials.get(operator.material) if operator.material else active)
    if not material:
        operator.report({"WARNING"}, f"no material {operator.material!r}" if operator.material else "No material here")
    return material


def _members(operator: bpy.types.Operator, context: bpy.types.Context) -> list[bpy.types.Object]:
    root = context.scene.collection
    collection = root if operator.collection in {"", root.name} else bpy.data.collections.get(operator.collection)
    found = list(collection.all_objects) if collection else []
    if not found:
        operator.report({"WARNING"}, f"collection {operator.collection!r} has no objects")
    return found


def _tell_material(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    material: bpy.types.Material,
    done: MaterialLabelled,
    what: str,
) -> set[str]:
    make_undo_whole(context)
    status.forget()
    if done.refused:
        operator.report({"WARNING"}, f"{material.name}: {done.refused}")
        return {"CANCELLED"}
    on = f"{counted(done.faces, 'face')} on {counted(done.objects, 'object')}"
    said = [f"all faces with material {material.name!r} are now {what}: {on}"]
    label_set = status.label_set(context.scene)
    if label_set and done.was in label_set.by_id and label_set.by_id[done.was].name != what:
        said.append(f"they were {label_set.by_id[done.was].name}")
    if done.parts:
        said.append(f"faces with a part of their own keep it: {listed(done.parts, 3)}")
    operator.report({"INFO"}, "; ".join(said))
    return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_assign_material,
        LABELPASS_OT_clear_material,
        LABELPASS_OT_assign_collection,
        LABELPASS_OT_clear_collection,
    )
)

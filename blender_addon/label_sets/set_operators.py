"""The label set as a whole, as buttons: its name, a copy of it, a new one, a file of it."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper

from ..contract.labels import LabelSetError
from ..contract.words import counted
from ..tab import status
from ..tab.operators import put_in_place
from . import label_files
from . import label_set_edits as edits
from .label_set_change import Change, plan_for_file
from .operators import can_edit, carry_out
from .properties import fill_set_rows

_NAME = "Letters, digits, '.', '_' and '-': files and datasets are called so"


class LABELPASS_OT_name_set(bpy.types.Operator):
    """Name the label set. One that comes with Labelpass becomes your own copy"""

    bl_idname = "labelpass.name_set"
    bl_label = "Name Label Set"
    bl_options = {"UNDO", "INTERNAL"}
    bl_property = "name"  # takes what is typed, without a click into it first

    name: StringProperty(name="Name", description=_NAME, options={"SKIP_SAVE"})
    title: StringProperty(name="Title", description="What the window shows, in any words", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context)

    def invoke(self, context, _event):
        own = edits.own_copy(status.label_set(context.scene))
        self.name, self.title = own.name, own.title
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Name")

    def execute(self, context):
        said = f"the label set is called {self.name}"
        return carry_out(self, context, lambda old: edits.rename_set(old, self.name, self.title.strip()), said)


class LABELPASS_OT_duplicate_set(bpy.types.Operator):
    """Go on with a copy of the label set under another name. Its labels name the old ones as their parents"""

    bl_idname = "labelpass.duplicate_set"
    bl_label = "Duplicate Label Set"
    bl_options = {"UNDO", "INTERNAL"}
    bl_property = "name"  # takes what is typed, without a click into it first

    name: StringProperty(name="Name", description=_NAME, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return can_edit(cls, context)

    def invoke(self, context, _event):
        self.name = f"{status.label_set(context.scene).name}-copy"[:64]
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Duplicate")

    def execute(self, context):
        said = f"the file uses the copy {self.name}; export the old one first if you need it elsewhere"
        return carry_out(self, context, lambda old: edits.duplicate(old, self.name), said)


class LABELPASS_OT_new_set(bpy.types.Operator):
    """Start a label set of your own, with one label to begin with. Labels in use that it lacks are lost"""

    bl_idname = "labelpass.new_set"
    bl_label = "New Label Set"
    bl_options = {"UNDO", "INTERNAL"}
    bl_property = "name"  # takes what is typed, without a click into it first

    name: StringProperty(name="Name", description=_NAME, default="my-labels", options={"SKIP_SAVE"})
    first: StringProperty(
        name="First Label", description="A set has one label at least", default="thing", options={"SKIP_SAVE"}
    )

    def _plan(self, context) -> Change:
        return plan_for_file(context.scene, edits.new_set(self.name, self.first))

    def invoke(self, context, _event):
        return context.window_manager.invoke_props_dialog(self, width=360, confirm_text="Start")

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "name")
        layout.prop(self, "first")
        try:
            change = self._plan(context)
        except LabelSetError as error:
            layout.label(text=str(error), icon="ERROR")
            return
        for line in [] if change.harmless else change.lines()[:8]:
            layout.label(text=line)

    def execute(self, context):
        try:
            change = self._plan(context)
        except LabelSetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        done = put_in_place(self, context, change)
        fill_set_rows(context)
        return done


class LABELPASS_OT_export_set(bpy.types.Operator, ExportHelper):
    """Write the label set to a file: the ending of its name, .json, .yaml or .csv, says of which kind"""

    bl_idname = "labelpass.export_set"
    bl_label = "Export Label Set"
    bl_options = {"INTERNAL"}  # the scene stays as it is

    filename_ext = ".json"
    check_extension = None  # any of those that are known
    filter_glob: StringProperty(default="*.json;*.yaml;*.yml;*.csv", options={"HIDDEN"})

    @classmethod
    def poll(cls, context):
        return status.needs_label_set(cls, context)

    def invoke(self, context, _event):
        folder = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
        self.filepath = str(folder / f"{status.label_set(context.scene).name}.json")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, _context):
        path = Path(self.filepath)
        if not path.name or path.suffix.lower() in label_files.WRITTEN:
            return False
        self.filepath += ".json"
        return True

    def draw(self, _context):
        column = self.layout.column(align=True)
        for text in (
            "The ending of the name",
            "says what is written:",
            ".json, .yaml: all of the set",
            ".csv: a row per label",
        ):
            column.label(text=text)

    def execute(self, context):
        label_set, path = status.label_set(context.scene), Path(bpy.path.abspath(self.filepath))
        try:
            label_files.write(label_set, path)
        except LabelSetError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{counted(len(label_set.labels), 'label')} written to {path.name}")
        return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_name_set,
        LABELPASS_OT_duplicate_set,
        LABELPASS_OT_new_set,
        LABELPASS_OT_export_set,
    )
)

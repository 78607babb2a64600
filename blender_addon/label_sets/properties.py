"""The state of the Edit Label Set panel: a row per label, in the set's order, whose fields can be edited in place.

It lives on the window manager, which Blender's undo passes over: a field that is edited runs an operator, and that is
the step to undo. Rows are filled in place, since a colour picker may be open on one.
"""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..contract.labels import BY_ALPHA, IGNORED, SEE_THROUGH, SURFACE, Color, Label, LabelSet, LabelSetError
from ..scene_labels import label_set_text
from ..tab import status, timers
from ..tab.properties import filling
from . import label_csv
from . import label_set_edits as edits

PAUSE = 0.4  # seconds: a colour picker tells every step of a drag, and one drag is one step to undo

POLICIES = (
    (BY_ALPHA, "By Alpha", "A point is there or looked through by its alpha and the threshold of the render. Glass is "
     "there", "IMAGE_ALPHA", 0),
    (SURFACE, "Surface", "Wherever it is not fully transparent, it is there: curtains, labels of bottles, all of a "
     "window pane", "SNAP_FACE", 1),
    (SEE_THROUGH, "See-Through", "Only what is fully opaque is there. Glass and all that is half transparent is looked "
     "through", "XRAY", 2),
    (IGNORED, "Ignore", "Glass and all that is half transparent gets the code for pixels that nobody should learn from "
     "or be judged by", "CANCEL", 3),
)  # fmt: skip


def edit_of(old: LabelSet, label_id: int, field: str, value: str) -> edits.Edit:
    """The edit that writing a text into a field of the list is. Raises LabelSetError."""
    if field == "name":
        return edits.rename(old, label_id, value)
    if field == "color":
        return edits.recolour(old, label_id, (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)))
    if field == "transparency":
        return edits.set_transparency(old, label_id, value)
    if field == "aliases":
        return edits.set_aliases(old, label_id, label_csv.split(value))
    if field == "parents":
        return edits.set_parents(old, label_id, label_csv.parents_from(value))
    raise LabelSetError(f"a label has no field {field!r}")


def _writer(field: str):
    """What Blender calls when a field was edited."""

    def write(row: LABELPASS_PG_set_label, context: bpy.types.Context) -> None:
        if not set_state(context).filling:
            _write(context, row.label_id, field, getattr(row, field))

    return write


def _write(context: bpy.types.Context, label_id: int, field: str, value: str) -> None:
    """One undo step; what is refused is said, and the field shows again what is true."""
    old = status.label_set(context.scene)
    try:
        changed = bool(old) and edit_of(old, label_id, field, value).new != old
    except LabelSetError as error:
        _tell(context, str(error))
        changed = False
    if changed:
        bpy.ops.labelpass.edit_label("EXEC_DEFAULT", True, label_id=label_id, field=field, value=value)
    else:
        fill_set_rows(context)


def _tell(context: bpy.types.Context, text: str) -> None:
    if not bpy.app.background:
        context.window_manager.popup_menu(
            lambda menu, _context: menu.layout.label(text=text), title="Nothing Was Changed", icon="ERROR"
        )


_waiting: dict[str, tuple[int, str]] = {}


def _recoloured(row: LABELPASS_PG_set_label, context: bpy.types.Context) -> None:
    """Wait until the drag is over."""
    if not set_state(context).filling:
        red, green, blue = (round(channel * 255) for channel in row.color)
        _waiting[context.scene.name] = row.label_id, f"#{red:02x}{green:02x}{blue:02x}"
        timers.start(recolour_now, PAUSE, anew=True)


def recolour_now() -> None:
    """Put the colours in place that were chosen a moment ago."""
    for name, (label_id, value) in list(_waiting.items()):
        del _waiting[name]
        window = next((each for each in bpy.context.window_manager.windows if each.scene.name == name), None)
        if window:
            with bpy.context.temp_override(window=window):
                _write(bpy.context, label_id, "color", value)


class LABELPASS_PG_set_label(bpy.types.PropertyGroup):
    """A label of the set, as the list shows it."""

    label_id: IntProperty(name="Id")
    name: StringProperty(name="Name", description="Double-click to rename the label", update=_writer("name"))
    color: FloatVectorProperty(
        name="Color",
        description="The color of the label in the window and in datasets",
        subtype="COLOR_GAMMA",
        size=3,
        min=0,
        max=1,
        update=_recoloured,
    )
    transparency: EnumProperty(
        name="Transparency",
        description="What becomes of points that light passes through, on things with this label",
        items=POLICIES,
        update=_writer("transparency"),
    )
    aliases: StringProperty(
        name="Aliases",
        description="Other names that searches and suggestions know the label by, between semicolons",
        update=_writer("aliases"),
    )
    parents: StringProperty(
        name="Parents",
        description="What the label is in other label sets, such as nyu40=5; nyu13=4: exports in those sets need it",
        update=_writer("parents"),
    )


class LABELPASS_PG_set(bpy.types.PropertyGroup):
    """What the Edit Label Set panel shows; nothing of it is worth saving."""

    rows: CollectionProperty(type=LABELPASS_PG_set_label)
    rows_of: StringProperty()
    active: IntProperty(name="Label", description="The label that the buttons beside the list change")
    filling: BoolProperty()


def set_state(context: bpy.types.Context) -> LABELPASS_PG_set:
    """The panel's state."""
    return context.window_manager.labelpass_set


def picked_label(context: bpy.types.Context) -> Label | None:
    """The label that the buttons beside the list change."""
    state, label_set = set_state(context), status.label_set(context.scene)
    if not label_set or not 0 <= state.active < len(state.rows):
        return None
    return label_set.by_id.get(state.rows[state.active].label_id)


def stale_set_rows(context: bpy.types.Context) -> bool:
    """True when the rows are not those of the scene's label set."""
    return set_state(context).rows_of != label_set_text(context.scene)


def fill_set_rows(context: bpy.types.Context, pick: int = 0) -> None:
    """Make the rows those of the scene's label set. `pick`: the id of the label to pick, 0: the one that is."""
    state, label_set = set_state(context), status.label_set(context.scene)
    labels = label_set.labels if label_set else ()
    if not pick and 0 <= state.active < len(state.rows):
        pick = state.rows[state.active].label_id
    state.filling = True
    try:
        while len(state.rows) > len(labels):
            state.rows.remove(len(state.rows) - 1)
        for place, label in enumerate(labels):
            _fill(state.rows[place] if place < len(state.rows) else state.rows.add(), label)
        ids = [label.id for label in labels]
        state.active = ids.index(pick) if pick in ids else min(max(state.active, 0), max(len(ids) - 1, 0))
        state.rows_of = label_set_text(context.scene)
    finally:
        state.filling = False


def _fill(row: LABELPASS_PG_set_label, label: Label) -> None:
    row.label_id = label.id
    for field, value in (
        ("name", label.name),
        ("transparency", label.transparency),
        ("aliases", label_csv.texts_to_cell(label.aliases)),
        ("parents", label_csv.parents_to_cell(label.parents)),
    ):
        if getattr(row, field) != value:
            setattr(row, field, value)
    if _shown_color(row) != label.color:
        row.color = [channel / 255 for channel in label.color]


def _shown_color(row: LABELPASS_PG_set_label) -> Color:
    red, green, blue = (round(channel * 255) for channel in row.color)
    return red, green, blue


_fill_now = filling(stale_set_rows, fill_set_rows)


def fill_set_rows_soon() -> None:
    """For drawing code, which may not write."""
    timers.start(_fill_now)


_classes, _no_classes = bpy.utils.register_classes_factory((LABELPASS_PG_set_label, LABELPASS_PG_set))


def register() -> None:
    _classes()
    bpy.types.WindowManager.labelpass_set = PointerProperty(type=LABELPASS_PG_set)


def unregister() -> None:
    timers.stop(recolour_now)
    _waiting.clear()
    timers.stop(_fill_now)
    del bpy.types.WindowManager.labelpass_set
    _no_classes()

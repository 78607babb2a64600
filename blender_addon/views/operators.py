"""Camera views as buttons: add, look through, update, name, move, duplicate, remove, draw their pictures."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..contract.words import counted, listed
from . import thumbnails
from .camera_views import Standpoint, add_view, keep_cameras, standpoint_of
from .properties import fill_views, looks, refill_soon, views_state
from .view_edits import duplicate_view, move_view, remove_view, rename_view, update_view
from .view_list import list_rows


class LABELPASS_OT_add_view(bpy.types.Operator):
    """Keep what you see here as a view to render: a camera jumps there at the next free frame"""

    bl_idname = "labelpass.add_view"
    bl_label = "Add View from Here"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _in_3d_view(cls, context)

    def execute(self, context):
        still = [context.scene.objects[row.camera] for row in list_rows(context.scene) if row.still]
        standpoint = _standpoint(context)
        return _edit(self, context, lambda scene: self._add(scene, standpoint, still), picture=True)

    def _add(self, scene, standpoint: Standpoint, still: list[bpy.types.Object]) -> tuple[str, int]:
        # What jumps is rendered by its frames, and no other camera then.
        kept = keep_cameras(scene, still, orthographic=standpoint.orthographic)
        view = add_view(scene, standpoint)
        said = f"{view.name} is frame {view.frame} of {scene.camera.name!r}"
        if kept:
            said += f"; before it come views where {listed(kept, 3)} stand"
        left = [camera.name for camera in still if camera.name not in kept]
        if left:
            said += f"; {listed(left, 3)} cannot be among them, being of another kind"
        return said, view.frame


class _OnView:
    """An operator on the view at a frame."""

    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    frame: IntProperty(name="Frame", options={"HIDDEN", "SKIP_SAVE"})


class LABELPASS_OT_go_to_view(_OnView, bpy.types.Operator):
    """Look through this view: go to its frame, and into its camera"""

    bl_idname = "labelpass.go_to_view"
    bl_label = "Look Through"
    bl_options = {"INTERNAL"}  # looking changes no data

    camera: StringProperty(description="Where it is not the camera of that frame", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _in_3d_view(cls, context)

    def execute(self, context):
        scene, space = context.scene, context.space_data
        if scene.frame_current != self.frame:  # going to the same frame would undo what is not keyed yet
            scene.frame_set(self.frame)
        camera = scene.objects.get(self.camera) or scene.camera
        if (space.camera if space.use_local_camera else scene.camera) != camera:
            space.use_local_camera = camera != scene.camera
            if space.use_local_camera:
                space.camera = camera
        space.region_3d.view_perspective = "CAMERA"
        if views_state(context).pictures:
            thumbnails.draw_soon(looks(self.frame))
        return {"FINISHED"}


class LABELPASS_OT_update_view(_OnView, bpy.types.Operator):
    """Let this view look from here instead"""

    bl_idname = "labelpass.update_view"
    bl_label = "Update View from Here"

    @classmethod
    def poll(cls, context):
        return _in_3d_view(cls, context)

    def execute(self, context):
        standpoint = _standpoint(context)

        def update(scene):
            update_view(scene, self.frame, standpoint)
            return f"{_name(scene, self.frame)} looks from here", self.frame

        return _edit(self, context, update, picture=True)


class LABELPASS_OT_rename_view(_OnView, bpy.types.Operator):
    """Name this view by a marker at its frame. A name that is taken gets a number"""

    bl_idname = "labelpass.rename_view"
    bl_label = "Rename View"

    name: StringProperty(name="Name", options={"SKIP_SAVE"})

    def execute(self, context):
        refill_soon()
        try:
            name = rename_view(context.scene, self.frame, self.name)
        except ValueError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"frame {self.frame} is {name!r}")
        return {"FINISHED"}


class LABELPASS_OT_move_view(_OnView, bpy.types.Operator):
    """Let this view and the next one change places, and frames"""

    bl_idname = "labelpass.move_view"
    bl_label = "Move View"

    direction: EnumProperty(
        items=(("UP", "Up", "To an earlier frame"), ("DOWN", "Down", "To a later frame")), options={"SKIP_SAVE"}
    )

    def execute(self, context):
        def move(scene):
            other = _neighbour(scene, self.frame, -1 if self.direction == "UP" else 1)
            move_view(scene, self.frame, other)
            return f"{_name(scene, other)} is frame {other} now", other

        return _edit(self, context, move)


class LABELPASS_OT_duplicate_view(_OnView, bpy.types.Operator):
    """Add a copy right after this view, to be changed; the views after it go one frame on"""

    bl_idname = "labelpass.duplicate_view"
    bl_label = "Duplicate View"

    def execute(self, context):
        def duplicate(scene):
            frame = duplicate_view(scene, self.frame)
            return f"{_name(scene, frame)} is frame {frame}", frame

        return _edit(self, context, duplicate)


class LABELPASS_OT_remove_view(_OnView, bpy.types.Operator):
    """Remove this view; the views after it move one frame up"""

    bl_idname = "labelpass.remove_view"
    bl_label = "Remove View"

    def execute(self, context):
        def remove(scene):
            remove_view(scene, self.frame)
            return f"{counted(len(list_rows(scene)), 'view')} left", min(self.frame, scene.frame_end)

        return _edit(self, context, remove)


class LABELPASS_OT_draw_pictures(bpy.types.Operator):
    """Draw the pictures of all views anew. A view whose camera something else holds is drawn as you look through it"""

    bl_idname = "labelpass.draw_pictures"
    bl_label = "Update Pictures"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        fill_views(context)
        thumbnails.draw_soon(looks(), anew=True)
        return {"FINISHED"}


def _edit(operator, context, edit: Callable, *, picture: bool = False) -> set[str]:
    """Run an edit that gives (what it did in words, the frame to be picked), and say it, or why it did nothing."""
    try:
        said, frame = edit(context.scene)
    except ValueError as error:
        fill_views(context)
        operator.report({"WARNING"}, str(error))
        return {"CANCELLED"}
    fill_views(context, frame)
    if picture and views_state(context).pictures:
        thumbnails.draw_soon(looks(frame), anew=True)
    operator.report({"INFO"}, said)
    return {"FINISHED"}


def _name(scene: bpy.types.Scene, frame: int) -> str:
    return next((repr(marker.name) for marker in scene.timeline_markers if marker.frame == frame), f"frame {frame}")


def _neighbour(scene: bpy.types.Scene, frame: int, step: int) -> int:
    """The frame of the view before or after in the list. Raises ValueError where none can change places."""
    rows = list_rows(scene)
    place = next((place for place, row in enumerate(rows) if row.frame == frame), None)
    if place is None or not 0 <= place + step < len(rows):
        raise ValueError(f"frame {frame} is the {'first' if step < 0 else 'last'} view already")
    if rows[place + step].fixed:
        raise ValueError(f"{rows[place + step].name!r} stays where it is: {rows[place + step].fixed}")
    return rows[place + step].frame


def _in_3d_view(operator: type, context) -> bool:
    if not getattr(context.space_data, "region_3d", None):
        operator.poll_message_set("Works in a 3D view")
        return False
    return True


def _standpoint(context) -> Standpoint:
    """What the 3D view shows; through a camera, that camera's picture as it stands."""
    space, region = context.space_data, context.space_data.region_3d
    camera = space.camera if space.use_local_camera else context.scene.camera
    if region.view_perspective != "CAMERA" or not camera or camera.type != "CAMERA":
        clip = (space.clip_start, space.clip_end)
        return Standpoint(region.view_matrix.inverted(), region.window_matrix.copy(), clip=clip)
    return standpoint_of(camera, context.scene)


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_add_view,
        LABELPASS_OT_go_to_view,
        LABELPASS_OT_update_view,
        LABELPASS_OT_rename_view,
        LABELPASS_OT_move_view,
        LABELPASS_OT_duplicate_view,
        LABELPASS_OT_remove_view,
        LABELPASS_OT_draw_pictures,
    )
)

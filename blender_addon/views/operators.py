"""Camera views as buttons: add one from where the 3D view looks, go to one, remove one."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty

from ..tab import status
from .camera_views import Standpoint, add_view, read_views, remove_view


class LABELPASS_OT_add_view(bpy.types.Operator):
    """Keep what you see here as a view to render: a camera jumps there at the next free frame"""

    bl_idname = "labelpass.add_view"
    bl_label = "Add View from Here"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return _in_3d_view(cls, context)

    def execute(self, context):
        try:
            view = add_view(context.scene, _standpoint(context))
        except ValueError as error:
            self.report({"WARNING"}, str(error))
            return {"CANCELLED"}
        status.forget()
        self.report({"INFO"}, f"{view.name} is frame {view.frame} of {context.scene.camera.name!r}")
        return {"FINISHED"}


class LABELPASS_OT_go_to_view(bpy.types.Operator):
    """Look through the camera at this view"""

    bl_idname = "labelpass.go_to_view"
    bl_label = "Go to View"
    bl_options = {"INTERNAL"}  # looking changes no data

    frame: IntProperty(name="Frame", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _in_3d_view(cls, context)

    def execute(self, context):
        context.scene.frame_set(self.frame)
        context.space_data.region_3d.view_perspective = "CAMERA"
        return {"FINISHED"}


class LABELPASS_OT_remove_view(bpy.types.Operator):
    """Remove this view; the views after it move one frame up"""

    bl_idname = "labelpass.remove_view"
    bl_label = "Remove View"
    bl_options = {"REGISTER", "UNDO"}

    frame: IntProperty(name="Frame", options={"SKIP_SAVE"})

    def execute(self, context):
        remove_view(context.scene, self.frame)
        status.forget()
        self.report({"INFO"}, f"{len(read_views(context.scene))} views left")
        return {"FINISHED"}


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
    render, data = context.scene.render, camera.data
    projection = camera.calc_matrix_camera(
        context.evaluated_depsgraph_get(),
        x=render.resolution_x,
        y=render.resolution_y,
        scale_x=render.pixel_aspect_x,
        scale_y=render.pixel_aspect_y,
    )
    clip = (data.clip_start, data.clip_end)
    return Standpoint(camera.matrix_world.copy(), projection, (data.shift_x, data.shift_y), clip)


register, unregister = bpy.utils.register_classes_factory(
    (LABELPASS_OT_add_view, LABELPASS_OT_go_to_view, LABELPASS_OT_remove_view)
)

"""Camera views as plain Blender data: one camera that jumps, one frame per view.

A view is a frame at which a camera has keyframes with CONSTANT interpolation on location, rotation, lens and shift (the
scale, for an orthographic camera), and a timeline marker there that names it. Nothing else is stored, so a renderer, or
Blender without the add-on, reads views off the animation.

A camera that a person placed is never moved. Views live on a camera of their own, "Labelpass Views" (its custom
property `labelpass_views` says which camera the scene had before, and it goes with its last view), or on the scene's
camera where that does nothing but jump already. In a still scene the first view makes it the scene's camera and sets
the frame range to the views. Where something is animated, or markers switch cameras already, views come after the
last frame, their markers switch to their camera, and a marker at the start keeps the camera that was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import bpy
from mathutils import Matrix

from ..compat import fcurves
from ..scene_labels import why_locked

CAMERA_NAME = "Labelpass Views"
PROPERTY = "labelpass_views"


@dataclass(frozen=True)
class View:
    """A frame of the timeline, and the marker that names it where there is one."""

    frame: int
    marker: bpy.types.TimelineMarker | None

    @property
    def name(self) -> str:
        return self.marker.name if self.marker else f"Frame {self.frame}"


@dataclass(frozen=True)
class Standpoint:
    """Where a picture is taken from: `matrix` camera to world, `projection` as OpenGL's 4x4, shift as a camera has it.

    `clip` is the nearest and farthest distance, used only for a camera that is made new.
    """

    matrix: Matrix
    projection: Matrix
    shift: tuple[float, float] = (0.0, 0.0)
    clip: tuple[float, float] = (0.1, 1000.0)

    @property
    def orthographic(self) -> bool:
        return self.projection[3][3] == 1.0


def find_camera(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The camera that carries the scene's views."""
    cameras = [obj for obj in scene.objects if obj.type == "CAMERA" and _free(obj)]
    ours = (camera for camera in cameras if PROPERTY in camera and _jumps(camera))
    theirs = (camera for camera in cameras if camera == scene.camera and _frames(camera) and _jumps(camera))
    return next(ours, None) or next(theirs, None)


def view_frames(scene: bpy.types.Scene) -> tuple[int, ...]:
    """The frames that are views, in order. Where anything is animated, this looks at every object of the scene."""
    camera = find_camera(scene) if bpy.data.actions else None
    return tuple(_frames(camera)) if camera else ()


def views_at(scene: bpy.types.Scene, frames: Iterable[int]) -> list[View]:
    """The views of these frames, with their markers as they are now."""
    markers = {marker.frame: marker for marker in scene.timeline_markers}
    return [View(frame, markers.get(frame)) for frame in frames]


def read_views(scene: bpy.types.Scene) -> list[View]:
    """The scene's views in the order of their frames."""
    return views_at(scene, view_frames(scene))


def add_view(scene: bpy.types.Scene, standpoint: Standpoint) -> View:
    """A view from there, at the next free frame; the scene then stands at that frame.

    Raises ValueError where the standpoint is orthographic and the views' camera is not, or the other way round.
    """
    camera = find_camera(scene) or _new_camera(scene, standpoint)
    if (camera.data.type == "ORTHO") != standpoint.orthographic and camera.data.type != "PANO":
        kind = "an orthographic" if standpoint.orthographic else "a perspective"
        raise ValueError(f"this is {kind} view and {camera.name!r} is not: Numpad 5 switches the view")
    before, beside = _frames(camera), _animated(scene, camera)
    frame = before[-1] + 1 if before else scene.frame_end + 1 if beside else scene.frame_start
    marker = scene.timeline_markers.new(_new_name(scene, len(before) + 1), frame=frame)
    if beside:
        _switch_to(scene, camera, marker)
    else:
        scene.camera = camera
    if not before and not beside:
        scene.frame_end = scene.frame_start
    scene.frame_end = max(scene.frame_end, frame)
    scene.frame_set(frame)
    _place(camera, standpoint, scene)
    _key(camera, frame)
    scene.frame_set(frame)
    return View(frame, marker)


def remove_view(scene: bpy.types.Scene, frame: int) -> None:
    """Take a view away and close the gap: the views right after it move one frame up."""
    camera = find_camera(scene)
    frames = _frames(camera) if camera else []
    if frame not in frames:
        return
    for marker in [m for m in scene.timeline_markers if m.frame == frame and m.camera in (None, camera)]:
        scene.timeline_markers.remove(marker)
    following = [later for step, later in enumerate(frames[frames.index(frame) + 1 :], 1) if later == frame + step]
    for curve in _curves(camera):
        for point in [point for point in curve.keyframe_points if round(point.co.x) == frame]:
            curve.keyframe_points.remove(point)
        for point in curve.keyframe_points:
            if round(point.co.x) in following:
                point.co.x, point.handle_left.x, point.handle_right.x = (
                    x - 1 for x in (point.co.x, point.handle_left.x, point.handle_right.x)
                )
        curve.update()
    for marker in scene.timeline_markers:
        marker.frame -= marker.frame in following
    last = following[-1] if following else frame
    if scene.frame_end == last and last > scene.frame_start:
        scene.frame_end -= 1
    if frames == [frame] and PROPERTY in camera:
        _drop_camera(scene, camera)
    here = scene.frame_current  # who looks at another view keeps looking at it
    scene.frame_set(min(here - (here in following), scene.frame_end))


def _free(camera: bpy.types.Object) -> bool:
    """True when location and rotation alone say where the camera stands, and we may write them."""
    moved_otherwise = camera.parent or camera.constraints or why_locked(camera) or why_locked(camera.data)
    animations = [each.animation_data for each in (camera, camera.data) if each.animation_data]
    return not moved_otherwise and not any(each.drivers or each.nla_tracks for each in animations)


def _curves(camera: bpy.types.Object) -> list[bpy.types.FCurve]:
    """Those of the camera and of its data, each once: a file of 4.4 or later gives both one action in 4.3."""
    return list({curve.as_pointer(): curve for each in (camera, camera.data) for curve in fcurves(each)}.values())


def _points(camera: bpy.types.Object) -> Iterator[bpy.types.Keyframe]:
    for curve in _curves(camera):
        yield from curve.keyframe_points


def _jumps(camera: bpy.types.Object) -> bool:
    return all(point.interpolation == "CONSTANT" for point in _points(camera))


def _frames(camera: bpy.types.Object) -> list[int]:
    return sorted({round(point.co.x) for point in _points(camera)})


def _animated(scene: bpy.types.Scene, camera: bpy.types.Object) -> bool:
    """True when frames mean something beside the views: another thing moves, or markers switch cameras."""
    own = {each.animation_data.action for each in (camera, camera.data) if each.animation_data}
    moving = any(action.users > action.use_fake_user for action in bpy.data.actions if action not in own)
    return moving or any(marker.camera for marker in scene.timeline_markers)


def _new_camera(scene: bpy.types.Scene, standpoint: Standpoint) -> bpy.types.Object:
    data = bpy.data.cameras.new(CAMERA_NAME)
    data.type = "ORTHO" if standpoint.orthographic else "PERSP"
    data.clip_start, data.clip_end = standpoint.clip
    camera = bpy.data.objects.new(CAMERA_NAME, data)
    camera[PROPERTY] = scene.camera.name if scene.camera else ""
    scene.collection.objects.link(camera)
    return camera


def _drop_camera(scene: bpy.types.Scene, camera: bpy.types.Object) -> None:
    """Remove our camera and give the scene the one it had before."""
    before, data = scene.objects.get(camera[PROPERTY]), camera.data
    if scene.camera == camera:
        scene.camera = before if before and before.type == "CAMERA" else None
    bpy.data.objects.remove(camera)
    if not data.users:
        bpy.data.cameras.remove(data)


def _switch_to(scene: bpy.types.Scene, camera: bpy.types.Object, marker: bpy.types.TimelineMarker) -> None:
    if scene.camera and scene.camera != camera and not any(each.camera for each in scene.timeline_markers):
        scene.timeline_markers.new(scene.camera.name, frame=scene.frame_start).camera = scene.camera
    marker.camera = camera


def _new_name(scene: bpy.types.Scene, number: int) -> str:
    while f"View {number}" in scene.timeline_markers:
        number += 1
    return f"View {number}"


def _place(camera: bpy.types.Object, standpoint: Standpoint, scene: bpy.types.Scene) -> None:
    """Put the camera there, with the lens that shows the largest picture lying within what the standpoint shows."""
    location, rotation, _scale = standpoint.matrix.decompose()
    camera.location = location
    if camera.rotation_mode == "QUATERNION":
        camera.rotation_quaternion = rotation
    elif camera.rotation_mode == "AXIS_ANGLE":
        axis, angle = rotation.to_axis_angle()
        camera.rotation_axis_angle = (angle, *axis)
    else:
        camera.rotation_euler = rotation.to_euler(camera.rotation_mode)
    data, render = camera.data, scene.render
    data.shift_x, data.shift_y = standpoint.shift
    aspect = render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y)
    width = min(1 / standpoint.projection[0][0], aspect / standpoint.projection[1][1])  # half, at distance 1
    horizontal = data.sensor_fit == "HORIZONTAL" or (data.sensor_fit == "AUTO" and aspect >= 1)
    half = width if horizontal else width / aspect
    sensor = data.sensor_height if data.sensor_fit == "VERTICAL" else data.sensor_width
    if data.type == "ORTHO":
        data.ortho_scale = 2 * half
    else:
        data.lens = sensor / (2 * half)


def _key(camera: bpy.types.Object, frame: int) -> None:
    rotation = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    camera.keyframe_insert("location", frame=frame)
    camera.keyframe_insert(rotation.get(camera.rotation_mode, "rotation_euler"), frame=frame)
    for channel in ("ortho_scale" if camera.data.type == "ORTHO" else "lens", "shift_x", "shift_y"):
        camera.data.keyframe_insert(channel, frame=frame)
    for point in _points(camera):
        if round(point.co.x) == frame:
            point.interpolation = "CONSTANT"

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
    cameras = [obj for obj in scene.objects if obj.type == "CAMERA" and not why_held(obj)]
    ours = (camera for camera in cameras if PROPERTY in camera)
    theirs = (camera for camera in cameras if camera == scene.camera and key_frames(camera))
    return next(ours, None) or next(theirs, None)


def keep_cameras(scene: bpy.types.Scene, cameras: Iterable[bpy.types.Object], *, orthographic: bool) -> list[str]:
    """Add a view where each of these cameras stands, under its name, and return the names of those that took part.

    For the several cameras of a still scene: each is a view of its own, until one camera jumps and frames are views.
    Of two kinds only one can be views of one camera; a panoramic one none.
    """
    kept = [camera for camera in cameras if camera.data.type == ("ORTHO" if orthographic else "PERSP")]
    for camera, standpoint in [(camera, standpoint_of(camera, scene)) for camera in kept]:
        add_view(scene, standpoint, camera.name)
    return [camera.name for camera in kept]


def add_view(scene: bpy.types.Scene, standpoint: Standpoint, name: str = "") -> bpy.types.TimelineMarker:
    """A view from there, at the next free frame; the scene then stands at that frame. Returns the marker that names it.

    Raises ValueError where the standpoint is orthographic and the views' camera is not, or the other way round.
    """
    camera = find_camera(scene) or _new_camera(scene, standpoint)
    check_kind(camera, standpoint)
    before, beside = key_frames(camera), _animated(scene, camera)
    key_all(camera)
    frame = before[-1] + 1 if before else scene.frame_end + 1 if beside else scene.frame_start
    marker = scene.timeline_markers.new(name or _new_name(scene, len(before) + 1), frame=frame)
    if beside:
        _switch_to(scene, camera, marker)
    else:
        scene.camera = camera
    if not before and not beside:
        scene.frame_end = scene.frame_start
    scene.frame_end = max(scene.frame_end, frame)
    put_standpoint(scene, camera, frame, standpoint)
    return marker


def standpoint_of(camera: bpy.types.Object, scene: bpy.types.Scene) -> Standpoint:
    """Where a camera stands, and what it shows."""
    render, data = scene.render, camera.data
    projection = camera.calc_matrix_camera(
        bpy.context.evaluated_depsgraph_get(),
        x=render.resolution_x,
        y=render.resolution_y,
        scale_x=render.pixel_aspect_x,
        scale_y=render.pixel_aspect_y,
    )
    shift, clip = (data.shift_x, data.shift_y), (data.clip_start, data.clip_end)
    return Standpoint(camera.matrix_world.copy(), projection, shift, clip)


def check_kind(camera: bpy.types.Object, standpoint: Standpoint) -> None:
    """Raises ValueError where one of the two is orthographic and the other is not."""
    if (camera.data.type == "ORTHO") != standpoint.orthographic and camera.data.type != "PANO":
        kind = "an orthographic" if standpoint.orthographic else "a perspective"
        raise ValueError(f"this is {kind} view and {camera.name!r} is not: Numpad 5 switches the view")


def put_standpoint(scene: bpy.types.Scene, camera: bpy.types.Object, frame: int, standpoint: Standpoint) -> None:
    """Let the camera stand there at this frame, by constant keys; the scene then stands at the frame."""
    scene.frame_set(frame)
    _place(camera, standpoint, scene)
    for owner, channel in _channels(camera):
        owner.keyframe_insert(channel, frame=frame)
    for point in _points(camera):
        if round(point.co.x) == frame:
            point.interpolation = "CONSTANT"
    scene.frame_set(frame)


def key_all(camera: bpy.types.Object) -> None:
    """Give each channel a key at each frame where another has one, so that no view depends on the one before.

    A camera of somebody else's may turn at one view and keep its direction at the next, and have no key for its lens.
    """
    frames = key_frames(camera)
    if not frames:
        return
    there = {(curve.data_path, curve.array_index) for curve in curves_of(camera)}
    for owner, channel in _channels(camera):
        count = owner.bl_rna.properties[channel].array_length
        for index in range(max(count, 1)):
            if (channel, index) not in there:
                owner.keyframe_insert(channel, index=index if count else -1, frame=frames[0])
    for curve in curves_of(camera):
        keys = {round(point.co.x): point.co.y for point in curve.keyframe_points}
        value = keys[min(keys)] if keys else 0.0
        for frame in frames:
            value = keys.get(frame, value)
            if frame not in keys:
                curve.keyframe_points.insert(frame, value, options={"FAST"})
        for point in curve.keyframe_points:
            point.interpolation = "CONSTANT"
        curve.update()


def why_held(camera: bpy.types.Object) -> str | None:
    """Why keys of location, rotation and lens do not say alone where a camera stands, or are not ours to write."""
    both = (camera, camera.data)
    animations = [each.animation_data for each in both if each.animation_data]
    actions = {each.action for each in animations if each.action}
    shared = any(
        action.users - action.use_fake_user > sum(a.action == action for a in animations) for action in actions
    )
    why = (
        (any(map(why_locked, both)), "is linked from another file: change it there, or make a library override"),
        (camera.parent, "moves with its parent"),
        (len(camera.constraints), "is held by a constraint"),
        (_has_deltas(camera), "has delta transforms"),
        (any(len(each.drivers) for each in animations), "is held by a driver"),
        (any(len(each.nla_tracks) for each in animations), "is moved by the nonlinear animation editor"),
        (camera.data.users - camera.data.use_fake_user > 1, "shares its lens with another object"),
        (shared, "shares its action with something else"),
        (not _jumps(camera), "moves: its keys are not constant"),
        (any(abs(point.co.x - round(point.co.x)) > 1e-4 for point in _points(camera)), "has keys between frames"),
    )
    return next((text for held, text in why if held), None)


def _has_deltas(camera: bpy.types.Object) -> bool:
    """Whether something is added to its location and rotation, which keys would have to make up for."""
    turned = (camera.delta_rotation_euler.to_quaternion(), camera.delta_rotation_quaternion.normalized())
    return camera.delta_location.length > 1e-6 or any(each.angle > 1e-6 for each in turned)


def curves_of(camera: bpy.types.Object) -> list[bpy.types.FCurve]:
    """Those of the camera and of its data, each once: a file of 4.4 or later gives both one action in 4.3."""
    return list({curve.as_pointer(): curve for each in (camera, camera.data) for curve in fcurves(each)}.values())


def key_frames(camera: bpy.types.Object) -> list[int]:
    """The frames at which the camera or its data has keys."""
    return sorted({round(point.co.x) for point in _points(camera)})


def _points(camera: bpy.types.Object) -> Iterator[bpy.types.Keyframe]:
    for curve in curves_of(camera):
        yield from curve.keyframe_points


def _jumps(camera: bpy.types.Object) -> bool:
    return all(point.interpolation == "CONSTANT" for point in _points(camera))


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


def drop_camera(scene: bpy.types.Scene, camera: bpy.types.Object) -> None:
    """Remove our camera and give the scene the one it had before."""
    data, name = camera.data, camera[PROPERTY]
    others = [obj for obj in scene.objects if obj.type == "CAMERA" and obj != camera]
    if scene.camera == camera:
        only = others[0] if name and len(others) == 1 else None  # which may have another name by now
        scene.camera = next((obj for obj in others if obj.name == name), only)
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


def _channels(camera: bpy.types.Object) -> list[tuple[bpy.types.ID, str]]:
    """What a view has keys for: (data-block, property)."""
    rotation = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    lens = "ortho_scale" if camera.data.type == "ORTHO" else "lens"
    own = [(camera, "location"), (camera, rotation.get(camera.rotation_mode, "rotation_euler"))]
    return [*own, *((camera.data, channel) for channel in (lens, "shift_x", "shift_y"))]

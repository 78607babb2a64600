"""Edits of views: rename, update, move, duplicate, remove. Keys stay constant, and markers go with their views.

A view is edited where it lies on the camera that carries the scene's views (`camera_views.find_camera`). An edit that
gives other views other frames is refused where something else differs between those frames: a light that is switched
on at frame 3 would then shine on another view. Each function raises ValueError, in words, before it changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy

from ..compat import fcurves
from ..label_render.motion import moves_by_itself, playing_images
from ..label_render.viewpoints import animated_data, camera_at, follows_time, shown_objects
from ..scene_labels import why_locked
from .camera_views import (
    PROPERTY,
    Standpoint,
    check_kind,
    curves_of,
    drop_camera,
    find_camera,
    key_all,
    key_frames,
    put_standpoint,
)

_LONGEST_NAME = 63  # bytes; Blender cuts what is longer


def rename_view(scene: bpy.types.Scene, frame: int, name: str) -> str:
    """Name a frame by its marker, a new one where there is none; a name that is taken gets a number. The name given."""
    wanted = "".join(each if each.isprintable() else " " for each in name).strip()
    if not wanted:
        raise ValueError(f"frame {frame}: a view needs a name that can be read")
    if why_locked(scene):
        raise ValueError(f"scene {scene.name!r} is linked from another file: name its views there")
    markers = [marker for marker in scene.timeline_markers if marker.frame == frame]
    marker = markers[-1] if markers else scene.timeline_markers.new("", frame=frame)
    marker.name = free_name(wanted, {each.name for each in scene.timeline_markers if each != marker})
    return marker.name


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it as Blender numbers things where it is taken, in the bytes that a marker has."""
    taken, number = set(taken), 0
    found = _cut(name, _LONGEST_NAME)
    stem, _, digits = name.rpartition(".")
    stem = stem if stem and len(digits) == 3 and digits.isdecimal() else name
    while found in taken:
        number += 1
        end = f".{number:03}"
        found = _cut(stem, _LONGEST_NAME - len(end)) + end
    return found


def update_view(scene: bpy.types.Scene, frame: int, standpoint: Standpoint) -> None:
    """Let a view look from there; the scene then stands at its frame."""
    camera = _carrier(scene, frame)
    check_kind(camera, standpoint)
    key_all(camera)
    put_standpoint(scene, camera, frame, standpoint)


def move_view(scene: bpy.types.Scene, frame: int, other: int) -> None:
    """Let two views change places: the one at `frame` goes to `other`, and that one here."""
    camera = _carrier(scene, frame)
    _carrier(scene, other)
    _refuse_renumbering(scene, camera, [frame, other])
    key_all(camera)
    _renumber(scene, camera, {frame: other, other: frame})


def duplicate_view(scene: bpy.types.Scene, frame: int) -> int:
    """A copy right after a view; the views after it go one frame on. The copy's frame, at which the scene then is."""
    camera = _carrier(scene, frame)
    following = _following(camera, frame)
    last = frame + len(following)
    _refuse_renumbering(scene, camera, range(frame, last + 2))
    key_all(camera)
    longer = frame <= scene.frame_end <= last
    _renumber(scene, camera, {each: each + 1 for each in following})
    for curve in curves_of(camera):
        (value,) = (point.co.y for point in curve.keyframe_points if round(point.co.x) == frame)
        curve.keyframe_points.insert(frame + 1, value, options={"FAST"}).interpolation = "CONSTANT"
        curve.update()
    markers = list(scene.timeline_markers)
    of_view = [marker for marker in markers if marker.frame == frame]
    name = of_view[-1].name if of_view else str(frame)
    scene.timeline_markers.new(free_name(name or str(frame), [marker.name for marker in markers]), frame=frame + 1)
    scene.frame_end += longer
    _keep_shown(scene, camera, [frame + 1])
    scene.frame_set(frame + 1)
    return frame + 1


def remove_view(scene: bpy.types.Scene, frame: int) -> None:
    """Take a view away and close the gap: the views right after it move one frame up."""
    camera = _carrier(scene, frame)
    following = _following(camera, frame)
    if following:
        _refuse_renumbering(scene, camera, range(frame, following[-1] + 1))
    key_all(camera)
    for marker in [m for m in scene.timeline_markers if m.frame == frame and m.camera in (None, camera)]:
        scene.timeline_markers.remove(marker)
    for curve in curves_of(camera):
        for point in [point for point in curve.keyframe_points if round(point.co.x) == frame]:
            curve.keyframe_points.remove(point)
        curve.update()
    shorter = frame <= scene.frame_end <= frame + len(following) and scene.frame_end > scene.frame_start
    _renumber(scene, camera, {each: each - 1 for each in following})
    scene.frame_end -= shorter
    if not key_frames(camera) and PROPERTY in camera:
        drop_camera(scene, camera)
    scene.frame_set(min(scene.frame_current, scene.frame_end))


def _carrier(scene: bpy.types.Scene, frame: int) -> bpy.types.Object:
    """The camera whose view lies at this frame."""
    camera = find_camera(scene)
    if why_locked(scene):
        raise ValueError(f"scene {scene.name!r} is linked from another file: change its views there")
    if not camera or frame not in key_frames(camera):
        raise ValueError(f"frame {frame} is no view that can be changed: no camera has constant keys of its own there")
    return camera


def _following(camera: bpy.types.Object, frame: int) -> list[int]:
    """The frames of views right after a view, without a gap."""
    frames = set(key_frames(camera))
    last = frame
    while last + 1 in frames:
        last += 1
    return list(range(frame + 1, last + 1))


def _renumber(scene: bpy.types.Scene, camera: bpy.types.Object, moves: Mapping[int, int]) -> None:
    """Views go to other frames with their keys and markers; who looks at one of them keeps looking at it."""
    for curve in curves_of(camera):
        for point in curve.keyframe_points:
            by = moves.get(round(point.co.x), round(point.co.x)) - round(point.co.x)
            point.co.x, point.handle_left.x, point.handle_right.x = (
                x + by for x in (point.co.x, point.handle_left.x, point.handle_right.x)
            )
        curve.update()
    for marker in scene.timeline_markers:
        marker.frame = moves.get(marker.frame, marker.frame)
    _keep_shown(scene, camera, moves.values())
    scene.frame_set(moves.get(scene.frame_current, scene.frame_current))


def _keep_shown(scene: bpy.types.Scene, camera: bpy.types.Object, frames: Iterable[int]) -> None:
    """Where markers switch cameras, see to it that these frames are seen by the views' camera."""
    for frame in sorted(frames):
        if camera_at(scene, frame, camera) != camera:
            at = [marker for marker in scene.timeline_markers if marker.frame == frame]
            marker = at[-1] if at else scene.timeline_markers.new(str(frame), frame=frame)
            marker.camera = camera


def _refuse_renumbering(scene: bpy.types.Scene, camera: bpy.types.Object, frames: Iterable[int]) -> None:
    frames = sorted(frames)
    between = f"frames {frames[0]} and {frames[-1]}"
    for marker in scene.timeline_markers:
        if marker.camera and marker.camera != camera and marker.frame in frames:
            text = f"marker {marker.name!r} at frame {marker.frame} switches to {marker.camera.name!r}"
            raise ValueError(f"{text}: views cannot change places across it")
    what = _what_changes(scene, camera, frames)
    if what:
        raise ValueError(f"{what} changes between {between}, and would then go with another view: order stays")


def _what_changes(scene: bpy.types.Scene, camera: bpy.types.Object, frames: list[int]) -> str | None:
    """The name of something beside the views' camera that is not the same at all of these frames."""
    shown = shown_objects(scene)
    if moves_by_itself(scene, shown):
        return "a simulation"
    if any(playing_images()):
        return "a playing image"
    for data in animated_data(scene, shown):
        animation = data.animation_data
        if any(follows_time(curve.driver) for curve in animation.drivers):
            return repr(data.name)
        if animation.use_nla and any(track.strips for track in animation.nla_tracks):
            return repr(data.name)
        curves = () if data in (camera, camera.data) else fcurves(data)
        if any(not curve.mute and len({round(curve.evaluate(each), 6) for each in frames}) > 1 for curve in curves):
            return repr(data.name)
    return None


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")

"""Where the camera stands: which views a .blend asks for, read from plain Blender data.

A scene in which things move is rendered frame by frame. In a still scene a frame differs from the one before only
where a constant key or a camera marker says so: those frames are the views, named by the markers on them. A still
scene without keys shows each of its cameras once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import bpy

from ..compat import fcurves
from ..contract.run import View
from ..instancing import instanced_by
from .motion import moves_by_itself, playing_images


class NoCamera(ValueError):
    """The scene has no camera to render through, or does not say which."""


def find_views(scene: bpy.types.Scene, frames: Iterable[int] | None = None, camera: str | None = None) -> list[View]:
    """The views of a scene, in order. `frames` picks scene frames (or, of several cameras, the first, second ...).

    Raises NoCamera where there is none, or none of that name, or two: a view names its camera. And where a marker is
    bound to something else.
    """
    cameras = sorted((obj for obj in scene.objects if obj.type == "CAMERA"), key=lambda obj: obj.name)
    if camera is not None:
        cameras = [obj for obj in cameras if obj.name == camera]
        if not cameras:
            raise NoCamera(f"scene {scene.name!r} has no camera named {camera!r}")
    if not cameras:
        raise NoCamera(f"scene {scene.name!r} has no camera: add one, or `Add View from Here` in the Labels tab")
    _check_names(cameras)
    if camera is None:
        _check_markers(scene, cameras)
    first = scene.camera if scene.camera in cameras else cameras[0]
    jumps, moving = _changes(scene, follow_markers=camera is None)
    scene_frames = _scene_frames(scene, jumps, moving, frames if frames and (moving or jumps) else None)
    if scene_frames is None and len(cameras) > 1 and not any(marker.camera for marker in scene.timeline_markers):
        views = [View(n, scene.frame_current, obj.name, obj.name) for n, obj in enumerate(cameras, start=1)]
        strange = sorted(set(frames or ()) - {view.frame for view in views})
        if strange:
            raise NoCamera(
                f"frame {strange[0]}: this still scene has a frame for each of its {len(views)} cameras; --draws "
                "renders each of them more often"
            )
        return [view for view in views if not frames or view.frame in set(frames)]
    if scene_frames is None:
        scene_frames = list(frames) if frames else [scene.frame_current]
    views = []
    for frame in scene_frames:
        seen_by = first.name if camera else camera_at(scene, frame, first).name
        # What moves is one view for as long as its camera runs: a split that keeps views whole relies on it.
        views.append(View(frame, frame, seen_by, seen_by if moving else _name_at(scene, frame, jumps)))
    return views


def moves(scene: bpy.types.Scene) -> bool:
    """Whether anything moves, so that one frame does not show all there is to see."""
    return _changes(scene, follow_markers=True)[1]


def _check_names(cameras: list[bpy.types.Object]) -> None:
    for one, other in pairwise(cameras):
        if one.name == other.name:
            raise NoCamera(f"two cameras are named {one.name!r}, one of them linked: rename one, so that views differ")


def _check_markers(scene: bpy.types.Scene, cameras: list[bpy.types.Object]) -> None:
    for marker in scene.timeline_markers:
        if marker.camera and marker.camera not in cameras:
            where = f"marker {marker.name!r} at frame {marker.frame}"
            raise NoCamera(
                f"{where} is bound to {marker.camera.name!r}, which is no camera of scene {scene.name!r}; remove the "
                "marker, or bind a camera to it"
            )


def _scene_frames(
    scene: bpy.types.Scene, jumps: set[int], moving: bool, frames: Iterable[int] | None
) -> list[int] | None:
    """The scene frames to render; None where nothing ever changes."""
    if frames:
        return sorted(frames)
    if moving:
        return list(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    inside = sorted(frame for frame in jumps if scene.frame_start <= frame <= scene.frame_end)
    return inside or ([scene.frame_start] if jumps else None)


def camera_at(scene: bpy.types.Scene, frame: int, first: bpy.types.Object | None) -> bpy.types.Object | None:
    """Blender's rule: the camera of the last marker with one at or before the frame, else of the earliest later one."""
    bound = sorted((m for m in scene.timeline_markers if m.camera), key=lambda marker: marker.frame)
    before = [marker for marker in bound if marker.frame <= frame]
    return (before[-1] if before else bound[0]).camera if bound else first


def _name_at(scene: bpy.types.Scene, frame: int, jumps: set[int]) -> str:
    """The marker on the frame at which the view began, else that frame's number."""
    began = max((jump for jump in jumps if jump <= frame), default=frame)
    names = {marker.frame: marker.name for marker in scene.timeline_markers}
    return names.get(began, str(began))


def _changes(scene: bpy.types.Scene, follow_markers: bool) -> tuple[set[int], bool]:
    """(frames at which something jumps, whether anything moves between them)."""
    jumps = {marker.frame for marker in scene.timeline_markers if marker.camera and follow_markers}
    shown = shown_objects(scene)
    for data in animated_data(scene, shown):
        animation = data.animation_data
        if animation.use_nla and any(track.strips for track in animation.nla_tracks):
            return jumps, True
        if any(follows_time(curve.driver) for curve in animation.drivers):
            return jumps, True
        for curve in fcurves(data):
            if curve.mute:
                continue
            points = list(curve.keyframe_points)
            constant = bool(points) and all(point.interpolation == "CONSTANT" for point in points[:-1] or points)
            changes = len({point.co[1] for point in points}) > 1
            if curve.modifiers or curve.sampled_points or (changes and not constant):
                return jumps, True
            # A view is a view though it is the only one, or has the lens of the one before.
            if changes or (constant and scene.camera and data in (scene.camera, scene.camera.data)):
                # Between frames a key shows from the next one on; Blender takes keys within 1e-4 of a frame as on it.
                jumps |= {math.ceil(point.co[0] - 1e-4) for point in points}
    return jumps, moves_by_itself(scene, shown) or any(playing_images())


def follows_time(driver: bpy.types.Driver) -> bool:
    if driver.type == "SCRIPTED" and "frame" in driver.expression:
        return True
    return any("frame" in target.data_path for variable in driver.variables for target in variable.targets)


def shown_objects(scene: bpy.types.Scene) -> set[bpy.types.Object]:
    """The scene's objects, and those that its instances and copies reach."""
    found = set(scene.objects)
    waiting = list(found)
    while waiting:
        fresh = instanced_by(waiting.pop()) - found
        found |= fresh
        waiting += fresh
    return found


def animated_data(scene: bpy.types.Scene, shown: set[bpy.types.Object]) -> Iterable[bpy.types.ID]:
    """Data-blocks in use with animation data; objects of other scenes and what nobody uses left out."""
    for name in ("objects", "cameras", "meshes", "curves", "lights", "materials", "worlds", "armatures", "shape_keys",
                 "node_groups", "metaballs", "lattices", "textures", "particles", "hair_curves", "pointclouds",
                 "volumes", "cache_files"):  # fmt: skip
        for data in getattr(bpy.data, name):
            if getattr(data, "animation_data", None) and data.users and (name != "objects" or _is_used(data, shown)):
                yield data
            tree = getattr(data, "node_tree", None)
            if tree and tree.animation_data:
                yield tree
    if scene.animation_data:
        yield scene


def _is_used(obj: bpy.types.Object, shown: set[bpy.types.Object]) -> bool:
    """Nodes and particles may show what is in a collection of no scene."""
    return obj in shown or bool(obj.users_collection and not obj.users_scene)

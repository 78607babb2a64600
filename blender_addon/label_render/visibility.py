"""What the frames of a run show: things come and go, and with them the labels that instancers give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import bpy

from ..compat import fcurves
from ..contract.run import View
from ..occurrences import Occurrence, is_host, occurrences, referring_trees
from ..scene_labels import DISTRACTS
from .label_pass import RenderFailed
from .motion import remembers_frames
from .stage import changed, copy_labels, member_labels

SAMPLED = 24
"""Frames that are looked at before the first one is rendered, at most: an hour of animation may not cost a minute."""


def things_shown(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, views: Iterable[View]) -> list[Occurrence]:
    """What the views show, each (object, instancers) once, as far as a sample of their frames tells.

    A scene in which nothing can come or go is looked at as it stands. The sample has the frames at which a key hides
    or shows something, and others at even distances; but of a simulation only the first frame, since a jump would
    disturb it. Leaves the scene at the last frame that it looked at: going back would be a jump, too.
    """
    frames = sorted({view.scene_frame for view in views}) or [scene.frame_current]
    with _as_rendered() as hosts:
        if not hosts and not any(_is_animated(obj, _VISIBILITY | {"pass_index"}) for obj in bpy.data.objects):
            return list(occurrences(view_layer))
        found: dict[Occurrence, None] = {}
        for frame in frames[:1] if remembers_frames(scene) else _sample(frames):
            if frame != scene.frame_current or scene.frame_subframe:
                scene.frame_set(frame)
            found |= dict.fromkeys(occurrences(view_layer, _depsgraph(scene, view_layer)))
        return list(found)


@contextmanager
def instancer_labels_of_frames(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    things: Iterable[Occurrence],
    twins: dict[bpy.types.Object, bpy.types.Object] | None = None,
) -> Iterator[Callable[[View], list[str]]]:
    """Give things that carry no label the one of their instancer, in every frame, until the block ends.

    Yields a function to call before each frame. It returns the names of things without a label that are not among
    `things`, each once. Where copies would need several labels at once, it raises RenderFailed. `twins` is filled with
    {copy of an object made for a label: the object}.
    """
    told = {thing.obj for thing in things if thing.unlabelled}
    coming = {obj for obj in bpy.data.objects if _is_animated(obj, _VISIBILITY)}
    lasting = [thing for thing in occurrences(view_layer, None, coming) if thing.splittable]
    with _as_rendered() as hosts, member_labels(lasting, twins) as given, copy_labels(given) as label_copies:

        def at_frame(view: View) -> list[str]:
            if not hosts:
                return []
            if view.scene_frame != scene.frame_current or scene.frame_subframe:
                scene.frame_set(view.scene_frame)
            now = list(occurrences(view_layer, _depsgraph(scene, view_layer)))
            bare = {thing.obj for thing in now if thing.unlabelled and DISTRACTS not in thing.obj} - told
            told.update(bare)
            mixed = label_copies(now)
            if mixed:
                raise RenderFailed(
                    f"frame {view.frame} shows copies of {mixed[0]!r} under different labels, and Blender gives all "
                    "copies one index; label the object itself"
                )
            return sorted(obj.name for obj in bare)

        yield at_frame


def label_is_animated(obj: bpy.types.Object) -> bool:
    return _is_animated(obj, {"pass_index"})


_VISIBILITY = {"hide_render", "visible_camera", "is_holdout"}


def _is_animated(obj: bpy.types.Object, properties: set[str]) -> bool:
    """Whether a key or a driver is on one of these properties. Whatever NLA strips do, they may do that, too."""
    animation = obj.animation_data
    if not animation:
        return False
    if any(track.strips for track in animation.nla_tracks):
        return properties != {"pass_index"}
    return any(curve.data_path in properties for curves in (fcurves(obj), animation.drivers) for curve in curves)


@contextmanager
def _as_rendered() -> Iterator[list[bpy.types.Object]]:
    """Evaluate what the render evaluates, where the viewport shows less; yields the objects that may show copies."""
    trees = referring_trees()
    hosts = [obj for obj in bpy.data.objects if is_host(obj, trees)]
    with ExitStack() as stack:
        for obj in hosts:
            if obj.hide_viewport and not obj.hide_render:
                stack.enter_context(changed(obj, hide_viewport=False))
            for modifier in obj.modifiers:
                if modifier.show_viewport != modifier.show_render:
                    stack.enter_context(changed(modifier, show_viewport=modifier.show_render))
        yield hosts


def _depsgraph(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> bpy.types.Depsgraph:
    with bpy.context.temp_override(scene=scene, view_layer=view_layer):
        return bpy.context.evaluated_depsgraph_get()


def _sample(frames: Sequence[int]) -> list[int]:
    """Of sorted frames, those from which on a key shows or hides something, and the rest of the sample evenly."""
    keyed = {
        next((frame for frame in frames if frame >= point.co[0] - 1e-4), frames[-1])
        for obj in bpy.data.objects
        for curve in fcurves(obj)
        if curve.data_path in _VISIBILITY
        for point in curve.keyframe_points
    }
    chosen = _evenly(sorted({frames[0], *keyed}), SAMPLED)
    others = [frame for frame in frames if frame not in chosen]
    return sorted({*chosen, *_evenly(others, SAMPLED - len(chosen))})


def _evenly(frames: Sequence[int], most: int) -> list[int]:
    if len(frames) <= most:
        return list(frames)
    return [frames[n * (len(frames) - 1) // max(most - 1, 1)] for n in range(most)]

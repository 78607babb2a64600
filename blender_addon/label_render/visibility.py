"""What the frames of a run show: things come and go, and with them the labels that instancers give.

Both are read off what a render evaluates: the viewport shows neither what is hidden there nor all particles. Before the
first frame that is an evaluation of its own; then each render tells, since another engine in between would cost Cycles
all that it keeps from frame to frame.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

import bpy

from ..compat import fcurves
from ..contract.run import View
from ..instancing import is_host, referring_trees
from ..occurrences import Occurrence, occurrences
from ..scene_labels import DISTRACTS
from .label_pass import RenderFailed
from .motion import has_one_simulation, remembers_frames
from .render_depsgraph import heard_in_render, render_looks
from .stage import copy_labels, member_labels, split_members

Result = TypeVar("Result")

SAMPLED = 24
"""Frames that are looked at before the first one is rendered, at most: an hour of animation may not cost a minute."""

_TRIES = 4
"""Renders of one frame at most: the labels that the first one asks for are there in the second."""


class LabelledRender(Protocol):
    """Renders labels of a frame through `render`: again where copies got another label, since the render shows them."""

    def __call__(self, view: View, render: Callable[[], Result]) -> Result: ...


def as_it_is(_view: View, render: Callable[[], Result]) -> Result:
    """A `LabelledRender` where nothing gets its label from above."""
    return render()


def things_shown(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, views: Iterable[View]) -> list[Occurrence]:
    """What the views show, each (object, instancers) once, as far as a sample of their frames tells.

    A scene in which nothing can come or go is looked at as it stands. The sample has the frames at which a key hides
    or shows something, and others at even distances; but of a simulation only the first frame, since a jump would
    disturb it. Leaves the scene at the last frame that it looked at: going back would be a jump, too. Raises
    RenderFailed where Blender cannot evaluate the scene for a render.
    """
    frames = sorted({view.scene_frame for view in views}) or [scene.frame_current]
    copying = _any_hosts()
    if not copying and not any(_is_animated(obj, _VISIBILITY | {"pass_index"}) for obj in bpy.data.objects):
        return list(occurrences(view_layer))
    listed = partial(_listed, view_layer)
    found: dict[Occurrence, set[int]] = defaultdict(set)
    with render_looks(scene, view_layer) if copying else nullcontext() as look:
        for frame in frames[:1] if remembers_frames(scene) else _sample(frames):
            if frame != scene.frame_current or scene.frame_subframe:
                scene.frame_set(frame)
            for thing in look(listed) if look else listed():
                found[thing].add(frame)
    return [replace(thing, frames=frozenset(shown)) for thing, shown in found.items()]


@contextmanager
def instancer_labels_of_frames(
    view_layer: bpy.types.ViewLayer,
    things: Iterable[Occurrence],
    twins: dict[bpy.types.Object, bpy.types.Object] | None = None,
    tell: Callable[[View, str], None] = lambda _view, _name: None,
) -> Iterator[LabelledRender]:
    """Give things that carry no label the one of their instancer, in every frame, until the block ends.

    Yields what each frame's labels are to be rendered through. It `tell`s of things without a label that are not among
    `things`, each once. Where copies would need several labels at once, it raises RenderFailed. `twins` is filled with
    {copy of an object made for a label: the object}.
    """
    things = list(things)
    told = {thing.obj for thing in things if thing.unlabelled}
    coming = {obj for obj in bpy.data.objects if _is_animated(obj, _VISIBILITY)}
    lasting = [thing for thing in occurrences(view_layer, None, coming) if thing.splittable]
    for obj in filter(has_one_simulation, split_members(lasting)):
        raise RenderFailed(
            f"{obj.name!r} is a rigid body or has a baked simulation, and a frame shows it under different labels: "
            "copies for each label would not move as it does; label the object itself"
        )
    copying = _any_hosts()
    with member_labels(lasting, twins) as given, copy_labels(given) as label_copies:
        if not copying:
            yield as_it_is
            return
        label_copies(things)

        def rendered(view: View, render: Callable[[], Result]) -> Result:
            with heard_in_render(partial(_listed, view_layer)) as heard:
                for _ in range(_TRIES):
                    result = render()
                    changed, torn = label_copies(heard())
                    if torn:
                        raise RenderFailed(
                            f"frame {view.frame} shows copies of {torn[0]!r} under different labels, and Blender gives "
                            "all copies one index; label the object itself"
                        )
                    if not changed:
                        break
                else:
                    raise RenderFailed(f"frame {view.frame} shows other copies each time that it is rendered")
            bare = {thing.obj for thing in heard() if thing.unlabelled and DISTRACTS not in thing.obj} - told
            told.update(bare)
            for name in sorted(obj.name for obj in bare):
                tell(view, name)
            return result

        yield rendered


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


def _any_hosts() -> bool:
    """Whether only evaluation tells what some object of the file shows."""
    trees = referring_trees()
    return any(is_host(obj, trees) for obj in bpy.data.objects)


def _listed(view_layer: bpy.types.ViewLayer, depsgraph: bpy.types.Depsgraph | None = None) -> list[Occurrence]:
    return list(occurrences(view_layer, depsgraph))


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

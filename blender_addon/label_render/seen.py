"""What views see, at a small size, in this very process: the label codes that a node would write, and the objects.

The label render of a node (`label_pass`), with the same things put on the scene around it, and Blender's Cryptomatte
beside the index passes, which says for each sample which object it shows. All that this changes comes back when the
last view is done, when a render fails, and when nobody asks for the next view any more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import bpy
import numpy as np
from numpy.typing import NDArray

from ..contract.labels import LabelSet
from ..contract.run import Settings, View
from ..occurrences import Occurrence
from . import cryptomatte, label_maps
from .label_pass import Passes, label_samples, prepared, render_passes, sharp
from .stage import changed, kept_render_result, put_back_frame
from .steady import steady
from .unkeyed import kept_unkeyed
from .visibility import instancer_labels_of_frames, things_shown

SIZE = (160, 120)


@dataclass(frozen=True)
class Seen:
    """What one view sees, at a small size.

    `labels`: the codes that a render node would write, (H, W) uint16. `pixels`: {`name_full` of an object: samples of
    it that are seen}, of K x K samples a pixel; copies count for the object that is copied, instances for the member.
    """

    view: View
    labels: NDArray[np.uint16]
    pixels: Mapping[str, int]


def look(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    views: Iterable[View],
    size: tuple[int, int] = SIZE,
    k: int = 1,
    *,
    label_set: LabelSet | None,
    things: Iterable[Occurrence] | None = None,
) -> Iterator[Seen]:
    """Render the labels of the views, small, one after the other; `size` is (width, height), k as `label_supersample`.

    `label_set` says what becomes of half transparent surfaces, None that the threshold does, as in a node's render.
    `things` are what the views show, where somebody has just looked.
    The scene stays changed from view to view, so that the next one is cheap: close the iterator when it is not to be
    emptied. Raises RenderFailed as a node would.
    """
    views = list(views)
    settings = preview_settings(view_layer, size, k)
    twins: dict[bpy.types.Object, bpy.types.Object] = {}
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(kept_unkeyed())
        enter(put_back_frame(scene))
        if things is None:
            things = things_shown(scene, view_layer, views)
        enter(kept_render_result())
        labelled = enter(instancer_labels_of_frames(view_layer, things, twins))
        enter(prepared(scene, settings))
        enter(changed(view_layer, use_pass_cryptomatte_object=True, pass_cryptomatte_depth=4))
        lasting = not scene.render.use_motion_blur and not _is_animated(scene)
        if lasting and views:
            _look_through(scene, views[0])
            ignored = enter(sharp(scene, settings, label_set))
        objects = _Objects(twins)
        for view in views:
            if view.scene_frame != scene.frame_current or scene.frame_subframe:
                scene.frame_set(view.scene_frame)
            _look_through(scene, view)
            with ExitStack() as one:
                if lasting:
                    one.enter_context(steady(scene.camera.data.dof, use_dof=False))
                else:
                    ignored = one.enter_context(sharp(scene, settings, label_set))
                one.enter_context(bpy.context.temp_override(scene=scene, view_layer=view_layer))
                passes = labelled(view, partial(render_passes, scene, settings))
            samples = label_samples(passes, ignored)
            yield Seen(view, label_maps.majority(samples, k)[0], objects.counts(passes))


def _look_through(scene: bpy.types.Scene, view: View) -> None:
    camera = scene.objects[view.camera]
    if scene.camera != camera:  # an equal write makes Blender look at all objects again: a second for 10,000 of them
        scene.camera = camera


def preview_settings(view_layer: bpy.types.ViewLayer, size: tuple[int, int], k: int) -> Settings:
    """The settings of a run that asks for nothing but a size and k samples a pixel side."""
    return Settings(
        size=size,
        samples=1,
        seed=0,
        label_supersample=k,
        device="CPU",  # small as it is, a GPU would spend the time on loading its programs
        denoise=False,
        alpha_threshold=round(view_layer.pass_alpha_threshold, 6),
        view_layer=view_layer.name,
    )


class _Objects:
    """The objects of the file by their Cryptomatte ids, while copies for labels (`twins`) stand in for some.

    Two cannot be told apart: objects of the same name, from libraries, with the same pass index; and a surface whose
    alpha cannot be read from what lies behind it, where both have the same index.
    """

    def __init__(self, twins: Mapping[bpy.types.Object, bpy.types.Object]) -> None:
        self._twins = twins
        self._by_id: dict[int, list[bpy.types.Object]] = defaultdict(list)
        everything = list(bpy.data.objects)
        for id_, obj in zip(cryptomatte.object_ids([obj.name for obj in everything]).tolist(), everything):
            self._by_id[id_].append(obj)

    def counts(self, passes: Passes) -> dict[str, int]:
        """{`name_full`: samples that show the object}, the most first."""
        counts: Counter[str] = Counter()
        ids, shares = cryptomatte.ranks(passes)
        index = passes["IndexOB.X"].astype(np.uint16)
        waiting = shares[0] > 0  # a sample may shine through what is half there: what has its index is what it shows
        for exactly in (True, False):
            for rank in range(len(ids)):
                here = waiting & (shares[rank] > 0)
                pairs = ids[rank][here].astype(np.uint64) << np.uint64(16) | index[here]
                found, places, amounts = np.unique(pairs, return_inverse=True, return_counts=True)
                names = [self._named(pair >> 16, pair & 0xFFFF, exactly) for pair in found.tolist()]
                for name, amount in zip(names, amounts.tolist()):
                    counts[name] += amount
                waiting[here] = np.array([not name for name in names], bool)[places.reshape(-1)]
        del counts[""]
        return dict(counts.most_common())

    def _named(self, id_: int, index: int, exactly: bool) -> str:
        """The object's full name, its original's where it is a copy; objects of libraries may share an id."""
        for obj in self._by_id.get(id_, ()):
            if not exactly or obj.pass_index == index:
                return self._twins.get(obj, obj).name_full
        return ""


def _is_animated(scene: bpy.types.Scene) -> bool:
    """Whether frames may change what `sharp` sets, beside the camera: then it is set anew for each."""
    trees = [data.node_tree for kind in (bpy.data.materials, bpy.data.worlds) for data in kind if data.node_tree]
    return any(data.animation_data for data in (scene, *trees, *bpy.data.node_groups))

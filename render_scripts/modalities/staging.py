"""What a run puts on the scene for its modalities, around all of its frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import bpy

from blender_addon.contract.run import Settings
from blender_addon.label_render.instances import Telling, instances_prepared
from blender_addon.label_render.visibility import LabelledRender, as_it_is
from blender_addon.occurrences import Occurrence

from ..rays.trees import Trees
from .screens import still_camera
from .stereo import right_eyes


@dataclass(frozen=True)
class Stage:
    """`eyes`: {camera: the right eye beside it} in runs with stereo; `telling`: what tells copies apart, in runs with
    instances; `still`: what `screens.stilled` takes, in runs with flow; `trees`: of the last LiDAR scan; `labelled`:
    what labels are rendered through."""

    eyes: Mapping[str, bpy.types.Object] = field(default_factory=dict)
    telling: Telling | None = None
    still: bpy.types.Object | None = None
    trees: Trees = field(default_factory=Trees)
    labelled: LabelledRender = as_it_is


@contextmanager
def staged(
    scene: bpy.types.Scene,
    settings: Settings,
    cameras: Iterable[bpy.types.Object],
    things: Iterable[Occurrence],
    twins: Mapping[bpy.types.Object, bpy.types.Object],
    labelled: LabelledRender = as_it_is,
) -> Iterator[Stage]:
    """Until the block ends, have what the modalities of a run need; comes within `instancer_labels_of_frames`, which
    takes `things`, fills `twins` and yields `labelled`, and within `passes.prepared`."""
    wanted, view_layer = settings.modalities, scene.view_layers[settings.view_layer]
    with ExitStack() as stack:
        cameras = list(cameras)
        eyes = stack.enter_context(right_eyes(scene, cameras if "stereo" in wanted else ()))
        numbering = "instances" in wanted
        telling = stack.enter_context(instances_prepared(view_layer, things, twins)) if numbering else None
        still = stack.enter_context(still_camera(scene, cameras if "flow" in wanted else ()))
        yield Stage(eyes, telling, still, labelled=labelled)

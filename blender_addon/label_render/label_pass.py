"""The label render itself: what it changes on the scene, and the index passes that it makes label codes of.

An ordinary render of one view layer with `write_still`, without compositor or sequencer. `prepared` is what the image
and the label render of a frame have in common, so that in one process with persistent data (but where motion blurs)
the label render only pays for its one sample.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..contract.labels import LabelSet
from ..contract.run import Settings
from ..contract.words import little_room
from . import ends, exr, label_maps
from .motion import playing_images
from .stage import changed, put_back_frame
from .steady import steady
from .streams import turned_to
from .transparency import all_or_nothing
from .volumes import has_grids, no_volumes


class RenderFailed(RuntimeError):
    """Blender rendered nothing, or something else than it was asked for; the message has its last words."""

    advice = "run the same command to go on"
    """What helps."""


class NoRoom(RenderFailed):
    """The same, where the disk for temporary files is as good as full: nothing is wrong with the frame."""


@contextmanager
def prepared(scene: bpy.types.Scene, settings: Settings, more_passes: Collection[str] = ()) -> Iterator[None]:
    """What both renders of every frame need; the user's own settings come back when the block ends.

    `more_passes` are settings of the view layer that switch on passes beside the index passes and the depth. They are
    on in both renders: with data that persists, Cycles does not see that the second one wants to know how things move.
    """
    width, height = settings.size
    view_layer = scene.view_layers[settings.view_layer]
    with ExitStack() as stack:
        enter = stack.enter_context
        for layer in scene.view_layers:
            enter(changed(layer, use=layer == view_layer))
        enter(changed(view_layer, use_pass_object_index=True, use_pass_material_index=True, use_pass_z=True))
        enter(changed(view_layer, **dict.fromkeys(more_passes, True)))
        enter(changed(view_layer, pass_alpha_threshold=settings.alpha_threshold))
        enter(
            changed(
                scene.render,
                engine="CYCLES",
                resolution_x=width,
                resolution_y=height,
                resolution_percentage=100,
                use_border=False,
                use_multiview=False,
                use_compositing=False,
                use_sequencer=False,
                # Text burnt into the image, and the user's paths and clock in its file.
                **{name: False for name in dir(scene.render) if name.startswith("use_stamp")},
                # With motion blur, data that persists is wrong in the second render: switching it off loses image
                # textures (4.5), and a short shutter moves objects by the shutter before (4.3, 5.2). Where a view layer
                # shows its volumes no longer, or again, it does not see that (4.3, 4.5). Where both renders have one
                # sample and only the label render the passes of instances, the next image has garbage in it (4.5).
                use_persistent_data=not (scene.render.use_motion_blur or has_grids() or _one_sample_of_each(settings)),
                use_file_extension=True,
                use_overwrite=True,
                filepath=scene.render.filepath,
            )
        )
        enter(
            changed(
                scene.cycles,
                device="CPU" if settings.device == "CPU" else "GPU",
                samples=settings.samples,
                use_layer_samples="IGNORE",
                use_denoising=settings.denoise,
                use_animated_seed=False,
                time_limit=0.0,
                seed=scene.cycles.seed,
                **compat.all_samples(scene.cycles),  # index passes come from the first
            )
        )
        for marker in scene.timeline_markers:  # a marker's camera would replace the one that the plan names
            enter(changed(marker, camera=None))
        for shows in playing_images():  # else data that persists keeps the image of the first frame that is rendered
            enter(changed(shows.image_user, use_auto_refresh=True))
        enter(changed(scene, camera=scene.camera))
        enter(put_back_frame(scene))
        yield


def _one_sample_of_each(settings: Settings) -> bool:
    return settings.samples == 1 and "instances" in settings.modalities


def render_labels(
    scene: bpy.types.Scene, settings: Settings, label_set: LabelSet | None, void: int = 0
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """The label render, reduced: label codes (H, W) uint16 and purity (H, W) float32 in (0, 1]."""
    samples = render_label_samples(scene, settings, label_set, void)
    return label_maps.reduced(samples, settings.label_supersample, settings.thin_labels, settings.min_presence)


def render_label_samples(
    scene: bpy.types.Scene, settings: Settings, label_set: LabelSet | None, void: int = 0
) -> NDArray[np.uint16]:
    """Render the index passes, sharp: label codes (K H, K W) uint16, K being `label_supersample`.

    One sample at the centre of each of the pixel's K x K parts, at the middle of the shutter. What blurs is off.
    `label_set` says which labels decide themselves about what light passes through; without one the threshold does.
    `void`: as `label_samples` takes it.
    """
    with sharp(scene, settings, label_set) as ignored:
        return label_samples(render_passes(scene, settings), ignored, void)


Passes = ends.Passes
"""{channel under its name of Blender 4: (K H, K W)}, such as IndexOB.X."""


def render_passes(scene: bpy.types.Scene, settings: Settings) -> Passes:
    """Render, within `sharp`, the passes of the label render. Raises RenderFailed where they are not what was asked."""
    try:
        channels = ends.rendered(scene.view_layers[settings.view_layer], partial(render_channels, scene))
        shape = channels["IndexOB.X"].shape
    except KeyError as error:
        raise _not_trusted(error) from error
    width, height = (side * settings.label_supersample for side in settings.size)
    if shape != (height, width):
        raise RenderFailed(f"the label render is {shape[1]}x{shape[0]} pixels, not {width}x{height}")
    return channels


def render_channels(scene: bpy.types.Scene) -> Passes:
    """Render into an uncompressed multilayer file, and read what it has. Raises RenderFailed where it is not whole."""
    settings = scene.render.image_settings
    with tempfile.TemporaryDirectory(prefix="labelpass-") as folder, compat.kept_file_format(settings):
        path = Path(folder) / "passes.exr"
        compat.set_file_format(settings, "OPEN_EXR_MULTILAYER")
        with changed(settings, color_depth="32", exr_codec="NONE"):
            render_still(scene, path)
        try:
            channels: Passes = compat.pass_channels(exr.read_uncompressed(path))
        except ValueError as error:
            raise _failed(str(_not_trusted(error)), path.parent.parent) from error
    return channels


def label_samples(passes: Passes, ignored: str, void: int = 0) -> NDArray[np.uint16]:
    """The label code of each sample, (K H, K W) uint16; `ignored` is the pass that `sharp` yields, `void` an index that
    stands for `IGNORE`, 0 for none."""
    try:
        labels = label_maps.label_map(*(passes[name] for name in ("IndexOB.X", "IndexMA.X", "Depth.Z")))
        labels = label_maps.with_void(labels, void)
        return label_maps.without_ignored(labels, passes[f"{ignored}.X"]) if ignored else labels
    except (ValueError, KeyError) as error:
        raise _not_trusted(error) from error


def _failed(what: str, folder: Path) -> RenderFailed:
    """How a render failed that wrote into this folder."""
    room = little_room(folder)
    return NoRoom(f"{what}{room}") if room else RenderFailed(what)


def _not_trusted(error: Exception) -> RenderFailed:
    return RenderFailed(f"the index passes that Blender wrote are not to be trusted: {error}")


@contextmanager
def sharp(scene: bpy.types.Scene, settings: Settings, label_set: LabelSet | None) -> Iterator[str]:
    """What makes a render the label render, within `prepared`; all comes back when the block ends.

    Yields the pass that says which samples are to be ignored, "" where no label in use asks for that.
    """
    width, height = settings.size
    k, cycles, render = settings.label_supersample, scene.cycles, scene.render
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(steady(scene.camera.data.dof, use_dof=False))
        enter(no_volumes(scene, scene.view_layers[settings.view_layer]))
        for light in bpy.data.lights:  # no index pass shows light: not sampling it saves a third of the render
            enter(changed(light, energy=0.0))
        enter(
            steady(
                cycles,
                samples=1,
                use_adaptive_sampling=False,
                use_denoising=False,
                pixel_filter_type="BOX",
                filter_width=0.01,
                max_bounces=0,
                transparent_max_bounces=1024,  # behind many leaves, labels are still what lies behind them
                dicing_rate=cycles.dicing_rate * k,  # the same subdivision as in the image, at k times the pixels
                **compat.without_osl(cycles),
            )
        )
        enter(changed(render, resolution_x=width * k, resolution_y=height * k, use_freestyle=False))
        enter(ends.ends_shown(scene))
        enter(middle_of_the_shutter(scene))
        view_layer = scene.view_layers[settings.view_layer]
        ignore = enter(all_or_nothing(view_layer, settings.alpha_threshold, label_set))
        yield ignore


@contextmanager
def middle_of_the_shutter(scene: bpy.types.Scene) -> Iterator[None]:
    """Without blur, at the moment that is the middle of the shutter: only CENTER puts it on the frame itself."""
    if not scene.render.use_motion_blur:
        yield
        return
    render, frame, subframe = scene.render, scene.frame_current, scene.frame_subframe
    offset = {"START": 0.5, "CENTER": 0.0, "END": -0.5}[render.motion_blur_position] * render.motion_blur_shutter
    with changed(render, use_motion_blur=False):
        if offset:
            whole = int(np.floor(frame + offset))
            scene.frame_set(whole, subframe=frame + offset - whole)
        try:
            yield
        finally:
            if offset:
                scene.frame_set(frame, subframe=subframe)


def render_still(scene: bpy.types.Scene, path: Path) -> None:
    """Render the frame into `path`. Blender may fail without raising, so the file itself is the proof."""
    path.unlink(missing_ok=True)
    scene.render.filepath = str(path)
    around = path.parent.parent  # the folder itself is of this frame alone, and gone when this is read
    with overheard() as last_words:
        try:
            bpy.ops.render.render(write_still=True)
        except RuntimeError as error:
            raise _failed(f"Blender failed to render: {str(error).strip()}", around) from error
        if not path.is_file() or not path.stat().st_size:
            raise _failed(f"Blender rendered no file{last_words()}", around)


@contextmanager
def overheard() -> Iterator[Callable[[], str]]:
    """Keep what Blender prints during a render off the screen; yields a function that tells its last complaint."""
    with tempfile.TemporaryFile() as heard, turned_to(heard.fileno()):

        def last_words() -> str:
            heard.seek(0)
            lines = [line.strip() for line in heard.read().decode(errors="replace").splitlines() if line.strip()]
            told = [line for line in lines if "rror" in line or "ailed" in line] or lines
            return f": {told[-1]}" if told else ""

        yield last_words

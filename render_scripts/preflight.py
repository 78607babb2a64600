"""Refuses what would render wrong data, before it costs an hour; and resolves what the scene leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import bpy

from blender_addon.audit.audit import before_a_render
from blender_addon.audit.findings import ERROR, NOTE, together
from blender_addon.contract.labels import CODE_NAMES, IGNORE, LabelSet
from blender_addon.contract.run import Settings, View
from blender_addon.contract.words import listed
from blender_addon.label_render.stage import put_back_frame
from blender_addon.occurrences import Occurrence
from blender_addon.scene_labels import why_none_kept

from . import compat
from .modalities.screens import NoFlow, maps_around, may_be_refused
from .randomization.lights_on_scene import lamps_of, lights_of
from .randomization.scene_things import picture_pools, unknown_labels
from .randomization.spec import Randomization
from .request import Request


@dataclass(frozen=True)
class Problem:
    """Something wrong with a scene: `fatal` ones stop the run, the others do with --strict. Where a run goes on, what
    is `here` is of this machine, since the plan was made without it."""

    fatal: bool
    message: str
    here: bool = False

    def __str__(self) -> str:
        return f"{'error' if self.fatal else 'warning'}: {self.message}"


def check_scene(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    things: list[Occurrence],
    alpha_threshold: float,
) -> Iterator[Problem]:
    """What is wrong with the labels and the files of a scene; `things` are what the view layer renders.

    The findings are those of the audit, alike ones together, in its words; its notes stop nothing and are left out.
    """
    for found in together(before_a_render(scene, view_layer, label_set, things, alpha_threshold)):
        if found.severity != NOTE:
            yield Problem(found.severity == ERROR, found.message, here=found.kind == "file")


def check_flow(scene: bpy.types.Scene, settings: Settings, views: Iterable[View]) -> Iterator[Problem]:
    """What flow cannot be told of: each view of a camera that may be refused is looked at, each camera named once."""
    told: set[str] = set()
    wanted = views if "flow" in settings.modalities else ()
    doubtful = [view for view in wanted if not view.pose and may_be_refused(scene.objects[view.camera])]
    if not doubtful:
        return
    with put_back_frame(scene):
        for view in doubtful:
            if view.camera not in told:
                scene.frame_set(view.scene_frame)
                try:
                    maps_around(scene, scene.objects[view.camera], settings.size)
                except NoFlow as error:
                    told.add(view.camera)
                    yield Problem(True, f"frame {view.frame}: {error}")


def own_scripts() -> Iterator[str]:
    """Python in the open file that Blender runs by itself where it may: texts to register, expressions of drivers."""
    for text in bpy.data.texts:
        if text.use_module:
            yield f"the script {text.name!r}"
    blocks = [block for block in bpy.data.user_map() if isinstance(block, bpy.types.ID)]
    trees = [block.node_tree for block in blocks if getattr(block, "node_tree", None)]
    for block in (*blocks, *trees):
        animation = getattr(block, "animation_data", None)
        for curve in animation.drivers if animation else ():
            if curve.driver.type == "SCRIPTED" and not curve.driver.is_simple_expression:
                yield f"a scripted driver of {block.name!r}"


def check_style_modules(left_out: Iterable[str]) -> Iterator[Problem]:
    """`left_out`: texts of Freestyle, which Blender runs in a render though the scripts of the file may not run."""
    for name in left_out:
        yield Problem(
            False, f"Freestyle draws by the script {name!r}, which was not run; if you trust this file: --allow-scripts"
        )


def check_versions(planned: Mapping[str, str], here: Mapping[str, str]) -> Iterator[Problem]:
    """Frames of several versions in one run are as good as their images are alike, which nobody promises."""
    differing = [
        f"{name} {planned[name]} and not {here.get(name)}" for name in planned if planned[name] != here.get(name)
    ]
    if differing:
        why = f"the run was planned with {'; '.join(differing)}: its images may differ from the others"
        yield Problem(False, why, here=True)


def resolve_device(wanted: str, gpu: int = 0) -> tuple[str, list[Problem]]:
    """The device to render on, "CPU" or a GPU back end in capitals, for a request such as "auto" or "optix".

    `gpu` is the number of the one to take, of several.
    """
    candidates = compat.GPU_BACK_ENDS if wanted in {"auto", "gpu"} else (wanted.upper(),)
    if wanted != "cpu":
        for back_end in candidates:
            if found := compat.gpu_devices(back_end):
                return back_end, [] if gpu < len(found) else [Problem(True, _no_such_gpu(back_end, gpu, found), True)]
        if wanted != "auto":
            name = "GPU" if wanted == "gpu" else f"{wanted} device"
            return "CPU", [Problem(True, f"--device {wanted}: Cycles finds no {name} on this machine", here=True)]
    return "CPU", []


def _no_such_gpu(back_end: str, gpu: int, found: list[str]) -> str:
    there = ", ".join(f"{number}: {name}" for number, name in enumerate(found))
    return f"--gpu {gpu}: for {back_end} Cycles finds {there}"


def resolve_denoising(scene: bpy.types.Scene, request: Request) -> tuple[bool, list[Problem]]:
    """Whether images are denoised: as asked, else as the scene says where this build can."""
    if request.denoise is not None:
        lacking = request.denoise and not compat.has_denoiser()
        message = "--denoise: this build of Blender has no OpenImageDenoise"
        return request.denoise, [Problem(True, message, here=True)] if lacking else []
    wanted = bool(request.preset or scene.cycles.use_denoising)
    if wanted and not compat.has_denoiser():
        who = f"--preset {request.preset}" if request.preset else "the scene"
        return False, [
            Problem(
                False,
                f"{who} asks for denoising and this build has no OpenImageDenoise: images stay noisy; "
                "--no-denoise accepts that",
                here=True,
            )
        ]
    return wanted, []


def resolve_pictures(spec: Randomization) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """{folder: {name: fingerprint}} of the pictures that frames draw from, and what stands against it."""
    try:
        return picture_pools(spec), []
    except ValueError as error:
        return {}, [Problem(True, f"randomisation: {error}", here=True)]


def check_randomization(spec: Randomization, label_set: LabelSet, view_layer: bpy.types.ViewLayer) -> Iterator[Problem]:
    """What a spec asks for and this scene has not."""
    for name in unknown_labels(spec, label_set):
        lacking = f"which label set {label_set.name!r} does not have{label_set.nearest(name)}"
        yield Problem(True, f"randomisation names label {name!r}, {lacking}")
    if spec.on and (why := why_none_kept(view_layer.id_data)):
        yield Problem(True, f"randomisation: {why}")
    if spec.distractors and spec.distractors.label == CODE_NAMES[IGNORE]:
        index = label_set.spare_id
        for data in (*bpy.data.objects, *bpy.data.materials):
            if data.pass_index == index:
                yield Problem(True, f"{data.name!r} has pass index {index}, which distractors need: relabel it")
    if not spec.lights:
        return
    lamps = lamps_of(view_layer)
    fixed = [lamp.name for lamp in lamps if lamp.data not in lights_of(lamps)]
    if fixed:
        yield Problem(
            False,
            f"randomisation: power and colour of {listed(fixed, 3)} are animated, and stay as they are",
        )

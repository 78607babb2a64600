"""Refuses what would render wrong data, before it costs an hour; and resolves what the scene leaves open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_addon.compat import writes_passes
from blender_addon.contract.labels import UNLABELLED, LabelSet
from blender_addon.contract.words import counted, quoted
from blender_addon.label_render.transparency import constant_alpha
from blender_addon.label_render.visibility import label_is_animated
from blender_addon.occurrences import Occurrence

from . import compat
from .plan import Request


@dataclass(frozen=True)
class Problem:
    """Something wrong with a scene: `fatal` ones stop the run, the others do with --strict."""

    fatal: bool
    message: str

    def __str__(self) -> str:
        return f"{'error' if self.fatal else 'warning'}: {self.message}"


def check_scene(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    label_set: LabelSet,
    things: list[Occurrence],
    alpha_threshold: float,
) -> Iterator[Problem]:
    """What is wrong with the labels and the files of a scene; `things` are what the view layer renders."""
    yield from _check_labels(label_set, things)
    yield from _check_alpha(alpha_threshold, things)
    yield from _check_files({material for thing in things for material in thing.materials if material})
    if scene.render.engine != "CYCLES":
        yield Problem(False, f"the scene is set to {scene.render.engine}; rendered with Cycles, it may look different")
    if not writes_passes(scene.render):
        yield Problem(
            True, "this Blender cannot write passes of pixels that are not square (Output > Format > Aspect); 5.2 can"
        )
    used = [layer.name for layer in scene.view_layers if layer.use and layer != view_layer]
    if used:
        yield Problem(False, f"only view layer {view_layer.name!r} is rendered, not {quoted(used)}; see --view-layer")
    if bpy.app.autoexec_fail:
        yield Problem(
            False,
            "this file holds scripts or scripted drivers, which were not run "
            f"({bpy.app.autoexec_fail_message}); if you trust them: --allow-scripts",
        )


def _check_labels(label_set: LabelSet, things: list[Occurrence]) -> Iterator[Problem]:
    bare = list(dict.fromkeys(thing.obj.name for thing in things if thing.unlabelled))
    if not things:
        yield Problem(True, "nothing in this scene has a surface that would be rendered")
    elif bare and not any(thing.label_id or _labelled_parts(thing) for thing in things):
        yield Problem(True, f"nothing in this scene is labelled ({len(bare)} objects): open it with the add-on first")
    elif bare:
        yield Problem(False, f"{counted(len(bare), 'object')} without a label will come out unlabelled: {quoted(bare)}")
    for what, carriers in (
        ("object", {carrier for thing in things for carrier in (thing.obj, *thing.instancers)}),
        ("material", {material for thing in things for material in thing.materials if material}),
    ):
        strange = defaultdict(list)
        for carrier in carriers:
            if carrier.pass_index != UNLABELLED and carrier.pass_index not in label_set.by_id:
                strange[carrier.pass_index].append(carrier.name)
        for id_, names in sorted(strange.items()):
            yield Problem(
                True,
                f"{what} {quoted(sorted(names))} has pass index {id_}, which label set {label_set.name!r} does not "
                f"define; relabel it or add id {id_}",
            )
    changing = {
        carrier.name
        for thing in things
        if thing.splittable and any(each.pass_index or label_is_animated(each) for each in thing.instancers)
        for carrier in (thing.obj, *thing.instancers)
        if label_is_animated(carrier)
    }
    if changing:
        yield Problem(
            True,
            f"the pass index of {quoted(sorted(changing))} is animated, and what an instance gives its members does "
            "not change while a run renders; label the members themselves, outside of the instance",
        )
    torn = defaultdict(set)
    shared = {thing.obj for thing in things if not thing.splittable}
    for thing in things:
        if thing.obj in shared and not thing.obj.pass_index:
            torn[thing.obj.name].add(thing.label_id)
    split = sorted(name for name, ids in torn.items() if len(ids) > 1)
    if split:
        yield Problem(
            True,
            f"{quoted(split)} is copied by geometry nodes or particles under different labels (or shown itself without "
            "one), and Blender gives all such copies one index; label the object itself",
        )


def _labelled_parts(thing: Occurrence) -> bool:
    return any(material and material.pass_index for material in thing.materials)


def _check_alpha(threshold: float, things: list[Occurrence]) -> Iterator[Problem]:
    """A surface that is not in the labels at all is worth a word: a film of plastic may be meant, or not."""
    materials = {material for thing in things for material in thing.materials if material}
    missed = sorted(material.name for material in materials if 0 < constant_alpha(material) < threshold)
    if missed:
        yield Problem(
            False,
            f"semi-transparent material {quoted(missed)} has less alpha than the threshold {threshold:.2g}: labels "
            "there are what lies behind it; --alpha-threshold 0.05 labels the surface itself",
        )


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


def _check_files(shown: set[bpy.types.Material]) -> Iterator[Problem]:
    outside = (library.filepath for library in bpy.data.libraries if not library.packed_file)
    lost = [path for path in outside if not Path(bpy.path.abspath(path)).exists()]
    if lost:
        yield Problem(True, f"missing library {quoted(lost)}: what it holds would not be rendered")
    else:
        kinds = ("objects", "collections", "meshes", "curves", "materials", "node_groups", "worlds")
        gone = sorted(block.name for kind in kinds for block in getattr(bpy.data, kind) if block.is_missing)
        if gone:
            yield Problem(True, f"{quoted(gone)} is linked from a library that no longer holds it; link it anew")
    missing = sorted(image.name for image in bpy.data.images if _is_missing(image) and _is_shown(image, shown))
    if missing:
        yield Problem(False, f"missing texture {quoted(missing)}: its surfaces render pink")
    volumes = (volume for volume in bpy.data.volumes if volume.users and volume.filepath and not volume.packed_file)
    lost = [v.name for v in volumes if not Path(bpy.path.abspath(v.filepath, library=v.library)).exists()]
    if lost:
        yield Problem(False, f"missing volume {quoted(sorted(lost))}: nothing of it renders")


def _is_shown(image: bpy.types.Image, materials: set[bpy.types.Material]) -> bool:
    """False for what only materials use that nothing shows: leftovers, which files are full of."""
    users = bpy.data.user_map(subset={image})[image]
    return any(not isinstance(user, bpy.types.Material) or user in materials for user in users)


def _is_missing(image: bpy.types.Image) -> bool:
    if image.source not in {"FILE", "SEQUENCE", "MOVIE", "TILED"} or image.packed_file or not image.users:
        return False
    path = bpy.path.abspath(image.filepath, library=image.library)
    tiles = [path.replace("<UDIM>", str(tile.number)) for tile in image.tiles] if image.source == "TILED" else [path]
    return not all(Path(tile).exists() for tile in tiles)


def check_versions(planned: Mapping[str, str], here: Mapping[str, str]) -> Iterator[Problem]:
    """Frames of several versions in one run are as good as their images are alike, which nobody promises."""
    differing = [
        f"{name} {planned[name]} and not {here.get(name)}" for name in planned if planned[name] != here.get(name)
    ]
    if differing:
        yield Problem(False, f"the run was planned with {'; '.join(differing)}: its images may differ from the others")


def resolve_device(wanted: str) -> tuple[str, list[Problem]]:
    """The device to render on, "CPU" or a GPU back end in capitals, for a request such as "auto" or "optix"."""
    candidates = compat.GPU_BACK_ENDS if wanted in {"auto", "gpu"} else (wanted.upper(),)
    if wanted != "cpu":
        for back_end in candidates:
            if compat.gpu_devices(back_end):
                return back_end, []
        if wanted != "auto":
            name = "GPU" if wanted == "gpu" else f"{wanted} device"
            return "CPU", [Problem(True, f"--device {wanted}: Cycles finds no {name} on this machine")]
    return "CPU", []


def resolve_denoising(scene: bpy.types.Scene, request: Request) -> tuple[bool, list[Problem]]:
    """Whether images are denoised: as asked, else as the scene says where this build can."""
    if request.denoise is not None:
        lacking = request.denoise and not compat.has_denoiser()
        message = "--denoise: this build of Blender has no OpenImageDenoise"
        return request.denoise, [Problem(True, message)] if lacking else []
    if scene.cycles.use_denoising and not compat.has_denoiser():
        return False, [
            Problem(
                False,
                "the scene asks for denoising and this build has no OpenImageDenoise: images stay noisy; "
                "--no-denoise accepts that",
            )
        ]
    return bool(scene.cycles.use_denoising), []

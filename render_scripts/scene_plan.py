"""The plan that an open .blend and a request make: every choice that either leaves open, resolved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_addon import scene_labels
from blender_addon.audit.file_faults import NO_LABEL_SET
from blender_addon.contract import VERSION
from blender_addon.contract.labels import LabelSet
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.label_render.viewpoints import find_views
from blender_addon.label_sets import label_files

from . import compat, preflight
from .check_request import CheckRequest
from .plan import Refused, Request
from .preflight import Problem
from .randomization.spec import Randomization, to_plan, without

MAX_SIDE = 65536  # of a picture that Blender renders, in pixels


@dataclass(frozen=True)
class Proposal:
    """A plan, the views of it that were asked for, and what stands against it."""

    plan: Plan
    views: tuple[View, ...]
    problems: tuple[Problem, ...]


def propose(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, request: Request, found: Plan | None) -> Proposal:
    """The plan that this scene and request make.

    Views and label set that the request leaves open are those of the plan `found` in the run folder, else the
    scene's. `--frames` chooses among the scene's views and leaves the plan whole, so that nodes may share a run.
    """
    device, device_problems = preflight.resolve_device(request.device)
    denoise, denoiser_problems = preflight.resolve_denoising(scene, request)
    percentage = scene.render.resolution_percentage
    own_size = (scene.render.resolution_x * percentage // 100, scene.render.resolution_y * percentage // 100)
    threshold = request.alpha_threshold
    spec = without(request.randomize or Randomization(), request.without)
    pictures, spec_problems = preflight.resolve_pictures(spec)
    settings = Settings(
        size=request.size or own_size,
        samples=request.samples or samples_of(scene, view_layer),
        seed=request.seed or 0,
        label_supersample=request.label_supersample or 1,
        device=device,
        denoise=denoise,
        alpha_threshold=round(view_layer.pass_alpha_threshold, 6) if threshold is None else threshold,
        view_layer=view_layer.name,
        image=request.image or "png",
        modalities=request.modalities or (),
        randomization=to_plan(spec, pictures),
    )
    planned, asked, view_problems = _views(scene, request, found)
    plan = Plan(
        label_set=found.label_set if found and not request.label_set else _label_set(scene, request),
        scene=Path(bpy.data.filepath).name,
        scene_sha256=_scene_hash(),
        views=planned,
        settings=settings,
        versions={"labelpass": VERSION, **compat.versions()},
    )
    problems = (*_size_problems(settings), *device_problems, *denoiser_problems, *view_problems, *spec_problems)
    return Proposal(plan, asked, (*problems, *preflight.check_randomization(spec, plan.label_set, view_layer)))


def choose_view_layer(scene: bpy.types.Scene, request: Request | CheckRequest) -> bpy.types.ViewLayer:
    """The one asked for, else the active one, else the first that renders. Raises Refused where it is not there."""
    if request.view_layer is not None:
        if request.view_layer not in scene.view_layers:
            raise Refused(f"scene {scene.name!r} has no view layer {request.view_layer!r}")
        return scene.view_layers[request.view_layer]
    active = bpy.context.view_layer
    return active if active.use else next((layer for layer in scene.view_layers if layer.use), active)


def samples_of(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> int:
    """As Cycles takes them: a layer's own count, where it has one, instead of the scene's or bounded by it.

    A scene made for EEVEE has Cycles' 4096 by default, which nobody chose: as many as EEVEE would take instead.
    """
    if scene.render.engine != "CYCLES":
        return scene.eevee.taa_render_samples
    use, own = scene.cycles.use_layer_samples, view_layer.samples
    if use == "IGNORE" or not own:
        return scene.cycles.samples
    return min(own, scene.cycles.samples) if use == "BOUNDED" else own


def _views(
    scene: bpy.types.Scene, request: Request, found: Plan | None
) -> tuple[tuple[View, ...], tuple[View, ...], list[Problem]]:
    """(views of the plan, views asked for, what stands against them)."""
    if found and request.frames is None and request.camera is None:
        return found.views, found.views, []
    asked = tuple(find_views(scene, request.frames, request.camera))
    own = tuple(find_views(scene, None, request.camera))
    if request.frames is None or len(own) == 1:  # of a scene with one view, --frames says how often it is rendered
        return asked, asked, []
    strange = [view.frame for view in asked if view not in set(own)]
    problems = []
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        problems = [
            Problem(
                False,
                f"--frames: frame {strange[0]}{more} is not among the scene's own {len(own)} frames "
                f"({own[0].frame} to {own[-1].frame})",
            )
        ]
    return tuple(sorted({*own, *asked}, key=lambda view: view.frame)), asked, problems


def _size_problems(settings: Settings) -> list[Problem]:
    k, (width, height) = settings.label_supersample, settings.size
    if min(width, height) < 4:
        return [Problem(True, f"{width}x{height} pixels: Blender renders no less than 4 a side; see --size")]
    if max(width, height) * k > MAX_SIDE:
        return [
            Problem(
                True,
                f"{width}x{height} pixels with --label-supersample {k}: Blender renders no more than {MAX_SIDE} "
                f"samples a side, {MAX_SIDE // k} pixels",
            )
        ]
    return []


def _label_set(scene: bpy.types.Scene, request: Request) -> LabelSet:
    if request.label_set:
        return label_files.read(request.label_set)
    found = scene_labels.read_label_set(scene)
    if found is None:
        raise Refused(NO_LABEL_SET)
    return found


def _scene_hash() -> str:
    """SHA-256 over the .blend and the libraries it links, wherever they lie on this machine."""
    if not bpy.data.filepath:
        raise Refused("no .blend file is open: blender -b scene.blend -P render.py -- --out RUN")
    libraries = {Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries}
    digests = sorted(_file_hash(path) for path in libraries if path.is_file())
    return hashlib.sha256(b"".join([_file_hash(Path(bpy.data.filepath)), *digests])).hexdigest()


def _file_hash(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()

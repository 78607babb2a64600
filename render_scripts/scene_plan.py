"""The plan that an open .blend and a request make: every choice that either leaves open, resolved."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from blender_addon import scene_labels
from blender_addon.audit.file_faults import NO_LABEL_SET
from blender_addon.contract import VERSION
from blender_addon.contract.labels import LabelSet
from blender_addon.contract.modalities import Lidar
from blender_addon.contract.run import Plan, Settings, View
from blender_addon.contract.view_search import Search
from blender_addon.contract.words import counted, quoted
from blender_addon.label_render.image_labels import why_own_render
from blender_addon.label_render.viewpoints import find_views, moves
from blender_addon.label_sets import label_files

from . import compat, preflight
from .check_request import CheckRequest
from .contradictions import contradictions, drawn_from, in_options, why_own_anywhere
from .draws import chosen, repeated
from .preflight import Problem
from .presets import PRESETS
from .randomization.bent_lenses import why_not_bent
from .randomization.folders import with_folders
from .randomization.resolution import LEAST
from .randomization.spec import Randomization, drawn_sizes, to_plan
from .request import Refused, Request
from .sampled_views.refusals import NoViews
from .sampled_views.sampling import sample_views
from .sampled_views.view_request import parse_words

MAX_SIDE = 65536  # of a picture that Blender renders, in pixels


@dataclass(frozen=True)
class Proposal:
    """A plan, the views of it that were asked for, what stands against it, and what there is to say about it."""

    plan: Plan
    views: tuple[View, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


def propose(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, request: Request, found: Plan | None) -> Proposal:
    """The plan that this scene and request make.

    Views and label set that the request leaves open are those of the plan `found` in the run folder, else the
    scene's. `--frames` chooses among the scene's views and leaves the plan whole, so that nodes may share a run.
    """
    device, device_problems = preflight.resolve_device(request.device, request.gpu)
    denoise, denoiser_problems = preflight.resolve_denoising(scene, request)
    percentage = scene.render.resolution_percentage
    own_size = (scene.render.resolution_x * percentage // 100, scene.render.resolution_y * percentage // 100)
    threshold = request.alpha_threshold
    spec = with_folders(drawn_from(request), Path.absolute)
    pictures, spec_problems = preflight.resolve_pictures(spec)
    label_set = found.label_set if found and not request.label_set else _label_set(scene, request)
    thin_labels, min_presence = _thin(request, label_set)
    samples = PRESETS[request.preset].samples if request.preset else samples_of(scene, view_layer)
    settings = Settings(
        size=request.size or own_size,
        samples=request.samples or samples,
        seed=request.seed or 0,
        label_supersample=request.label_supersample or 1,
        device=device,
        denoise=denoise,
        alpha_threshold=round(view_layer.pass_alpha_threshold, 6) if threshold is None else threshold,
        view_layer=view_layer.name,
        image=request.image or "png",
        modalities=request.modalities or (),
        label_render="own",
        preset=request.preset or "",
        thin_labels=thin_labels,
        min_presence=min_presence,
        sample_views=request.sample_views or "",
        lidar=request.lidar or Lidar(),
        randomization=to_plan(spec, pictures),
        draws=1,
    )
    search: Search | None = None
    if request.sample_views:
        planned, asked, search, view_problems = _sampled(scene, view_layer, request, found, settings, label_set)
    else:
        planned, asked, view_problems = _views(scene, request, found)
    settings = replace(settings, draws=_draws(request, planned))
    cameras = [scene.objects[name] for name in dict.fromkeys(view.camera for view in planned if not view.pose)]
    label_render, label_problems = _label_render(scene, request, cameras, label_set)
    plan = Plan(
        label_set=label_set,
        scene=Path(bpy.data.filepath).name,
        scene_sha256=scene_hash(),
        views=planned,
        settings=replace(settings, label_render=label_render),
        versions={"labelpass": VERSION, **compat.versions(), "kernel": compat.kernel(device, request.gpu)},
        view_search=search,
    )
    problems = (*_size_problems(settings, spec), *device_problems, *denoiser_problems)
    problems += tuple(Problem(True, why) for why in contradictions(request, in_options))
    problems += (*view_problems, *label_problems, *_camera_problems(settings, cameras), *spec_problems)
    problems += tuple(preflight.check_randomization(spec, label_set, view_layer))
    problems += tuple(preflight.check_flow(scene, settings, asked))
    problems += _draw_problems(settings, spec)
    sizes = drawn_sizes(spec, settings.size)
    problems += tuple(Problem(True, why) for why in why_not_bent(spec.camera, scene, planned, settings, sizes))
    return Proposal(plan, asked, problems, _told(scene, search) if search and not found else ())


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
    own = tuple(find_views(scene, None, request.camera))
    draws = _draws(request, own)
    if draws > 1:
        planned = repeated(own, draws)
        return planned, chosen(planned, request.frames, f"{counted(len(own), 'view')}, {draws} draws each,"), []
    asked = tuple(find_views(scene, request.frames, request.camera))
    if request.frames is None or len(own) == 1:  # of a scene with one view, --frames says how often it is rendered
        return asked, asked, []
    strange = [view.frame for view in asked if view not in set(own)]
    problems = []
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        problems = [
            Problem(
                False,
                f"frame {strange[0]}{more} was asked for, and is not among the scene's own {len(own)} frames "
                f"({own[0].frame} to {own[-1].frame})",
            )
        ]
    return tuple(sorted({*own, *asked}, key=lambda view: view.frame)), asked, problems


def _draws(request: Request, views: Sequence[View]) -> int:
    """How often each of the views is to be rendered; some of them may be draws of one already."""
    if request.draws or not request.at_least:
        return request.draws or 1
    return -(-request.at_least // len({replace(view, frame=0) for view in views}))


def _sampled(
    scene: bpy.types.Scene,
    view_layer: bpy.types.ViewLayer,
    request: Request,
    found: Plan | None,
    settings: Settings,
    label_set: LabelSet,
) -> tuple[tuple[View, ...], tuple[View, ...], Search | None, list[Problem]]:
    """(views of the plan, views asked for, how they were found, what stands against them): those of the plan that is
    there, else sampled now."""
    problems = []
    if request.camera is not None:
        raise Refused("--sample-views has a camera of its own: leave out --camera")
    if found and found.settings.sample_views == settings.sample_views:
        planned, search = found.views, found.view_search
    else:
        words = parse_words(request.sample_views or "")
        try:
            sampled = sample_views(scene, view_layer, label_set, words, settings.size, settings.seed, _say)
        except NoViews as error:
            raise Refused(str(error)) from None
        planned, search = repeated(sampled.views, _draws(request, sampled.views)), sampled.report
        problems = [Problem(False, f"{quoted(sampled.broken)}: {_NOWHERE}")] * bool(sampled.broken)
    asked = chosen(planned, request.frames, f"the {len(planned)} frames of sampled views")
    return planned, asked, search, problems


_NOWHERE = "some vertices are nowhere (NaN, or endlessly far away); sampled views pass over their faces, mend the mesh"


def _say(line: str) -> None:
    print(f"labelpass: {line}", flush=True)


def _told(scene: bpy.types.Scene, search: Search) -> tuple[str, ...]:
    """What there is to say of views that were sampled just now."""
    said = search.lines()
    if moves(scene):
        said.append(f"the scene is animated: all views show its frame {scene.frame_current}, at which it was saved")
    return tuple(f"sampled views: {line}" for line in said)


def _draw_problems(settings: Settings, spec: Randomization) -> tuple[Problem, ...]:
    if settings.draws == 1 or spec.on:
        return ()
    lacking = f"--draws {settings.draws}: nothing is randomised, so the draws of a view differ by noise alone"
    return (Problem(False, f"{lacking}; see --randomize"),)


def _size_problems(settings: Settings, spec: Randomization) -> list[Problem]:
    k = settings.label_supersample
    for width, height in drawn_sizes(spec, settings.size):
        if min(width, height) < LEAST:
            return [Problem(True, f"{width}x{height} pixels: Blender renders no less than {LEAST} a side; see --size")]
        if max(width, height) * k > MAX_SIDE:
            return [
                Problem(
                    True,
                    f"{width}x{height} pixels with --label-supersample {k}: Blender renders no more than {MAX_SIDE} "
                    f"samples a side, {MAX_SIDE // k} pixels",
                )
            ]
    return []


def _label_render(
    scene: bpy.types.Scene,
    request: Request,
    cameras: list[bpy.types.Object],
    label_set: LabelSet,
) -> tuple[str, list[Problem]]:
    """Whether labels come from the image render, and what stands against that where it was asked for."""
    anyway = why_own_anywhere(request)  # which `contradictions` tells
    why = anyway or why_own_render(scene, cameras, request.label_supersample or 1, label_set)
    if request.label_render == "image" and why and not anyway:
        return "image", [Problem(True, f"--label-render image: labels need a render of their own: {why}")]
    return request.label_render or ("own" if why else "image"), []


_CAMERAS_FOR = {
    "depth-png": ({"PERSP", "ORTHO"}, "has no image plane to measure depth from; ask for depth"),
    "stereo": ({"PERSP"}, "makes no stereo pairs: only perspective cameras do"),
}
"""{modality: (kinds of camera that can give it, what others lack)}."""


def _camera_problems(settings: Settings, cameras: list[bpy.types.Object]) -> list[Problem]:
    return [
        Problem(True, f"--with {modality}: camera {camera.name!r} {why}")
        for modality, (fit, why) in _CAMERAS_FOR.items()
        if modality in settings.modalities
        for camera in cameras
        if camera.data.type not in fit
    ]


def _thin(request: Request, label_set: LabelSet) -> tuple[tuple[int, ...], float]:
    """Ids of the thin labels, and the share of a pixel's samples that they need.

    Half of 1/K by default: whatever is as wide as a sample is hit in each row of them, and a line that is hit in all K
    rows of a pixel has at least half of these hits in one pixel of two. Raises LabelSetError for unknown names.
    """
    ids = tuple(sorted({label_set.find(name).id for name in request.thin_labels or ()}))
    if request.min_presence is not None or not ids:
        return ids, request.min_presence or 0.0
    return ids, round(1 / (2 * (request.label_supersample or 1)), 6)


def _label_set(scene: bpy.types.Scene, request: Request) -> LabelSet:
    if request.label_set:
        return label_files.read(request.label_set)
    found = scene_labels.read_label_set(scene)
    if found is None:
        raise Refused(NO_LABEL_SET)
    return found


def scene_hash() -> str:
    """SHA-256 over the .blend and the libraries it links, wherever they lie on this machine."""
    if not bpy.data.filepath:
        raise Refused("no .blend file is open: blender -b scene.blend -P render.py -- --out RUN")
    digests = sorted(_file_hash(path) for path in _libraries() if path.is_file())
    return hashlib.sha256(b"".join([_file_hash(Path(bpy.data.filepath)), *digests])).hexdigest()


def lacks_libraries() -> bool:
    """Whether a library of the open .blend is not on this machine."""
    return not all(path.is_file() for path in _libraries())


def _libraries() -> set[Path]:
    return {Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries}


def _file_hash(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()

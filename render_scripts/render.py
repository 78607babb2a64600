"""The entry on a render node: `blender -b scene.blend -P render_scripts/render.py -- --out RUN`.

Arguments become a plan, the plan becomes frames, and all that goes wrong becomes one line and an exit code:
0 done, 1 the scene or the run folder cannot be rendered as asked, 2 wrong arguments, 3 a frame failed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import traceback
from pathlib import Path

if __name__ == "__main__":  # Blender runs this file by its path; its rooms are beside it
    # Last, not first: installed by pip they stand among packages of another Python, such as its numpy.
    sys.path.append(str(Path(__file__).resolve().parents[1]))

import bpy

from blender_addon import label_files, scene_labels
from blender_addon.contract import VERSION
from blender_addon.contract import run as run_folder
from blender_addon.contract.labels import LabelSet, LabelSetError
from blender_addon.contract.run import Plan, RunError, Settings
from render_scripts import compat, passes, preflight
from render_scripts.frame import render_frame
from render_scripts.plan import Request, add_arguments, check_resume, continued, missing, request_from
from render_scripts.stage import instancer_labels
from render_scripts.viewpoints import NoCamera, find_views


class Refused(Exception):
    """The scene cannot be rendered as asked; the problems have been told."""


def main(arguments: list[str]) -> int:
    """Render the scene that Blender has open. Returns the exit code; what happens is printed."""
    parser = argparse.ArgumentParser(prog="blender -b SCENE.blend -P render.py --", description=__doc__.split("\n")[0])
    add_arguments(parser)
    return render(request_from(parser.parse_args(arguments)))


def render(request: Request) -> int:
    """`main` after its arguments are parsed."""
    try:
        return _render(request)
    except (RunError, LabelSetError, NoCamera, Refused, OSError) as error:
        print(f"labelpass: {error}", file=sys.stderr, flush=True)
        return 1
    except passes.RenderFailed as error:
        print(f"labelpass: {error}; what is done stays, run the same command to go on", file=sys.stderr, flush=True)
        return 3
    except KeyboardInterrupt:
        print("labelpass: stopped; what is done stays, run the same command to go on", file=sys.stderr, flush=True)
        return 130


def _render(request: Request) -> int:
    _settle_scripts(request)
    compat.enable_cycles()
    scene = bpy.context.scene
    found = run_folder.read_plan(request.out) if (request.out / run_folder.PLAN).exists() else None
    if found:
        request = continued(request, found)
    view_layer = _view_layer(scene, request)
    things = list(scene_labels.occurrences(view_layer, bpy.context.evaluated_depsgraph_get()))
    plan, problems = make_plan(scene, view_layer, request, found)
    threshold = plan.settings.alpha_threshold
    problems = [*preflight.check_scene(scene, view_layer, plan.label_set, things, threshold), *problems]
    if found:
        check_resume(found, plan, request.out)
        problems += preflight.check_versions(found.versions, plan.versions)
    _tell(problems, request.strict)

    wanted = plan.views
    if not found:
        orphans = run_folder.finished_frames(request.out)
        if orphans and not (request.out / run_folder.PLAN).exists():  # another node may have begun by now
            raise Refused(
                f"{request.out} has frames ({orphans[0]} and on) and no {run_folder.PLAN}: they may be of another "
                "scene; name a new --out, or put the plan back"
            )
        try:
            run_folder.write_plan(request.out, plan)
        except run_folder.PlanExists:  # another node began the same run a moment ago
            found = run_folder.read_plan(request.out)
            check_resume(found, plan, request.out)
    plan = found or plan
    run_folder.sweep_partial_frames(request.out)
    todo = missing(wanted, run_folder.finished_frames(request.out))
    size = "x".join(map(str, plan.settings.size))
    print(
        f"labelpass: {plan.scene}: {len(wanted)} frame{'s'[len(wanted) == 1 :]} at {size}, "
        f"{plan.settings.samples} samples, {plan.settings.device}; {len(wanted) - len(todo)} done already",
        flush=True,
    )
    with instancer_labels(things), passes.prepared(scene, plan.settings):
        _render_frames(request.out, plan, todo, scene)
    return 0


def _render_frames(out: Path, plan: Plan, todo: list[run_folder.View], scene: bpy.types.Scene) -> None:
    started = time.perf_counter()
    for done, view in enumerate(todo, start=1):
        timings = render_frame(out, plan, view, scene)
        rate = done / (time.perf_counter() - started)
        print(
            f"labelpass: [{done}/{len(todo)}] frame {view.frame} {view.name!r} {sum(timings.values()):.1f} s "
            f"(labels {timings['labels_s']:.2f} s), {rate * 60:.1f} frames/min, "
            f"{_duration((len(todo) - done) / rate)} left",
            flush=True,
        )


def make_plan(
    scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer, request: Request, found: Plan | None
) -> tuple[Plan, list[preflight.Problem]]:
    """The plan that this scene and request make, with what stands against it.

    Views and label set that the request leaves open are those of the plan `found` in the run folder, else the scene's.
    """
    device, problems = preflight.resolve_device(request.device)
    denoise, more = preflight.resolve_denoising(scene, request)
    percentage = scene.render.resolution_percentage
    own_size = (scene.render.resolution_x * percentage // 100, scene.render.resolution_y * percentage // 100)
    threshold = request.alpha_threshold
    settings = Settings(
        size=request.size or own_size,
        samples=request.samples or _samples(scene, view_layer),
        seed=request.seed or 0,
        label_supersample=request.label_supersample or 1,
        device=device,
        denoise=denoise,
        alpha_threshold=round(view_layer.pass_alpha_threshold, 6) if threshold is None else threshold,
        view_layer=view_layer.name,
    )
    if found and request.frames is None and request.camera is None:
        views = found.views
    else:
        views = tuple(find_views(scene, request.frames, request.camera))
    plan = Plan(
        label_set=found.label_set if found and not request.label_set else _label_set(scene, request),
        scene=Path(bpy.data.filepath).name,
        scene_sha256=_scene_hash(),
        views=views,
        settings=settings,
        versions={"labelpass": VERSION, **compat.versions()},
    )
    return plan, problems + more


def _samples(scene: bpy.types.Scene, view_layer: bpy.types.ViewLayer) -> int:
    """As Cycles takes them: a layer's own count, where it has one, instead of the scene's or bounded by it."""
    use, own = scene.cycles.use_layer_samples, view_layer.samples
    if use == "IGNORE" or not own:
        return scene.cycles.samples
    return min(own, scene.cycles.samples) if use == "BOUNDED" else own


def _label_set(scene: bpy.types.Scene, request: Request) -> LabelSet:
    if request.label_set:
        return label_files.read(request.label_set)
    found = scene_labels.read_label_set(scene)
    if found is None:
        raise Refused(
            "this scene carries no label set: label it with the add-on, or say what its pass indices mean with "
            "--label-set nyu40 (or a JSON/YAML file)"
        )
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


def _view_layer(scene: bpy.types.Scene, request: Request) -> bpy.types.ViewLayer:
    if request.view_layer is not None:
        if request.view_layer not in scene.view_layers:
            raise Refused(f"scene {scene.name!r} has no view layer {request.view_layer!r}")
        return scene.view_layers[request.view_layer]
    active = bpy.context.view_layer
    return active if active.use else next((layer for layer in scene.view_layers if layer.use), active)


def _settle_scripts(request: Request) -> None:
    """Scripts inside the .blend run when `--allow-scripts` says so, and never because a preference is set."""
    if request.allow_scripts and bpy.app.autoexec_fail:
        bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, load_ui=False, use_scripts=True)
    by_preference = bpy.context.preferences.filepaths.use_scripts_auto_execute
    forbidden = {"-Y", "--disable-autoexec"} & set(sys.argv)
    registered = [text.name for text in bpy.data.texts if text.use_module]
    if by_preference and not forbidden and registered and not request.allow_scripts:
        raise Refused(
            f"this Blender's preferences let scripts inside files run, and this file holds {registered[0]!r}: start "
            "Blender with --disable-autoexec, or add --allow-scripts if you trust the file"
        )


def _tell(problems: list[preflight.Problem], strict: bool) -> None:
    for problem in problems:
        print(f"labelpass: {problem}", file=sys.stderr, flush=True)
    fatal = sum(problem.fatal or strict for problem in problems)
    if fatal:
        raise Refused(f"nothing was rendered: {fatal} problem{'s' if fatal > 1 else ''} to mend first")


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # a view's name that the terminal cannot spell must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    after = sys.argv.index("--") + 1 if "--" in sys.argv else len(sys.argv)
    try:
        code = main(sys.argv[after:])
    except Exception:  # noqa: BLE001  (ours to mend, but Blender would exit with 0 after it)
        traceback.print_exc()
        code = 3
    sys.exit(code)

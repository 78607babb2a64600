"""One start of the renderer: a request becomes a plan, or goes on with one, and the plan becomes frames.

Exit codes: 0 done, 1 the scene or the run folder cannot be rendered as asked, 2 wrong arguments, 3 a frame failed, 69
not on this machine, 74 something could not be written, 75 call again in a fresh process (`renewal`), 130 and 143 Ctrl-C
and SIGTERM. A frame that hangs is 3, or an end by SIGALRM: see `watchdog`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path

import bpy

from blender_addon.compat import enable_cycles
from blender_addon.contract import run as run_folder
from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN, NotHere, unprinted
from blender_addon.contract.labels import LabelSetError
from blender_addon.contract.records import damaged_frames, put_aside, render_again
from blender_addon.contract.run import Plan, RunError, Unreadable, View
from blender_addon.contract.words import counted, refusal
from blender_addon.label_render.label_pass import NoRoom, RenderFailed
from blender_addon.label_render.line_styles import no_style_modules
from blender_addon.label_render.stage import put_back_frame
from blender_addon.label_render.viewpoints import NoCamera
from blender_addon.label_render.visibility import instancer_labels_of_frames, things_shown

from . import compat, passes, preflight
from .arguments import add_arguments, request_from
from .draws import in_words
from .failures import NotWritten
from .frame import render_frame
from .installed_blender import FAILED
from .interrupts import ends_at_once
from .lights_anew import LightsAnew
from .modalities.staging import Stage, staged
from .one_behind import Finish, Timings, one_behind
from .outlook import disk_outlook, duration
from .pilot import look_ahead
from .presets import PRESETS, choose
from .randomization.on_scene import Dressing, randomized
from .randomization.spec import drawn_sizes, from_plan, sizes_of_frames
from .renewal import AGAIN, worn_out
from .request import Refused, Request
from .resume import as_here, check_resume, continued, missing
from .sampled_views.view_camera import sampled_camera
from .scene_plan import choose_view_layer, lacks_libraries, propose, scene_hash
from .threads import on_threads
from .watchdog import Watch, watchdog


def main(arguments: list[str]) -> int:
    """Render the scene that Blender has open. Returns the exit code; what happens is printed."""
    parser = argparse.ArgumentParser(
        prog="blender -b SCENE.blend -P render.py --",
        description="Render the views of a labelled scene: an image and an exact label map each.",
    )
    add_arguments(parser)
    return render(request_from(parser.parse_args(arguments)))


def render(request: Request) -> int:
    """`main` after its arguments are parsed."""
    try:
        with ends_at_once(request.out):
            return _render(request)
    except (NotHere, Unreadable) as error:  # what this machine has not, or may not read
        return _ended(NOT_HERE, str(error))
    except (RunError, LabelSetError, NoCamera, Refused) as error:
        return _ended(1, str(error))
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:  # no other day makes a file of a folder
        return _ended(1, refusal(error, request.out))
    except BrokenPipeError:  # whoever reads what is printed has read enough
        raise
    except OSError as error:
        return _ended(NOT_WRITTEN, refusal(error, unprinted(error) or request.out))
    except RenderFailed as error:
        code = NOT_WRITTEN if isinstance(error, (NotWritten, NoRoom)) else FAILED
        return _ended(code, f"{error}; what is done stays, {error.advice}")


def _ended(code: int, why: str) -> int:
    """The code, also where why can be said to nobody: a disk that is full ends both."""
    with suppress(OSError):
        print(f"labelpass: {why}", file=sys.stderr, flush=True)
    return code


def _render(request: Request) -> int:
    compat.refuse_the_old()
    _settle_scripts(request)
    enable_cycles()
    scene = bpy.context.scene
    with put_back_frame(scene), on_threads(scene, request.threads) as threads, ExitStack() as stack:
        left_out = () if request.allow_scripts else stack.enter_context(no_style_modules())
        return _render_scene(request, scene, threads, left_out)


def _render_scene(request: Request, scene: bpy.types.Scene, threads: int, left_out: Sequence[str]) -> int:
    found = run_folder.read_plan(request.out) if (request.out / run_folder.PLAN).exists() else None
    if found:
        if request.planned:
            _refuse_other_state(request, found)
        request = continued(request, found)
    elif request.planned:
        raise NotHere(f"{request.out} has no {run_folder.PLAN}: it was there a moment ago, and another is not made")
    view_layer = choose_view_layer(scene, request)
    proposal = propose(scene, view_layer, request, found)
    plan, views = proposal.plan, proposal.views
    things = things_shown(scene, view_layer, views)
    threshold = plan.settings.alpha_threshold
    problems = [*preflight.check_style_modules(left_out)]
    problems += preflight.check_scene(scene, view_layer, plan.label_set, things, threshold)
    problems += proposal.problems
    if found:
        problems += preflight.check_versions(found.versions, plan.versions)
        if not _lacking(problems, request.strict):  # without its GPU, or its library, a scene looks like another
            check_resume(found, plan, views, request.out)
    _tell(problems, request.strict, found)

    for line in proposal.notes:
        print(f"labelpass: {line}", flush=True)
    plan = as_here(found or _begun(request, _after_a_pilot(request, scene, plan), views), plan)
    if request.plan_only:
        print(f"labelpass: {request.out}: planned, {in_words(len(plan.views), plan.settings.draws)}", flush=True)
        return 0
    run_folder.sweep_partial_frames(request.out)
    todo = missing(views, _whole_frames(request.out, plan, views))
    share = f"{len(views)} of " if len(views) < len(plan.views) else ""
    share += in_words(len(plan.views), plan.settings.draws)
    sizes = drawn_sizes(from_plan(plan.settings.randomization), plan.settings.size)
    size = " to ".join("x".join(map(str, each)) for each in dict.fromkeys((sizes[0], sizes[-1])))
    device = counted(threads, "thread") if plan.settings.device == "CPU" else f"{plan.settings.device} {request.gpu}"
    print(
        f"labelpass: {plan.scene}: {share} at {size}, {plan.settings.samples} samples a pixel, {device}, "
        f"labels {'of the image render' if plan.settings.label_render == 'image' else 'of a render of their own'}; "
        f"{len(views) - len(todo)} done already",
        flush=True,
    )
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(sampled_camera(scene, plan.views))
        twins: dict[bpy.types.Object, bpy.types.Object] = {}
        tell = partial(_tell_unlabelled, strict=request.strict)
        labelled = enter(instancer_labels_of_frames(view_layer, things, twins, tell))
        enter(passes.prepared(scene, plan.settings, request.gpu))
        dressing = enter(randomized(scene, plan, {scene.objects[view.camera] for view in todo}))
        for note in dressing.notes:
            print(f"labelpass: warning: randomisation: {note}", file=sys.stderr, flush=True)
        stage = enter(staged(scene, plan.settings, dressing.cameras, things, twins, labelled))
        if not _render_frames(request, plan, todo, scene, dressing, stage, LightsAnew()):
            print("labelpass: goes on in a fresh process", flush=True)
            return AGAIN
    run_folder.sweep_partial_frames(request.out)  # whom a signal ended as this began may have lived a moment longer
    print(f"labelpass: {request.out}: {share} done", flush=True)
    return 0


def _refuse_other_state(request: Request, found: Plan) -> None:
    """Raises NotHere where this machine sees another scene than was planned, before anything else of it is refused:
    the disk of one machine may be behind those of the others."""
    if not lacks_libraries() and scene_hash() != found.scene_sha256:  # libraries that are not there are told later
        raise NotHere(
            f"this machine sees {found.scene}, or a library of it, in another state than {request.out} was planned "
            "for: where other machines render it, the disk of this one is behind; where it was edited, put the old "
            "file back, or plan into a new folder"
        )


def _after_a_pilot(request: Request, scene: bpy.types.Scene, plan: Plan) -> Plan:
    """The plan with what a look at the scene says of its preset: how many samples, and whether to denoise."""
    if not request.preset or request.samples or request.denoise is not None:
        return plan
    with watchdog(request.frame_timeout, request.out) as watched, sampled_camera(scene, plan.views):
        with watched(f"the small look for --preset {request.preset}"):
            pilot = look_ahead(scene, plan.settings, plan.views[0], request.gpu)
    samples, denoise = choose(PRESETS[request.preset], pilot, can_denoise=plan.settings.denoise)
    print(
        f"labelpass: preset {request.preset}: {pilot.samples} samples a pixel look like {pilot.psnr:.1f} dB; "
        f"{samples} samples, {'denoised' if denoise else 'not denoised'}",
        flush=True,
    )
    return replace(plan, settings=replace(plan.settings, samples=samples, denoise=denoise))


def _begun(request: Request, plan: Plan, views: tuple[View, ...]) -> Plan:
    """The plan written into a new run folder; that of another node which began the same run a moment ago."""
    run = request.out
    orphans = run_folder.finished_frames(run)
    if orphans and not (run / run_folder.PLAN).exists():
        raise Refused(
            f"{run} has frames ({orphans[0]} and on) and no {run_folder.PLAN}: they may be of another scene; "
            "name a new --out, or put the plan back"
        )
    try:
        run_folder.write_plan(run, plan)
    except run_folder.PlanExists:
        found = run_folder.read_plan(run)
        if request.preset and request.preset == found.settings.preset:  # a pilot's seconds are another's elsewhere
            chosen = {"samples": found.settings.samples, "denoise": found.settings.denoise}
            plan = replace(plan, settings=replace(plan.settings, **chosen))
        check_resume(found, plan, views, run)
        return found
    return plan


def _whole_frames(run: Path, plan: Plan, views: tuple[View, ...]) -> list[int]:
    """Those of the views that are done; frames that a disk or a hand has damaged since are put aside and told."""
    done = sorted({view.frame for view in views} & set(run_folder.finished_frames(run)))
    for frame, why in damaged_frames(run, plan, done).items():
        aside = put_aside(run, plan, frame)
        if aside:
            what = why.removesuffix(f"; {render_again(run)}")
            print(f"labelpass: warning: {what}: rendered again; the old one is {aside}", file=sys.stderr, flush=True)
            done.remove(frame)
    return done


def _render_frames(
    request: Request,
    plan: Plan,
    todo: list[View],
    scene: bpy.types.Scene,
    dressing: Dressing,
    stage: Stage,
    lights: LightsAnew,
) -> bool:
    """Whether all are done; not where a fresh process is to go on."""
    is_worn_out = worn_out(request.renew_after)
    tell = _progress(request.out, plan, todo)
    with watchdog(request.frame_timeout, request.out) as watched, one_behind() as take:
        for place, view in enumerate(todo, start=1):
            if run_folder.frame_folder(request.out, view.frame).exists():  # another node was quicker
                print(f"labelpass: [{place}/{len(todo)}] {_frame(view)} came from elsewhere", flush=True)
                continue
            with watched(_frame(view)), _written(request.out, view):
                finish = render_frame(request.out, plan, view, scene, dressing, stage, lights, request.verify_rays)
            take(
                partial(_finished, request.out, view, finish, watched), partial(tell, place, view, time.perf_counter())
            )
            if is_worn_out() and place < len(todo):
                return False
    return True


def _tell_unlabelled(view: View, name: str, *, strict: bool) -> None:
    unseen = f"frame {view.frame} shows {name!r}, which has no label: its pixels are unlabelled"
    if strict:
        raise RenderFailed(unseen)
    print(f"labelpass: warning: {unseen}", file=sys.stderr, flush=True)


def _frame(view: View) -> str:
    return f"frame {view.frame} {view.name!r}"


def _finished(run: Path, view: View, finish: Finish, watched: Watch) -> Timings:
    with watched(_frame(view)), _written(run, view):
        return finish()


@contextmanager
def _written(run: Path, view: View) -> Iterator[None]:
    """Around what writes files of a frame."""
    try:
        yield
    except OSError as error:
        raise NotWritten(f"frame {view.frame} could not be written: {refusal(error, run)}") from error


def _progress(run: Path, plan: Plan, todo: list[View]) -> Callable[[int, View, float, Timings], None]:
    """What tells that a frame is done, how fast it goes, and, once, what the disk will need."""
    started, told = time.perf_counter(), []

    def tell(place: int, view: View, rendered: float, timings: Timings) -> None:
        rate = place / (rendered - started)
        print(
            f"labelpass: [{place}/{len(todo)}] {_frame(view)} {sum(timings.values()):.1f} s "
            f"(labels {timings['labels_s']:.2f} s), {rate * 60:.1f} frames/min, "
            f"{duration((len(todo) - place) / rate)} left",
            flush=True,
        )
        if not told and place < len(todo):
            _tell_disk(run, plan, view, todo[place:])
        if not told:
            _tell_background(run, view)
        told.append(view.frame)

    return tell


def _tell_disk(run: Path, plan: Plan, view: View, left: list[View]) -> None:
    size = sum(path.stat().st_size for path in run_folder.frame_folder(run, view.frame).iterdir())
    one, *others = map(prod, sizes_of_frames(plan, (each.frame for each in (view, *left))))
    size = size * sum(others) // (one * len(left))
    text, enough = disk_outlook(size, len(left), shutil.disk_usage(run).free)
    if enough:
        print(f"labelpass: {text}", flush=True)
    else:
        print(f"labelpass: warning: {text}", file=sys.stderr, flush=True)


def _tell_background(run: Path, view: View) -> None:
    record = run_folder.read_record(run, view.frame)
    if record["draw"].get("backgrounds", {}).get("picture") and not record["background"]:
        print(
            f"labelpass: warning: randomisation: frame {view.frame} shows nothing of the picture behind it: there is "
            "something in front of it in every pixel, as in a room with walls all around",
            file=sys.stderr,
            flush=True,
        )


def _settle_scripts(request: Request) -> None:
    """Scripts inside the .blend run when `--allow-scripts` says so, and never because a preference is set."""
    if request.allow_scripts and bpy.app.autoexec_fail:
        bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, load_ui=False, use_scripts=True)
    by_preference = bpy.context.preferences.filepaths.use_scripts_auto_execute
    told = request.allow_scripts or {"-y", "--enable-autoexec", "-Y", "--disable-autoexec"} & set(sys.argv)
    if by_preference and not told and (script := next(preflight.own_scripts(), None)):
        raise Refused(
            f"this file holds {script}, and this Blender's preferences let it run as the file was opened: start "
            "Blender with --disable-autoexec, or add --allow-scripts if you trust the file"
        )


def _lacking(problems: list[preflight.Problem], strict: bool) -> bool:
    """Whether what stops a run is of this machine, where the run was planned on another."""
    return any(problem.here and (problem.fatal or strict) for problem in problems)


def _tell(problems: list[preflight.Problem], strict: bool, found: Plan | None) -> None:
    for problem in problems:
        print(f"labelpass: {problem}", file=sys.stderr, flush=True)
    fatal = sum(problem.fatal or strict for problem in problems)
    if found and _lacking(problems, strict):
        raise NotHere(f"nothing was rendered on this machine: {counted(fatal, 'problem')} to mend first")
    if fatal:
        raise Refused(f"nothing was rendered: {counted(fatal, 'problem')} to mend first")

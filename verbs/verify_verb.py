"""The verb that looks for damage: in a run, in a dataset, and between a run and its scene."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from blender_addon.contract.arguments import parse_path, said

from .words import NO_BLENDER, Verbs, import_bpy, printed

if TYPE_CHECKING:
    from render_scripts.rays.verify_request import VerifyRequest


def add_verify(verbs: Verbs) -> None:
    from render_scripts.rays.verify_request import EXIT_CODES, add_arguments

    verb = verbs.add_parser(
        "verify", help="say what is wrong with a run or a dataset, or hold a run against its scene", epilog=EXIT_CODES
    )
    verb.add_argument(
        "run", type=said(parse_path), metavar="RUN|DATASET", help="a run folder, or a dataset of labelpass export"
    )
    add_arguments(verb)
    verb.add_argument("--repair", action="store_true", help="render damaged frames of a run again, and only those")
    verb.add_argument("--strict", action="store_true", help="let warnings count, too: exit code 1")
    verb.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="threads (default: all cores)")
    verb.add_argument("--blender", metavar="PATH", help="verify with this Blender; default: the bpy module")
    verb.set_defaults(call=_verify)


def _verify(parsed: argparse.Namespace) -> int:
    from blender_addon.contract.run import PLAN
    from postprocess.manifest import NAME
    from render_scripts.rays.verify_request import request_from

    run, request = parsed.run.resolve(), request_from(parsed)
    if parsed.jobs < 1:
        raise ValueError(f"--jobs {parsed.jobs}: at least one thread is needed")
    if request.rays is not None and (parsed.repair or parsed.strict):
        raise ValueError("verify: --repair and --strict go without --rays")
    if not run.exists():
        raise ValueError(f"{parsed.run} is not there")
    if not (run / PLAN).exists() and not (run / NAME).exists():
        raise ValueError(f"{parsed.run} is neither a run (it has no {PLAN}) nor a dataset (it has no {NAME})")
    if (run / NAME).exists():
        text, code = _examine_dataset(run, parsed)
    elif request.rays is None:
        text, code = _examine_run(run, request, parsed)
    elif parsed.blender is None:
        import_bpy()
        from render_scripts.rays.verify import verify

        text, code = verify(run, request)
    else:
        from render_scripts.installed_blender import verify_with

        text, code = verify_with(parsed.blender, run, request)
    return printed(text, code)


def _examine_dataset(dataset: Path, parsed: argparse.Namespace) -> tuple[str, int]:
    from postprocess.doctor.dataset_doctor import examine_dataset, told
    from postprocess.progress import progress_line

    if parsed.rays is not None or parsed.frames is not None:
        raise ValueError(f"{parsed.run} is a dataset: --rays and --frames are of runs")
    report = examine_dataset(dataset, parsed.jobs, progress_line(sys.stderr) if sys.stderr.isatty() else None)
    return told(report, parsed.json, parsed.strict, parsed.repair)


def _examine_run(run: Path, request: VerifyRequest, parsed: argparse.Namespace) -> tuple[str, int]:
    from blender_addon.contract.run import read_plan
    from postprocess.doctor.repair import repair_run
    from postprocess.doctor.run_doctor import examine_run, told
    from postprocess.progress import progress_line
    from render_scripts.rays.verify_request import frames_of, scene_of

    if parsed.repair and request.json:
        raise ValueError("verify: --repair prints what a render says, so it goes without --json")
    plan, frames = read_plan(run), frames_of(run, request)
    progress = progress_line(sys.stderr) if sys.stderr.isatty() else None
    report = examine_run(run, plan, frames, parsed.jobs, progress)
    text, code = told(report, request.json, parsed.strict, parsed.repair)
    if not (parsed.repair and report.damaged):
        return text, code
    scene = scene_of(run, plan, request)
    print(text, end="", flush=True)
    done = repair_run(run, plan, report.damaged, lambda broken: _render_again(run, scene, broken, parsed))
    for frame, place in done.again.items():
        print(f"labelpass: frame {frame} is rendered again; the broken one is {place}", flush=True)
    for frame in done.left:
        print(f"labelpass: frame {frame} did not come back, and stands as it was", file=sys.stderr, flush=True)
    if done.code:
        return "", done.code
    return told(examine_run(run, plan, frames, parsed.jobs, progress), False, parsed.strict, True)


def _render_again(run: Path, scene: Path, frames: tuple[int, ...], parsed: argparse.Namespace) -> int:
    """As a resume of the run does, in a process of its own."""
    if parsed.blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    from render_scripts.job_file import Task
    from render_scripts.job_runs import render_task
    from render_scripts.request import Request

    request = Request(out=run, frames=frames, allow_scripts=parsed.allow_scripts)
    return int(render_task(Task(scene, request), parsed.blender))

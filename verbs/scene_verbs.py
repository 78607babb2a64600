"""Verbs that speak with Blender: check a scene, render it or what a job file says, read a job file."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blender_addon.contract.arguments import parse_path, said
from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN, NotHere

from .render_run import add_farm_arguments, is_for_farms, render_farm
from .words import NO_BLENDER, Verbs, import_bpy, printed


def add_check(verbs: Verbs) -> None:
    from render_scripts.check_request import EXIT_CODES, add_arguments

    verb = verbs.add_parser(
        "check", help="list what is wrong with the labels of a .blend, worst first", epilog=EXIT_CODES
    )
    verb.add_argument(
        "scene", type=said(parse_path), help="the .blend file; it is not changed, and its scripts never run"
    )
    add_arguments(verb)
    verb.add_argument("--blender", metavar="PATH", help="check with this Blender; default: the bpy module")
    verb.set_defaults(call=_check)


def _check(parsed: argparse.Namespace) -> int:
    from render_scripts.check_request import request_from

    scene, request = parsed.scene.resolve(), request_from(parsed)
    if not scene.is_file():
        raise ValueError(f"{parsed.scene}: no such file")
    if parsed.blender is None:
        import_bpy()
        from render_scripts.check import check

        text, code = check(scene, request)
    else:
        from render_scripts.installed_blender import check_with

        text, code = check_with(parsed.blender, scene, request)
    return printed(text, code)


def add_render(verbs: Verbs) -> None:
    from render_scripts.arguments import add_arguments

    verb = verbs.add_parser("render", help="render a labelled .blend, or what a job file says, into run folders")
    verb.add_argument(
        "scene",
        type=said(parse_path),
        metavar="SCENE|JOB|RUN",
        help="a .blend; a job: YAML or JSON; a planned RUN",
    )
    add_arguments(verb, job=True)
    verb.add_argument("--blender", metavar="PATH", help="render with this Blender; default: the bpy module")
    add_farm_arguments(verb)
    verb.set_defaults(call=_render, refuse=verb.error, fault=NOT_WRITTEN, not_here=NOT_HERE)


def _render(parsed: argparse.Namespace) -> int:
    from farm.places import why_no_plan
    from farm.units import is_farm
    from render_scripts.arguments import request_from
    from render_scripts.job_file import is_job

    if is_farm(parsed.scene):
        return render_farm(parsed)
    if parsed.scene.is_dir() or not (parsed.scene.exists() or _is_scene_or_job(parsed)):
        raise ValueError(f"render: {why_no_plan(parsed.scene)}")
    if is_for_farms(parsed):
        raise ValueError("render: that goes with the folder of a plan: labelpass plan JOB --out RUN")
    if is_job(parsed.scene):
        return _render_job(parsed)
    if parsed.out is None:
        parsed.refuse("the following arguments are required: --out")
    scene, request = parsed.scene.resolve(), request_from(parsed)
    if not scene.is_file():
        raise ValueError(f"{parsed.scene}: no such file")
    return _render_scene(scene, request, parsed.blender)


def _is_scene_or_job(parsed: argparse.Namespace) -> bool:
    """Whether what is not there was to be a .blend or a job, and not the folder of a plan."""
    from render_scripts.job_file import is_job

    return parsed.out is not None or is_job(parsed.scene) or parsed.scene.suffix.lower() == ".blend"


def _render_scene(scene: Path, request: Any, blender: str | None) -> int:
    from render_scripts.installed_blender import render_with

    if blender is None:
        import_bpy()
        from render_scripts.renewal import AGAIN, begin_again
        from render_scripts.scene_file import open_scene
        from render_scripts.session import render

        open_scene(scene, scripts=request.allow_scripts, planned=request.planned)
        code = int(render(request))
        if code == AGAIN:
            begin_again()
        return code
    return int(render_with(blender, scene, request))


def _render_job(parsed: argparse.Namespace) -> int:
    from render_scripts.arguments import options_from
    from render_scripts.job_file import read_job, tasks, with_options
    from render_scripts.job_runs import render_tasks

    asked, notes = with_options(
        read_job(parsed.scene), {**options_from(parsed), "planned": None, "blender": parsed.blender}
    )
    for note in notes:
        print(f"labelpass: {parsed.scene}: {note}", flush=True)
    found, blender = tasks(asked), asked.job.blender
    if len(found) == 1:
        return _render_scene(found[0].scene.resolve(), found[0].request, blender)
    if blender is None and find_spec("bpy") is None:
        raise NotHere(NO_BLENDER)
    return int(render_tasks(found, blender))


def add_job(verbs: Verbs) -> None:
    verb = verbs.add_parser("job", help="say what a job file would do, or what may stand in one")
    asked = verb.add_subparsers(metavar="check|schema", required=True)
    check = asked.add_parser("check", help="read a job file as a render would, and say what it would do")
    check.add_argument("job", type=said(parse_path), metavar="JOB", help="a .yaml, .yml or .json file")
    check.set_defaults(call=_check_job)
    schema = asked.add_parser("schema", help="print the JSON Schema of job files, for editors")
    schema.set_defaults(call=_job_schema)


def _check_job(parsed: argparse.Namespace) -> int:
    from render_scripts.job_check import check_job

    lines, wrong = check_job(parsed.job)
    for line in lines:
        print(f"labelpass: {line}")
    if wrong:
        raise ValueError("\n".join(wrong))
    return 0


def _job_schema(parsed: argparse.Namespace) -> int:
    import json

    from render_scripts.job_schema import job_schema

    print(json.dumps(job_schema(), indent=2, ensure_ascii=False))
    return 0

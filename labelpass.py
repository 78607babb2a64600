"""The front door, the `labelpass` command: a verb parses its arguments, imports its room, calls one function."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blender_addon.contract import VERSION
from blender_addon.contract.arguments import parse_path, said
from blender_addon.contract.words import refusal

NO_BLENDER = (
    "no Blender in this Python: install the module, pip install 'labelpass[bpy]', or, to render, name a Blender with "
    "--blender PATH"
)

if TYPE_CHECKING:
    from render_scripts.rays.verify_request import VerifyRequest


def main(arguments: list[str] | None = None) -> int:
    """Run `labelpass VERB ...`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="labelpass", description="Label a Blender scene once; render, export, check.")
    parser.add_argument("--version", action="version", version=f"labelpass {VERSION}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for add in _VERBS:
        add(verbs)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.call(parsed))
    except BrokenPipeError:  # whoever read what is printed has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell says it of other programs: 128 + SIGPIPE
    except (ValueError, OSError) as error:  # the rooms' own errors are ValueErrors with a sentence for the user
        sentence = refusal(error, Path.cwd()) if isinstance(error, OSError) else str(error)
        print("\n".join(f"labelpass: {line}" for line in sentence.split("\n")), file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        _say_notes("stopped", stop)
        return 130
    except SystemExit as stop:
        if getattr(stop, "__notes__", []):
            _say_notes("stopped", stop)
        raise


def _say_notes(what: str, stop: BaseException) -> None:
    """A signal came; what was done, and how to go on, are notes on its exception."""
    for line in (what, *getattr(stop, "__notes__", [])):
        print(f"labelpass: {line}", file=sys.stderr)


def _add_check(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
        _import_bpy()
        from render_scripts.check import check

        text, code = check(scene, request)
    else:
        from render_scripts.installed_blender import check_with

        text, code = check_with(parsed.blender, scene, request)
    return _printed(text, code)


def _printed(text: str, code: int) -> int:
    """A report as it is, with its own line ends; its exit code."""
    sys.stdout.write(text)
    sys.stdout.flush()
    return code


def _add_render(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from render_scripts.plan import add_arguments

    verb = verbs.add_parser("render", help="render a labelled .blend, or what a job file says, into run folders")
    verb.add_argument("scene", type=said(parse_path), metavar="SCENE|JOB", help="a .blend; or a job: YAML or JSON")
    add_arguments(verb, job=True)
    verb.add_argument("--blender", metavar="PATH", help="render with this Blender; default: the bpy module")
    verb.set_defaults(call=_render, refuse=verb.error)


def _render(parsed: argparse.Namespace) -> int:
    from render_scripts.job_file import is_job
    from render_scripts.plan import request_from

    if is_job(parsed.scene):
        return _render_job(parsed)
    if parsed.out is None:
        parsed.refuse("the following arguments are required: --out")
    scene, request = parsed.scene.resolve(), request_from(parsed)
    if not scene.is_file():
        raise ValueError(f"{parsed.scene}: no such file")
    return _render_scene(scene, request, parsed.blender)


def _render_scene(scene: Path, request: Any, blender: str | None) -> int:
    from render_scripts.installed_blender import render_with

    if blender is None:
        _import_bpy()
        from render_scripts.renewal import AGAIN, begin_again
        from render_scripts.scene_file import open_scene
        from render_scripts.session import render

        open_scene(scene, scripts=request.allow_scripts)
        code = int(render(request))
        if code == AGAIN:
            begin_again()
        return code
    return int(render_with(blender, scene, request))


def _render_job(parsed: argparse.Namespace) -> int:
    from render_scripts.job_file import read_job, tasks, with_options
    from render_scripts.job_runs import render_tasks
    from render_scripts.plan import options_from

    asked, notes = with_options(read_job(parsed.scene), {**options_from(parsed), "blender": parsed.blender})
    for note in notes:
        print(f"labelpass: {parsed.scene}: {note}", flush=True)
    found, blender = tasks(asked), asked.job.blender
    if len(found) == 1:
        return _render_scene(found[0].scene.resolve(), found[0].request, blender)
    if blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    return int(render_tasks(found, blender))


def _add_job(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def _add_verify(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    if not (run / PLAN).exists() and not (run / NAME).exists():
        raise ValueError(f"{parsed.run} is neither a run (it has no {PLAN}) nor a dataset (it has no {NAME})")
    if (run / NAME).exists():
        text, code = _examine_dataset(run, parsed)
    elif request.rays is None:
        text, code = _examine_run(run, request, parsed)
    elif parsed.blender is None:
        _import_bpy()
        from render_scripts.rays.verify import verify

        text, code = verify(run, request)
    else:
        from render_scripts.installed_blender import verify_with

        text, code = verify_with(parsed.blender, run, request)
    return _printed(text, code)


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
    text, code = told(report, request.json, parsed.strict)
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
    return told(examine_run(run, plan, frames, parsed.jobs, progress), False, parsed.strict)


def _render_again(run: Path, scene: Path, frames: tuple[int, ...], parsed: argparse.Namespace) -> int:
    """As a resume of the run does, in a process of its own."""
    if parsed.blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    from render_scripts.job_file import Task
    from render_scripts.job_runs import render_task
    from render_scripts.plan import Request

    request = Request(out=run, frames=frames, allow_scripts=parsed.allow_scripts)
    return int(render_task(Task(scene, request), parsed.blender))


def _add_export(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from postprocess.export_request import add_arguments

    verb = verbs.add_parser("export", help="make a dataset of run folders, or of index-pass EXRs")
    add_arguments(verb)
    verb.set_defaults(call=_export)


def _export(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.dataset import export, export_index_passes
    from postprocess.export_request import wishes_from
    from postprocess.progress import progress_line

    wishes = wishes_from(parsed)
    target = label_files.read(parsed.labels) if parsed.labels else None
    wishes |= {"target": target, "progress": progress_line(sys.stderr)}
    if parsed.exr:
        label_set = label_files.read(parsed.label_set)
        wishes |= {"pictures": parsed.pictures, "layer": parsed.layer}
        made = export_index_passes(parsed.exr, label_set, parsed.out, parsed.format, **wishes)
    else:
        wishes |= {"ignore_impure": parsed.ignore_impure, "real_share": parsed.real_share}
        made = export(parsed.runs, parsed.out, parsed.format, **wishes)
    for warning in made.warnings:
        print(f"labelpass: warning: {warning}", file=sys.stderr)
    for note in made.notes:
        print(f"labelpass: {note}")
    if made.there:
        print(f"labelpass: {made.there} frames were there from an export that was interrupted")
    split = ", ".join(f"{count} {name}" for name, count in made.frames.items())
    sizes = ", ".join(f"{width}x{height}" for width, height in made.sizes[:3])
    more = f" and {len(made.sizes) - 3} sizes more" if len(made.sizes) > 3 else ""
    print(f"labelpass: {made.out}: {made.format}, {made.label_set}, {sizes}{more}, {split}")
    return 0


def _add_labels(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from blender_addon.label_sets.label_check import EXIT_CODES

    verb = verbs.add_parser("labels", help="show label sets, what becomes of one in another, what is wrong with a file")
    kinds = verb.add_subparsers(dest="kind", metavar="show|map|check", required=True)
    show = kinds.add_parser("show", help="the labels of a set, or, without a name, the sets that come with Labelpass")
    show.add_argument("label_set", nargs="?", metavar="NAME|FILE")
    walk = kinds.add_parser("map", help="what becomes of each label of one set in another")
    walk.add_argument("source", metavar="FROM", help="NAME|FILE")
    walk.add_argument("target", metavar="TO", help="NAME|FILE")
    check = kinds.add_parser("check", help="all that is wrong with a label set file, by line", epilog=EXIT_CODES)
    check.add_argument("label_set", metavar="FILE")
    check.add_argument("--strict", action="store_true", help="warnings count as errors")
    for kind in (show, walk, check):
        kind.add_argument("--json", action="store_true", help="as JSON")
    verb.set_defaults(call=_labels)


def _labels(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_check, label_files, label_tables

    if parsed.kind == "check":
        flaws = label_check.check(parsed.label_set)
        code = int(label_check.fails(flaws, parsed.strict))
        if parsed.json:
            return _printed(label_check.to_json(flaws, parsed.label_set, parsed.strict), code)
        return _printed(label_check.to_text(flaws, parsed.label_set), code)
    if parsed.kind == "map":
        walk = label_tables.Walk(label_files.read(parsed.source), label_files.read(parsed.target))
        return _printed(label_tables.map_json(walk) if parsed.json else label_tables.map_text(walk), 0)
    if parsed.label_set is None:
        return _printed(label_tables.list_json() if parsed.json else label_tables.list_text(), 0)
    label_set = label_files.read(parsed.label_set)
    return _printed(label_set.to_json() if parsed.json else label_tables.show_text(label_set), 0)


def _add_import(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from postprocess.importers.request import add_arguments

    verb = verbs.add_parser("import", help="make a dataset of real pictures that somebody labelled")
    add_arguments(verb)
    verb.set_defaults(call=_import)


def _import(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.importers.request import source_of
    from postprocess.importers.writing import write_dataset
    from postprocess.progress import progress_line

    source = source_of(parsed, label_files.read(parsed.label_set) if parsed.label_set else None)
    made = write_dataset(source, parsed.out, parsed.otherwise, progress_line(sys.stderr, "pictures"))
    for warning in made.warnings:
        print(f"labelpass: warning: {warning}", file=sys.stderr)
    split = ", ".join(f"{count} {name}" for name, count in made.pictures.items())
    print(f"labelpass: {made.out}: {source.kind}, {made.label_set}, {split}")
    return 0


def _add_evaluate(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from postprocess.evaluation.request import add_arguments

    verb = verbs.add_parser("evaluate", help="hold a model's predictions against the truth")
    add_arguments(verb)
    verb.set_defaults(call=_evaluate)


def _evaluate(parsed: argparse.Namespace) -> int:
    from blender_addon.label_sets import label_files
    from postprocess.evaluation import evaluation_of, lines, write
    from postprocess.evaluation.request import wishes_from
    from postprocess.progress import progress_line

    models = [parsed.predictions, *([parsed.against] if parsed.against else [])]
    label_set = label_files.read(parsed.label_set) if parsed.label_set else None
    progress = progress_line(sys.stderr, "pictures")
    found = evaluation_of(models, parsed.truth, label_set, parsed.split, wishes_from(parsed), progress)
    for line in lines(found):
        print(line)
    for out in parsed.out:
        write(found, out)
        print(f"labelpass: {out}")
    return 0


def _add_sheet(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser("sheet", help="show a run on one picture: image, colours, overlay, legend")
    verb.add_argument("run", type=Path, metavar="RUN")
    verb.add_argument(
        "--out", type=said(parse_path), metavar="FILE", help="a .png or .jpg (default: RUN/contact_sheet.jpg)"
    )
    verb.set_defaults(call=_sheet)


def _sheet(parsed: argparse.Namespace) -> int:
    from postprocess.contact_sheet import contact_sheet

    print(f"labelpass: look at {contact_sheet(parsed.run, parsed.out or parsed.run / 'contact_sheet.jpg')}")
    return 0


def _add_report(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from postprocess.report.request import add_arguments

    verb = verbs.add_parser("report", help="what is in a run or a dataset, as one HTML file that opens offline")
    add_arguments(verb)
    verb.set_defaults(call=_report)


def _report(parsed: argparse.Namespace) -> int:
    from postprocess.progress import progress_line
    from postprocess.report.request import wishes_from
    from postprocess.report.write import report

    found = report(parsed.folder, parsed.out, wishes_from(parsed), progress_line(sys.stderr))
    for caution in found.cautions:
        print(f"labelpass: warning: {caution}", file=sys.stderr)
    print(f"labelpass: look at {parsed.out}")
    return 0


def _add_scene(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser("scene", help="build a labelled scene as a .blend")
    verb.add_argument("builder", choices=("room",), help="room: a furnished studio flat with twelve views")
    verb.add_argument("--seed", type=int, default=0, metavar="S", help="another seed, another room (default 0)")
    verb.add_argument("--out", type=said(_new_blend), required=True, metavar="FILE.blend", help="a new file")
    verb.set_defaults(call=_scene)


def _new_blend(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".blend":
        raise ValueError(f"{text!r} does not end in .blend")
    return path


def _scene(parsed: argparse.Namespace) -> int:
    if parsed.out.exists():
        raise ValueError(f"{parsed.out} is there already; name another --out, or remove it")
    _import_bpy()
    from scenes import room

    parsed.out.parent.mkdir(parents=True, exist_ok=True)
    try:
        room.save(parsed.out, parsed.seed)
    except RuntimeError as error:
        raise ValueError(f"{parsed.out}: {' '.join(str(error).split())}") from None
    print(f"labelpass: {parsed.out}: open it in Blender, or render it: labelpass render {parsed.out} --out RUN")
    return 0


def _import_bpy() -> Any:
    try:
        import bpy
    except ImportError:
        raise ValueError(NO_BLENDER) from None
    return bpy


_VERBS = (
    _add_check,
    _add_render,
    _add_verify,
    _add_job,
    _add_export,
    _add_import,
    _add_labels,
    _add_evaluate,
    _add_sheet,
    _add_report,
    _add_scene,
)


def command() -> None:
    """`main` as a program. With the bpy module loaded, its tear-down is left out: 4.5's may hang for ever."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a view's name that the terminal cannot spell must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main()
    except Exception:  # noqa: BLE001 (a bug of ours, or of Blender: never an answer such as 1)
        traceback.print_exc()
        code = 3
    if "bpy" in sys.modules:
        from render_scripts import compat

        compat.remove_temporary_files()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()

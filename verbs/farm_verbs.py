"""Verbs for more than one machine: plan a job's units, carry one out, say how far all are."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec

from blender_addon.contract.arguments import parse_path, said
from blender_addon.contract.words import counted, in_shell, shown

from .words import NO_BLENDER, Verbs, say_above_progress


def add_plan(verbs: Verbs) -> None:
    verb = verbs.add_parser("plan", help="cut a job into units that many machines can render")
    verb.add_argument("job", type=said(parse_path), metavar="JOB", help="a .yaml, .yml or .json file")
    verb.add_argument(
        "--out", type=said(parse_path), metavar="RUN", help="a new folder, for all of it; default: the job's"
    )
    verb.add_argument("--frames", type=_whole, metavar="N", help="so many in all, of all scenes; default: the job's")
    verb.add_argument(
        "--minutes", type=_minutes, default=10.0, metavar="M", help="what a unit takes, by a pilot (default 10)"
    )
    verb.add_argument("--unit-frames", type=_whole, metavar="N", help="frames of a unit, in place of a pilot")
    verb.add_argument("--blender", metavar="PATH", help="render with this Blender; default: the bpy module")
    verb.set_defaults(call=_plan)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {10**9}")
    return int(text)


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes above 0")
    return value


def _plan(parsed: argparse.Namespace) -> int:
    from farm.planning import Wish, plan_units
    from render_scripts.job_file import read_job, with_options

    asked, notes = with_options(read_job(parsed.job.resolve()), {"blender": parsed.blender})
    out = parsed.out or asked.job.out
    for note in notes:
        print(f"labelpass: {shown(parsed.job)}: {shown(note)}", flush=True)
    if asked.job.blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    plan = plan_units(asked, out.resolve(), Wish(parsed.frames, parsed.minutes, parsed.unit_frames), say_above_progress)
    if plan.pilot:
        pilot = f"{plan.pilot.seconds_a_frame:.2f} s a frame and {plan.pilot.seconds_to_begin:.1f} s to begin"
        print(f"labelpass: pilot: {pilot}")
    print(f"labelpass: {shown(out)}: {counted(len(plan.units), 'unit')}; render them: labelpass render {in_shell(out)}")
    return 0


def add_unit(verbs: Verbs) -> None:
    verb = verbs.add_parser("unit", help="carry out one unit of a plan: what every engine calls")
    verb.add_argument("run", type=said(parse_path), metavar="RUN", help="the folder of `labelpass plan`")
    verb.add_argument("--index", type=_index, required=True, metavar="I", help="its number, from 0")
    verb.add_argument("--submission", type=_whole, metavar="K", help="number I of those that were handed over as this")
    verb.add_argument("--stride", type=_whole, metavar="N", help="and units I + N, I + 2 N ...: a share of N workers")
    verb.add_argument("--threads", type=_whole, metavar="N", help="render on so many; default: all there are for it")
    verb.add_argument("--again", action="store_true", help="try what was given up once more")
    verb.set_defaults(call=_unit)


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a unit")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    """As a shell cuts a line into words; no shell reads them."""
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        words = ()
    if not words:
        raise argparse.ArgumentTypeError(f"{text!r} is no command: words, quoted as for a shell")
    return words


def _unit(parsed: argparse.Namespace) -> int:
    from farm.unit import AGAIN, carry_out_all
    from farm.units import FarmError, read_submission, read_units

    out, more = parsed.run.resolve(), _on_this_machine(parsed)
    try:
        known = read_submission(out, parsed.submission) if parsed.submission else range(len(read_units(out).units))
        if parsed.index >= len(known):
            raise FarmError(f"{parsed.run} has units 0 to {len(known) - 1}, and no unit {parsed.index}")
        mine = known[parsed.index :: parsed.stride] if parsed.stride else known[parsed.index : parsed.index + 1]
        return carry_out_all(out, mine, more, parsed.again)
    except OSError as error:  # a disk that is full or away: it may come back
        print(f"labelpass: unit {parsed.index}: {shown(error)}", file=sys.stderr)
        return AGAIN


def add_farm_arguments(verb: argparse.ArgumentParser) -> None:
    """Options of `labelpass render` for a folder that was planned."""
    add = verb.add_argument_group("what was planned").add_argument
    add("--workers", type=_whole, metavar="N", help="units at once; default: one a GPU")
    add("--again", action="store_true", help="try what was given up once more")
    add("--cluster", choices=("slurm", "dask"), help="hand the units to this engine")
    add("--dry-run", action="store_true", help="slurm: print what would be handed over, and do nothing")
    add("--scheduler", metavar="ADDRESS", help="dask: of its scheduler, such as tcp://head:8786")
    add("--gpus", type=_whole, metavar="N", help="of a task; dask: of a worker's resource GPU")
    add("--partition", metavar="NAME", help="slurm: of the cluster")
    add("--cpus", type=_whole, metavar="N", help="slurm: of a task")
    add("--memory", metavar="24G", help="slurm: of a task")
    add("--time", metavar="4:00:00", help="slurm: of a task; what is not done by then is queued again")
    add(
        "--node-command",
        type=_words,
        metavar="WORDS",
        help="slurm: what a node calls for labelpass, such as 'apptainer run --nv labelpass.sif'; default: this one",
    )
    add(
        "--export",
        type=_words,
        action="append",
        default=[],
        metavar="WORDS",
        help="slurm: and then make this dataset, such as '--format segnet --out data/many'; repeatable",
    )
    add("--max-parallel", type=_whole, metavar="N", help="slurm: tasks at once, at most")
    add(
        "--sbatch-arg",
        action="append",
        default=[],
        metavar="--ARG=...",
        help="slurm: another word for sbatch; repeatable",
    )


def render_farm(parsed: argparse.Namespace) -> int:
    """All units of a plan, here. Raises ValueError for options that the plan has settled."""
    from farm.here import render_here, workers_here
    from render_scripts.arguments import options_from

    ours = {"threads"}
    told = [name for name, value in options_from(parsed).items() if value not in (None, ()) and name not in ours]
    if told or parsed.blender:
        name = (told or ["blender"])[0].replace("_", "-")
        raise ValueError(f"render: --{name} is settled by the plan in {parsed.scene}; plan again, into a new folder")
    more = [*_on_this_machine(parsed), *(["--again"] if parsed.again else [])]
    if parsed.cluster:
        return _handed_over(parsed, more)
    if named := _of_slurm(parsed):
        raise ValueError(f"render: {named} is for --cluster slurm")
    workers = workers_here(os.environ, parsed.workers)
    return render_here(
        parsed.scene.resolve(), workers, more, lambda line: print(f"labelpass: {shown(line)}", flush=True)
    )


def is_for_farms(parsed: argparse.Namespace) -> bool:
    """Whether an option says what only a plan of units can be told."""
    return any(getattr(parsed, name) for name in ("workers", "again", "cluster", "scheduler", "gpus", *_OF_SLURM))


_OF_SLURM = ("dry_run", "partition", "cpus", "memory", "time", "max_parallel", "sbatch_arg", "node_command", "export")


def _of_slurm(parsed: argparse.Namespace) -> str:
    """An option that was given and that Slurm alone has, "" where there is none."""
    return next((f"--{name.replace('_', '-')}" for name in _OF_SLURM if getattr(parsed, name)), "")


def _handed_over(parsed: argparse.Namespace, more: list[str]) -> int:
    from farm.units import units_left

    exports = [_checked_export(words) for words in parsed.export]
    left = units_left(parsed.scene.resolve())
    if not left and not exports:
        print(f"labelpass: {shown(parsed.scene)}: all is there")
        return 0
    if parsed.cluster == "slurm":
        return _to_slurm(parsed, more, left, exports)
    return _to_dask(parsed, more, left)


def _checked_export(words: Sequence[str]) -> list[str]:
    """As `labelpass export` reads them, now and not in hours; with the folder where it is from anywhere."""
    from postprocess.export_request import add_arguments

    verb = argparse.ArgumentParser(prog="labelpass render --export", add_help=False, allow_abbrev=False)
    add_arguments(verb)
    asked = verb.parse_args(words)
    if asked.runs or asked.exr:
        raise ValueError("render: --export: it is of the runs that are rendered; name no others")
    return [*words, f"--out={asked.out.resolve()}"]


def _to_dask(parsed: argparse.Namespace, more: list[str], left: list[int]) -> int:
    from farm.dask_cluster import render_on_dask

    if not parsed.scheduler:
        raise ValueError("render: --cluster dask needs --scheduler, such as tcp://head:8786")
    if named := _of_slurm(parsed):
        raise ValueError(f"render: {named} is for slurm; what Dask's workers have they say themselves")
    return render_on_dask(parsed.scene.resolve(), left, parsed.scheduler, more, parsed.gpus, say_above_progress)


def _to_slurm(parsed: argparse.Namespace, more: list[str], left: list[int], exports: list[list[str]]) -> int:
    from farm.slurm import MOST_TASKS, Wish, prepared, submit, warning
    from farm.slurm_export import prepared_exports, submit_exports
    from farm.units import read_units

    if parsed.scheduler:
        raise ValueError("render: --scheduler is for dask")
    out, own = parsed.scene.resolve(), tuple(parsed.sbatch_arg)
    limits = parsed.gpus, parsed.cpus, parsed.memory, parsed.time, parsed.max_parallel
    wish = Wish(parsed.partition, *limits, own, parsed.node_command or ())
    if why := warning(wish, read_units(out).frame_timeout):
        print(f"labelpass: warning: {why}", file=sys.stderr)
    if parsed.dry_run:
        if left:
            print(prepared(out, wish, len(left), 1, more, MOST_TASKS).text(), end="")
        if exports:
            print(prepared_exports(out, wish, exports, "JOB" if left else None).text(), end="")
        return 0
    job = submit(out, wish, more, left) if left else None
    if job:
        again = f"labelpass status {in_shell(parsed.scene)}"
        print(f"labelpass: job {job}: {counted(len(left), 'unit')}; how far they are: {again}")
    if exports:
        after = f", after job {job}" if job else ""
        print(f"labelpass: job {submit_exports(out, wish, exports, job)}: {counted(len(exports), 'dataset')}{after}")
    return 0


def _on_this_machine(parsed: argparse.Namespace) -> list[str]:
    return [f"--threads={parsed.threads}"] if parsed.threads else []


def add_status(verbs: Verbs) -> None:
    verb = verbs.add_parser("status", help="say how far the units of a plan are, from its folder alone")
    verb.add_argument("run", type=said(parse_path), metavar="RUN", help="the folder of `labelpass plan`")
    verb.add_argument("--watch", action="store_true", help="again every 10 seconds, until all is there or given up")
    verb.add_argument("--json", action="store_true", help="for programs")
    verb.set_defaults(call=_status)


def _status(parsed: argparse.Namespace) -> int:
    from farm.status import lines, status_of
    from farm.unit import AGAIN

    while True:
        status = status_of(parsed.run)
        if parsed.json:
            print(json.dumps(status.to_dict()), flush=True)
        else:
            print("\n".join(f"labelpass: {shown(line)}" for line in lines(parsed.run, status)), flush=True)
        if not parsed.watch or status.code != AGAIN:
            return status.code
        time.sleep(10)

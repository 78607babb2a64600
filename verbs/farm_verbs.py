"""Verbs for more than one machine: plan a job's units, carry one out, say how far all are. `render_run` renders all."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib.util import find_spec

from blender_addon.contract.arguments import parse_path, said
from blender_addon.contract.words import counted, in_shell, refusal, shown

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


_AGAIN = 75
"""As `farm.unit` has it: what a unit ends with that cannot even say what happened."""


def add_unit(verbs: Verbs) -> None:
    verb = verbs.add_parser("unit", help="carry out one unit of a plan: what every engine calls")
    verb.add_argument("run", type=said(parse_path), metavar="RUN", help="the folder of `labelpass plan`")
    verb.add_argument("--index", type=_index, required=True, metavar="I", help="its number, from 0")
    verb.add_argument("--submission", type=_whole, metavar="K", help="number I of those that were handed over as this")
    verb.add_argument("--stride", type=_whole, metavar="N", help="and units I + N, I + 2 N ...: a share of N workers")
    verb.add_argument("--threads", type=_whole, metavar="N", help="render on so many; default: all there are for it")
    verb.add_argument("--again", action="store_true", help="try what was given up once more")
    verb.set_defaults(call=_unit, fault=_AGAIN)


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a unit")
    return int(text)


def _unit(parsed: argparse.Namespace) -> int:
    from farm.unit import AGAIN, carry_out_all
    from farm.units import Away, FarmError, read_submission, read_units

    out, more = parsed.run.resolve(), _on_this_machine(parsed)
    try:
        known = read_submission(out, parsed.submission) if parsed.submission else range(len(read_units(out).units))
        if parsed.index >= len(known):
            raise FarmError(f"{parsed.run} has units 0 to {len(known) - 1}, and no unit {parsed.index}")
        mine = known[parsed.index :: parsed.stride] if parsed.stride else known[parsed.index : parsed.index + 1]
        return carry_out_all(out, mine, more, parsed.again)
    except (OSError, Away) as error:  # a disk that is full or away: it may come back
        why = refusal(error, parsed.run) if isinstance(error, OSError) else error
        print(f"labelpass: unit {parsed.index}: {shown(why)}", file=sys.stderr, flush=True)
        return AGAIN


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

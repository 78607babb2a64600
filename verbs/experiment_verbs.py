"""Experiments: what there are, and one of them carried out."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec

from .words import NO_BLENDER, Verbs, need_torch, printed, say_above_progress


def add_experiments(verbs: Verbs) -> None:
    from experiments.request import add_run_arguments

    verb = verbs.add_parser("experiments", help="train networks on some datasets, try them on others")
    asked = verb.add_subparsers(metavar="list|show|run", required=True)
    asked.add_parser("list", help="the experiments that come with Labelpass").set_defaults(call=_list)
    show = asked.add_parser("show", help="the file of an experiment, to be copied and changed")
    show.add_argument("experiment", metavar="EXPERIMENT", help="one of `labelpass experiments list`, or a file")
    show.set_defaults(call=_show)
    run = asked.add_parser("run", help="carry one out; the same command goes on where it was stopped")
    add_run_arguments(run)
    run.set_defaults(call=_run)


def _list(_parsed: argparse.Namespace) -> int:
    from experiments.request import list_text

    return printed(list_text(), 0)


def _show(parsed: argparse.Namespace) -> int:
    from experiments.request import show_text

    return printed(show_text(parsed.experiment), 0)


def _run(parsed: argparse.Namespace) -> int:
    from experiments.experiment import read_experiment

    if parsed.repeats < 1 or parsed.jobs < 1:
        raise ValueError("--repeats and --jobs are whole numbers from 1")
    experiment = read_experiment(parsed.experiment, parsed.changes)
    need_torch()
    if parsed.blender is None and find_spec("bpy") is None:
        raise ValueError(NO_BLENDER)
    from experiments.results import HTML, lines, write_results
    from experiments.run import carry_out
    from experiments.steps import Wish
    from postprocess.progress import progress_line
    from training.machine import machine_of

    wish = Wish(parsed.out, parsed.times, parsed.repeats, parsed.jobs, parsed.blender)
    machine = machine_of(parsed.device, parsed.threads)
    evaluations, code = carry_out(
        experiment, wish, machine, say_above_progress, lambda what: progress_line(sys.stderr, what)
    )
    if code:
        return code
    for line in lines(write_results(parsed.experiment, experiment, wish, evaluations)):
        print(line)
    print(f"labelpass: look at {parsed.out / HTML}")
    return 0

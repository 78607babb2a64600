"""`labelpass render RUN`: the units of a plan carried out here, or handed to Slurm or Dask; the options of each."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from blender_addon.contract.words import counted, in_shell, shown

from .render_exports import checked_exports
from .words import say_above_progress

if TYPE_CHECKING:
    from farm.slurm import Wish

_HERE, _SLURM, _DASK = "this machine, without --cluster", "--cluster slurm", "--cluster dask"
_FOR = {
    "workers": (_HERE,),
    "scheduler": (_DASK,),
    "gpus": (_SLURM, _DASK),
    **dict.fromkeys(("dry_run", "partition", "cpus", "memory", "time"), (_SLURM,)),
    **dict.fromkeys(("max_parallel", "sbatch_arg", "node_command", "export"), (_SLURM,)),
}
"""{option: the ways to render a plan that use it}."""


def add_farm_arguments(verb: argparse.ArgumentParser) -> None:
    """Options of `labelpass render` for a folder that was planned."""
    from render_scripts.arguments import whole

    number = whole(1, 10**9)
    add = verb.add_argument_group("what was planned").add_argument
    add("--workers", type=number, metavar="N", help="units at once; default: one a GPU")
    add("--again", action="store_true", help="try what was given up once more")
    add("--cluster", choices=("slurm", "dask"), help="hand the units to this engine")
    add("--dry-run", action="store_true", help="slurm: print what would be handed over, and do nothing")
    add("--scheduler", metavar="ADDRESS", help="dask: of its scheduler, such as tcp://head:8786")
    add("--gpus", type=number, metavar="N", help="of a task; dask: of a worker's resource GPU")
    add("--partition", metavar="NAME", help="slurm: of the cluster")
    add("--cpus", type=number, metavar="N", help="slurm: of a task")
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
    add("--max-parallel", type=number, metavar="N", help="slurm: tasks at once, at most")
    add(
        "--sbatch-arg",
        action="append",
        default=[],
        metavar="--ARG=...",
        help="slurm: another word for sbatch; repeatable",
    )


def _words(text: str) -> tuple[str, ...]:
    """As a shell cuts a line into words; no shell reads them."""
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        words = ()
    if not words:
        raise argparse.ArgumentTypeError(f"{text!r} is no command: words, quoted as for a shell")
    return words


def is_for_farms(parsed: argparse.Namespace) -> bool:
    """Whether an option says what only a plan of units can be told."""
    return bool(parsed.again or parsed.cluster or _given(parsed))


def _given(parsed: argparse.Namespace) -> list[str]:
    return [name for name in _FOR if getattr(parsed, name) not in (None, False, [])]


def render_farm(parsed: argparse.Namespace) -> int:
    """All units of a plan. Raises ValueError for options that the plan has settled, or that this way does not use."""
    from farm.here import render_here, workers_here

    _refuse_settled(parsed)
    way = {"slurm": _SLURM, "dask": _DASK}.get(parsed.cluster, _HERE)
    for name in _given(parsed):
        if way not in _FOR[name]:
            raise ValueError(f"render: --{name.replace('_', '-')} is for {' and '.join(_FOR[name])}, and not for {way}")
    more = [f"--threads={parsed.threads}"] if parsed.threads else []
    more += ["--again"] if parsed.again else []
    if way == _SLURM:
        return _to_slurm(parsed, more)
    if way == _DASK:
        return _to_dask(parsed, more)
    workers = workers_here(os.environ, parsed.workers)
    return render_here(parsed.scene.resolve(), workers, more, say_above_progress)


def _refuse_settled(parsed: argparse.Namespace) -> None:
    from render_scripts.arguments import options_from

    told = [name for name, value in options_from(parsed).items() if value not in (None, ()) and name != "threads"]
    if "gpu" in told:
        raise ValueError(
            f"render: --gpu {parsed.gpu}: every process of a plan is shown one GPU alone and takes that; say which "
            f"with CUDA_VISIBLE_DEVICES={parsed.gpu} before labelpass"
        )
    if told or parsed.blender:
        name = (told or ["blender"])[0].replace("_", "-")
        raise ValueError(f"render: --{name} is settled by the plan in {parsed.scene}; plan again, into a new folder")


def _to_dask(parsed: argparse.Namespace, more: list[str]) -> int:
    from farm.dask_cluster import render_on_dask
    from farm.units import units_left

    if not parsed.scheduler:
        raise ValueError("render: --cluster dask needs --scheduler, such as tcp://head:8786")
    left = units_left(parsed.scene.resolve())
    if not left:
        return _all_is_there(parsed)
    return render_on_dask(parsed.scene.resolve(), left, parsed.scheduler, more, parsed.gpus, say_above_progress)


def _all_is_there(parsed: argparse.Namespace) -> int:
    print(f"labelpass: {shown(parsed.scene)}: all is there")
    return 0


def _to_slurm(parsed: argparse.Namespace, more: list[str]) -> int:
    from farm.slurm import Wish, submit, warning
    from farm.slurm_dry_run import dry_run
    from farm.units import read_units, run_of, units_left

    out = parsed.scene.resolve()
    exports = checked_exports(parsed.export, [run_of(out, scene) for scene in read_units(out).scenes])
    left = units_left(out)
    if not left and not exports:
        return _all_is_there(parsed)
    limits = parsed.gpus, parsed.cpus, parsed.memory, parsed.time, parsed.max_parallel
    wish = Wish(parsed.partition, *limits, tuple(parsed.sbatch_arg), parsed.node_command or ())
    if why := warning(wish, read_units(out).frame_timeout):
        print(f"labelpass: warning: {shown(why)}", file=sys.stderr)
    if parsed.dry_run:
        print(dry_run(out, wish, more, left, exports), end="")
        return 0
    job = submit(out, wish, more, left) if left else None
    if job:
        again = f"labelpass status {in_shell(parsed.scene)}"
        print(f"labelpass: job {job}: {counted(len(left), 'unit')}; how far they are: {again}", flush=True)
    if exports:
        after = f", after job {job}" if job else ""
        number = _exported(out, wish, exports, job, parsed.scene)
        print(f"labelpass: job {number}: {counted(len(exports), 'dataset')}{after}")
    return 0


def _exported(out: Path, wish: Wish, exports: list[list[str]], job: str | None, said: Path) -> str:
    """The job of the datasets. Raises ValueError, which says what was handed over nevertheless."""
    from farm.slurm_export import submit_exports
    from farm.units import FarmError

    try:
        return submit_exports(out, wish, exports, job)
    except FarmError as error:
        if not job:
            raise
        raise ValueError(
            f"{error}\nthe units were handed over, as job {job}, and the datasets were not: once labelpass status "
            f"{in_shell(said)} says that all is there, the same command hands over the datasets alone"
        ) from None

"""What becomes of an array's frames once it is over: its datasets, a task each, as an array of its own.

Slurm begins it when no task of the renders is left, whatever became of them; a task looks how far they came itself, and
makes no dataset of half of the frames.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .places import LOGS
from .slurm import Submission, Wish, called, handed_over, sbatch
from .unit import DONE, PERMANENT
from .units import read_units, run_of

_SCRIPT = """#!/bin/bash
# A task of a job array: one of the datasets of {out}
# Made by labelpass render --cluster slurm --export.
set -u

{labelpass} status {run}
code=$?
case "$code" in
    {done} | {permanent}) ;;  # all is there, or what is not will not come
    *)
        echo "labelpass: not all is rendered, so this dataset is not made; the same labelpass render hands both over"
        exit "$code"
        ;;
esac
jobs=${{SLURM_CPUS_PER_TASK:+--jobs=$SLURM_CPUS_PER_TASK}}
case "$SLURM_ARRAY_TASK_ID" in
{exports}
esac
"""


def prepared_exports(out: Path, wish: Wish, exports: Sequence[Sequence[str]], after: str | None) -> Submission:
    """The array that makes datasets of all runs, each with the options of an `export`; `after` is the job of the
    renders."""
    runs = [str(run_of(out, scene)) for scene in read_units(out).scenes]
    command = [f"--array=0-{len(exports) - 1}", *([f"--dependency=afterany:{after}"] if after else [])]
    door = shlex.join(called(wish))
    tasks = "\n".join(
        f"    {number}) exec {door} export $jobs {shlex.join([*words, *runs])} ;;"
        for number, words in enumerate(exports)
    )
    named = shlex.quote(str(out)).replace("\n", " ")
    numbers = {"done": DONE, "permanent": PERMANENT}
    script = _SCRIPT.format(out=named, run=shlex.quote(str(out)), labelpass=door, exports=tasks, **numbers)
    return Submission(sbatch(out, replace(wish, gpus=None, max_parallel=None), "export", command), script)


def submit_exports(out: Path, wish: Wish, exports: Sequence[Sequence[str]], after: str | None) -> str:
    """Hand them to Slurm; the number of the job. Raises FarmError where `sbatch` is not there, or refuses."""
    (out / LOGS).mkdir(exist_ok=True)
    return handed_over(prepared_exports(out, wish, exports, after))

"""What would be handed to Slurm, as a script that hands it over in a shell: `labelpass render RUN --dry-run`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from .places import LOGS
from .slurm import (
    MOST_TASKS,
    Wish,
    array_size,
    here_document,
    next_number,
    prepared,
    submission_file,
    submission_text,
)
from .slurm_export import prepared_exports
from .units import SUBMISSIONS

_AFTER = "--dependency=afterany:JOB"
_AFTER_SAID = '--dependency=afterany:"${JOB%%;*}"'  # without the cluster that sbatch may add


def dry_run(
    out: Path, wish: Wish, unit_options: Sequence[str], units: Sequence[int], exports: Sequence[Sequence[str]]
) -> str:
    """What `submit` and `submit_exports` would do now: the list of the units, their array, and that of the datasets.
    Where another submission took the number since, the script does nothing."""
    folders = shlex.join(["mkdir", "-p", str(out / SUBMISSIONS), str(out / LOGS)])
    if not units:
        return f"{folders}\n{prepared_exports(out, wish, exports, None).text()}"
    number = next_number(out)
    handing = prepared(out, wish, len(units), number, unit_options, min(MOST_TASKS, array_size())).text()
    if exports:
        after = prepared_exports(out, wish, exports, "JOB")
        words = (_AFTER_SAID if word == _AFTER else shlex.quote(word) for word in after.command)
        datasets = here_document(" ".join(words), after.script, "SCRIPT")
        handing = f'JOB=$({handing}) && echo "$JOB" &&\n{datasets}'
    to_list = f"if (set -C; cat > {shlex.quote(str(submission_file(out, number)))})"
    return f"{folders}\n{here_document(to_list, submission_text(units), 'UNITS')}then\n{handing}fi\n"

"""The report of a folder, whatever it is: its figures gathered, its page written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from blender_addon.contract.run import PLAN

from ..errors import ExportError
from ..manifest import NAME
from ..progress import Progress
from ..staging import is_among_frames, write_whole
from .dataset_figures import figures_of_dataset
from .figures import Figures
from .page import page
from .request import Wishes
from .run_figures import figures_of_run


def report(folder: Path, out: Path, wishes: Wishes | None = None, progress: Progress | None = None) -> Figures:
    """Write the report of a run folder or a dataset of `labelpass export` to `out`, whole or not at all.

    Raises ExportError for what is neither, for what cannot be read, and for a place where something else is.
    """
    if out.suffix.lower() not in {".html", ".htm"}:
        raise ExportError(f"{out}: a report is written as .html")
    if is_among_frames(out, folder):
        raise ExportError(f"{out} lies among the frames of a run, which hold what was rendered; name another place")
    found = figures_of(folder, wishes or Wishes(), progress)
    write_whole(out, page(found).encode())
    return found


def figures_of(folder: Path, wishes: Wishes, progress: Progress | None = None) -> Figures:
    if (folder / NAME).is_file():
        return figures_of_dataset(folder, wishes, progress)
    if (folder / PLAN).is_file():
        return figures_of_run(folder, wishes, progress)
    if not folder.exists():
        raise ExportError(f"{folder} is not there")
    raise ExportError(f"{folder} is neither a run (no {PLAN}) nor a dataset of labelpass export (no {NAME})")

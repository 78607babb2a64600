"""What a place on the disk is to a plan of units: why none can be made there, and why what is there is none."""

from __future__ import annotations

from pathlib import Path

from blender_addon.contract.run import FRAMES, PLAN, RunError, read_plan
from blender_addon.contract.words import in_shell

from .attempts import FOLDER as ATTEMPTS
from .units import NAME, RUNS, SUBMISSIONS, FarmError, is_farm, read_units, run_of

LOGS = "slurm"
"""The folder of what Slurm's tasks print."""


def check_place(out: Path) -> None:
    """Raises FarmError where no plan of units can be made: there is one, or it would lie among what is another's."""
    if (out / NAME).exists():
        raise FarmError(f"{out / NAME} is there already, and a plan never changes; name another --out")
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise FarmError(f"--out {out}: {there} is a file; name a new folder")
    for folder in (out, *out.absolute().parents):
        if _is_run(folder):
            what = "is a run folder" if folder == out else f"lies in the run folder {folder}"
            raise FarmError(f"--out {out} {what}, of one scene's frames; name a folder outside of it")
        if folder != out and is_farm(folder):
            own = out.absolute().relative_to(folder).parts[0]
            if own in (RUNS, ATTEMPTS, SUBMISSIONS, LOGS):
                raise FarmError(f"--out {out} lies in the plan {folder}, in its {own}; name a folder outside of it")


def why_no_plan(path: Path) -> str:
    """What somebody gave for the folder of a plan, and what to do about it."""
    if not path.exists():
        return f"{path}: no such file or folder; the folder of a plan is made by labelpass plan JOB --out RUN"
    if not path.is_dir():
        return f"{path} is a file, and no folder of a plan: labelpass plan JOB --out RUN"
    if (path / NAME).exists():
        return f"{path / NAME} is no file, and so no plan; remove it, then labelpass plan JOB --out {in_shell(path)}"
    if _is_run(path):
        return _goes_on(path)
    begun = "a plan was begun here and never finished" if (path / RUNS).is_dir() else "this folder holds no plan"
    return f"{path} has no {NAME}: {begun}; labelpass plan JOB --out {in_shell(path)}"


def _is_run(folder: Path) -> bool:
    return (folder / PLAN).is_file() and (folder / FRAMES).is_dir()


def _goes_on(run: Path) -> str:
    """How a run folder is rendered, which is part of a plan or on its own."""
    above = run.absolute().parent.parent
    try:
        scene = read_plan(run).scene
    except RunError as error:
        return str(error)
    if is_farm(above):
        files = {run_of(above, each).resolve(): each.file for each in read_units(above).scenes}
        if run.resolve() in files:
            return (
                f"{run} is the run folder of {files[run.resolve()]}, and not the plan around it: "
                f"labelpass render {in_shell(above)}"
            )
    return (
        f"{run} is a run folder, of the scene {scene}, and no plan of units; it goes on with "
        f"labelpass render {in_shell(scene)} --out {in_shell(run)}"
    )

"""Job files read strictly, every mistake with its line; options of a command line in their place; the renders they ask.

::

    asked, notes = with_options(read_job(Path("job.yaml")), {"samples": 4})
    for task in tasks(asked):
        task.scene, task.request
"""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from json import dumps
from pathlib import Path
from typing import Any

from blender_addon.contract.run import PLAN
from blender_addon.contract.strict import Misfits, build, key_of, plain
from blender_addon.contract.words import shown
from blender_addon.label_sets import label_files
from blender_addon.strict_yaml import Place

from .contradictions import contradictions, drawn_from
from .installed_blender import why_no_program
from .job import Job, in_a_job
from .randomization.folders import Pool, pools_of
from .randomization.pools import files_in
from .request import Request
from .written_file import read_file, refusal

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class JobFile:
    """A job as a file says it. `places`: {key: where it stands in the file}; JSON has none."""

    path: Path
    job: Job
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Task:
    """A scene to render; its path is absolute, and the one that was written."""

    scene: Path
    request: Request


def is_job(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def read_job(path: Path, kind: type[Job] = Job) -> JobFile:
    """The job of a .yaml, .yml or .json file; its paths are relative to the file's folder. Raises FileRefused."""
    data, places = read_file(path, "a job")
    try:
        job = build(kind, data, alone=True, folder=path.parent)
    except Misfits as error:
        raise refusal(path, places, error.found) from None
    return JobFile(path, _settled(job, path.parent), places)


def _settled(job: Job, folder: Path) -> Job:
    """With the texts that may be paths made relative to the file's folder, where they are no mere names."""
    changes = {}
    if job.label_set and Path(job.label_set).suffix.lower() in label_files.SUFFIXES:
        changes["label_set"] = str(folder / job.label_set)
    if job.blender and Path(job.blender).name != job.blender:
        changes["blender"] = str(folder / job.blender)
    return replace(job, **changes)


def with_options(asked: JobFile, options: Mapping[str, Any]) -> tuple[JobFile, list[str]]:
    """The job with what the command line says (by the names of a request's fields; None is nothing) in the place of
    what the file does, and a sentence for each field whose value in the file is not used."""
    changes = {in_a_job(name): value for name, value in options.items() if value is not None}
    if "lidar" not in changes.get("with_", ("lidar",)):
        changes["lidar"] = None  # what the command line leaves out needs no settings
    job = replace(asked.job, **changes)
    defaults = {field.name: field.default for field in fields(Job)}
    notes = [
        f"{key_of(name)} is {in_words(value)}, as the command line says, and not {in_words(there)}"
        for name, value in changes.items()
        if (there := getattr(asked.job, name)) not in (value, defaults[name])
    ]
    elsewhere = {key_of(name) for name in changes}
    places = {key: place for key, place in asked.places.items() if re.split(r"[.\[]", key)[0] not in elsewhere}
    return replace(asked, job=job, places=places), notes


def tasks(asked: JobFile) -> tuple[Task, ...]:
    """What there is to render, in the order of the job. Nothing is rendered of a job whose files are not there, or
    whose scenes would share a run folder: raises FileRefused, which names them all."""
    job, wrong = asked.job, []
    scenes: dict[Path, Path] = {}
    written = [("scene", job.scene)] if job.scene else [(f"scenes[{at}]", path) for at, path in enumerate(job.scenes)]
    for key, path in written:
        found = [path] if path.is_file() else _matching(path, asked.path.parent)
        for file in found:
            scenes.setdefault(file.resolve(), file.absolute())  # a link is a scene of its own name, but only once
            if why := _why_no_name(file.absolute(), file.resolve()):
                wrong.append(f"{key}: {why}")
        if not found:
            wrong.append(f"{key}: {path}: no such file")
    if job.label_set:
        try:
            label_files.read(job.label_set)
        except ValueError as error:
            wrong.append(f"label_set: {error}")
    if job.blender and (why := why_no_program(job.blender)):
        wrong.append(f"blender: {job.blender}: {why}")
    runs = {scene: job.out / run_name(scene) if job.scenes else job.out for scene in scenes.values()}
    taken: dict[str, Path] = {}
    for scene, run in runs.items():
        other = taken.setdefault(str(run).casefold(), scene)  # some disks take Flat and flat for one
        if other != scene:
            wrong.append(f"scenes: {other} and {scene} would share the run folder {run}; rename one")
        if job.scenes and not run_name(scene).strip("."):
            wrong.append(f"scenes: {scene} has no name for a run folder; rename it")
    wrong += [why for pool in pools_of(drawn_from(job.request(job.out))) if (why := _why_not_drawn_from(pool))]
    begun = [job.request(run) for run in runs.values() if not (run / PLAN).is_file()]  # else the plan tells
    wrong += dict.fromkeys(why for request in begun for why in contradictions(request, _key))
    if wrong:
        raise refusal(asked.path, asked.places, wrong)
    return tuple(Task(scene, job.request(run)) for scene, run in runs.items())


def _why_no_name(*paths: Path) -> str:
    """A scene's name and folders are in plans, which are UTF-8, and in lines of logs that scripts read."""
    for path in paths:
        if re.search(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]", str(path)):
            return f"{shown(path)}: its name or that of a folder has control characters, or no UTF-8; rename it"
    return ""


def _why_not_drawn_from(pool: Pool) -> str:
    key = f"{_key('randomize')}.{pool.key}"
    if not pool.folder.is_dir():
        return f"{key}: {pool.folder}: no such folder"
    try:
        files_in(pool.folder, pool.suffixes, pool.what)
    except (ValueError, OSError) as error:
        return f"{key}: {error}"
    return ""


def _key(name: str) -> str:
    """A field of a request as a job says it."""
    return key_of(in_a_job(name))


def run_name(scene: Path) -> str:
    """The name of a scene's run folder; unlike `Path.stem`, the same in every Python."""
    return scene.name.rpartition(".")[0] or scene.name


def _matching(pattern: Path, folder: Path) -> list[Path]:
    """Files that a pattern names; letters of the job's own folder are none of the pattern."""
    if not glob.has_magic(str(pattern)):
        return []
    inside = pattern.relative_to(folder) if pattern.is_relative_to(folder) else pattern
    names = sorted(glob.glob(str(inside), root_dir=folder, recursive=True))
    return [folder / name for name in names if (folder / name).is_file()]


def in_words(value: Any) -> str:
    """A value of a job much as its file may have it, cut where it is long."""
    data = plain(value)
    if isinstance(data, list):
        text = f"[{', '.join(map(str, data))}]"
    else:
        text = data if isinstance(data, str) else dumps(data, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."

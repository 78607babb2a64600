"""The plan of a job's units: which frames of which scene each of them renders. It is written once and never changes.

::

    OUT/units.json              what this module reads and writes
    OUT/runs/NAME/              a run folder for each scene, as every render leaves it (`contract.run`)
    OUT/submissions/000001.json the units that were handed to an engine at once
    OUT/attempts/...            what was tried, where, and how it ended (`attempts`)

A unit is known by its number, from 0 on; whatever carries units out (a shell, Slurm, Dask) hands out these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from blender_addon.contract.asked import write_asked
from blender_addon.contract.endings import NotHere
from blender_addon.contract.frame_numbers import frames_text, parse_frames
from blender_addon.contract.run import PLAN, Unreadable, has_frame, read_sealed, to_json, write_once
from blender_addon.contract.seal import sealed
from blender_addon.contract.strict import build
from blender_addon.contract.words import in_shell, refusal

NAME = "units.json"
RUNS = "runs"
SUBMISSIONS = "submissions"
SCHEMA = 1


class FarmError(ValueError):
    """A plan of units that cannot be made, read or carried out; the message says why."""


class Away(FarmError, NotHere):
    """What cannot be reached now, or from here: a share that is not mounted, a file that may not be read."""


@dataclass(frozen=True)
class Scene:
    """A .blend, `file`, the name of its run folder, and the options of its render but for frames."""

    file: str
    run: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """Frames of a scene (its place in the plan), as `parse_frames` reads them."""

    scene: Annotated[int, 0, 2**31]
    frames: str


@dataclass(frozen=True)
class Pilot:
    """What some frames took before the others were planned: seconds a frame, and seconds until the first begins."""

    frames: int
    seconds_a_frame: float
    seconds_to_begin: float


@dataclass(frozen=True)
class UnitPlan:
    """`frame_timeout`: seconds after which a frame is taken for hung; `blender` renders, None for the bpy module."""

    scenes: tuple[Scene, ...]
    units: tuple[Unit, ...]
    frame_timeout: float
    pilot: Pilot | None = None
    blender: str | None = None

    def frames_of(self, index: int) -> tuple[int, ...]:
        frames: tuple[int, ...] = parse_frames(self.units[index].frames)
        return frames

    def scene_of(self, index: int) -> Scene:
        return self.scenes[self.units[index].scene]


def is_farm(folder: Path) -> bool:
    return (folder / NAME).is_file()


def run_of(out: Path, scene: Scene) -> Path:
    return out / RUNS / scene.run


def why_not_here(out: Path, scene: Scene) -> str:
    """Why a scene cannot be rendered on this machine, since a file cannot be read here; "" where nothing says so."""
    for path in (Path(scene.file), run_of(out, scene) / PLAN):
        try:
            with open(path, "rb") as file:
                file.read(1)
        except OSError as error:
            return refusal(error, path)
    return ""


def has_plan(run: Path) -> bool:
    """Whether a run was planned; what may not be looked at is there."""
    try:
        (run / PLAN).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass
    return True


def missing_frames(run: Path, frames: Sequence[int]) -> list[int]:
    """Those of the frames that a run folder has not, or so damaged that a glance tells."""
    return [frame for frame in frames if not has_frame(run, frame)]


def units_left(out: Path) -> list[int]:
    """Units that lack frames."""
    plan = read_units(out)
    lacking = (missing_frames(run_of(out, plan.scene_of(at)), plan.frames_of(at)) for at in range(len(plan.units)))
    return [index for index, frames in enumerate(lacking) if frames]


def cut(frames: Sequence[int], scene: int, most: int) -> list[Unit]:
    """Frames of a scene as units of as even a size as can be, of `most` frames at most."""
    many = -(-len(frames) // most)
    ends = [len(frames) * at // many for at in range(many + 1)] if many else []
    return [Unit(scene, frames_text(frames[begin:end])) for begin, end in zip(ends, ends[1:])]


def write_units(out: Path, plan: UnitPlan) -> None:
    """Whole or not at all; its runs say from now on what is asked of them. Raises RunError where there is a plan."""
    out.mkdir(parents=True, exist_ok=True)
    if not is_farm(out):
        asked: list[set[int]] = [set() for _ in plan.scenes]
        for index, unit in enumerate(plan.units):
            asked[unit.scene].update(plan.frames_of(index))
        for scene, frames in zip(plan.scenes, asked):
            write_asked(run_of(out, scene), frames)
    write_once(out / NAME, to_json(sealed({"schema": SCHEMA, **asdict(plan)})))


def read_units(out: Path) -> UnitPlan:
    """Raises FarmError where there is none, or it is damaged; the message names the key. Away where nobody can tell."""
    missing = f"{out} has no {NAME}: labelpass plan JOB --out {in_shell(out)}"
    with _told(out):
        return _held(read_sealed(out / NAME, missing), out / NAME)


def read_submission(out: Path, number: int) -> list[int]:
    """The units of a submission, by their place in it. Raises FarmError, and Away as `read_units`."""
    path = out / SUBMISSIONS / f"{number:06d}.json"
    with _told(out):
        units = read_sealed(path, f"{out} has no submission {number}").get("units")
    if not isinstance(units, list) or not all(type(unit) is int for unit in units):
        raise FarmError(f"{path} is damaged: its units are no numbers")
    return units


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Around what reads a file of the folder: what is wrong becomes a FarmError, Away where the folder is."""
    try:
        yield
    except Unreadable as error:
        raise Away(str(error)) from None
    except ValueError as error:
        if not out.exists():
            raise Away(f"{out} is not there: is the share that it lies on mounted?") from None
        raise FarmError(str(error)) from None


def _held(data: dict[str, Any], path: Path) -> UnitPlan:
    del data["schema"]
    data.pop("checksum", None)
    plan = build(UnitPlan, data, path.name)
    for unit in plan.units:
        if unit.scene >= len(plan.scenes):
            raise ValueError(f"{path} is damaged: it has no scene {unit.scene}")
        parse_frames(unit.frames)
    for scene in plan.scenes:
        if Path(scene.run).name != scene.run or scene.run in ("", ".", ".."):
            raise ValueError(f"{path} is damaged: {scene.run!r} is no name of a run folder")
    return plan

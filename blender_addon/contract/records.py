"""What frame.json says, held against the plan and the folder: is this frame whole, and is it of this run?

A frame appears whole (`contract.run.new_frame`), but disks fail, copies break off, and people move folders. Nothing is
decoded here, so that a resume can ask it of ten thousand frames; the checksums of the pixels are for who reads them.

To render what is damaged anew::

    for frame, why in damaged_frames(run, plan, finished_frames(run)).items():
        put_aside(run, plan, frame)         # then it is not among the finished frames
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from .recorded_camera import RecordedCamera
from .run import FRAMES, RECORD, Plan, RunError, Side, Unreadable, View, frame_folder, read_record
from .strict import build, shown_key
from .words import in_shell, refusal


def render_again(run: Path) -> str:
    """What mends a frame whose damage shows without decoding, in a run of its own and in one of a plan of units."""
    return f"labelpass verify {in_shell(run)} --repair renders damaged frames anew"


def remove_and_render(folder: Path) -> str:
    """What mends a frame whose damage only decoding shows: a render, which decodes nothing, passes it by."""
    return f"remove the folder {folder} and start the render again"


@dataclass(frozen=True)
class StoredPixels:
    """The decoded pixels of a file: their `contract.run.pixel_checksum`, `shape` (H, W, ...) and NumPy `dtype`.

    `bytes` is the file's size, 0 where the record does not say it.
    """

    checksum: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int = 0


@dataclass(frozen=True)
class SeenLabel:
    """A label that the frame shows."""

    id: int
    name: str
    pixels: int


@dataclass(frozen=True)
class DrawnSize:
    """(width, height) in pixels of all pictures of a frame."""

    size: tuple[Side, Side]


@dataclass(frozen=True)
class FrameDraw:
    """`resolution` in runs that draw the size of each frame."""

    resolution: DrawnSize | None = None


@dataclass(frozen=True)
class Record:
    """What readers of a run need of frame.json. `scene_sha256` is that of the plan, "" where the record has none; of
    what was `draw`n, readers need the size. A record of a render has a `camera`."""

    frame: int
    view: View
    seed: int
    labels: tuple[SeenLabel, ...]
    files: Mapping[str, StoredPixels]
    scene_sha256: str = ""
    draw: FrameDraw = FrameDraw()
    camera: RecordedCamera | None = None


_OF_EXR = ("float32", "float16", "uint16", "uint32")


def read_frame(run: Path, frame: int, plan: Plan) -> Record:
    """The record of a finished frame of this run, whose files are there.

    Raises RunError for a record that is missing or damaged, that is of another run than `plan`, and for files that it
    names and that are missing or empty; Unreadable where the system refuses to say.
    """
    return read_whole_frame(run, frame, plan)[0]


def read_whole_frame(run: Path, frame: int, plan: Plan) -> tuple[Record, dict[str, Any]]:
    """The same, and all else that frame.json says, which nothing was held against."""
    folder = frame_folder(run, frame)
    try:
        said = read_record(run, frame)
        record = build(Record, said, others=True)
    except Unreadable:
        raise
    except RunError as error:
        raise RunError(f"{error}; {render_again(run)}") from None
    except ValueError as error:
        raise RunError(f"{folder / RECORD} is damaged: {error}; {render_again(run)}") from None
    view = plan.by_frame.get(frame)
    if view is None:
        raise RunError(f"{folder} is not in the run's plan; move it away")
    foreign = _foreign(record, view, plan)
    if foreign:
        raise RunError(f"{folder} is a frame of another run: {RECORD} says {foreign}; {render_again(run)}")
    if wrong := _wrong_files(record, plan):
        raise RunError(f"{folder / RECORD} is damaged: {wrong}; {render_again(run)}")
    for name, stored in record.files.items():
        size = _size(folder / name)
        if size == 0:
            raise RunError(f"{folder / name} is missing or empty; {render_again(run)}")
        if stored.bytes not in (0, size):
            raise RunError(
                f"{folder / name} has {size} bytes, and was written with {stored.bytes}; {render_again(run)}"
            )
    return record, said


def _wrong_files(record: Record, plan: Plan) -> str:
    """What the table of files says that no frame of this run has, in words; "" where nothing."""
    for name in plan.settings.files:
        if name not in record.files:
            return f"files.{name} is missing"
    for name, stored in record.files.items():
        if name not in plan.settings.files:
            return f"files.{shown_key(name)} is no file of this run"
        if name.endswith(".exr") and stored.dtype not in _OF_EXR:
            return f"files.{name}.dtype must be {' or '.join(_OF_EXR)}, not {stored.dtype!r}"
    return ""


def _foreign(record: Record, view: View, plan: Plan) -> str:
    """What the record says otherwise than the plan, in words; "" where nothing."""
    width, height = record.draw.resolution.size if record.draw.resolution else plan.settings.size
    names = {label.id: label.name for label in plan.label_set.labels}
    ours = {name: stored for name, stored in record.files.items() if name in plan.settings.files}
    pictures = {name: stored for name, stored in ours.items() if name.endswith((".exr", ".png", ".jpg"))}
    said = {
        "frame": (record.frame, view.frame),
        **{f"view.{key}": (there, getattr(view, key)) for key, there in vars(record.view).items()},
        "seed": (record.seed, plan.settings.seed),
        "draw.resolution": tuple(
            "there" if drawn else "missing"
            for drawn in (record.draw.resolution, "resolution" in plan.settings.randomization)
        ),
        "scene_sha256": (record.scene_sha256 or plan.scene_sha256, plan.scene_sha256),
        **({"camera.size": (record.camera.size, (width, height))} if record.camera else {}),
        **{f"files.{name}.shape": (stored.shape[:2], (height, width)) for name, stored in pictures.items()},
        **{f"label {label.id}": (label.name, names.get(label.id)) for label in record.labels},
    }
    return next((f"{key} {there!r}, the plan {here!r}" for key, (there, here) in said.items() if there != here), "")


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except OSError as error:
        raise Unreadable(refusal(error, path)) from None


def damaged_frames(run: Path, plan: Plan, frames: Iterable[int]) -> dict[int, str]:
    """{frame: what is wrong, a sentence} of those `frames` that `read_frame` refuses. Raises Unreadable for one of
    which nobody can tell: a disk that does not answer for a while is no damage."""
    found = {}
    for frame in frames:
        try:
            read_frame(run, frame, plan)
        except Unreadable:
            raise
        except RunError as error:
            found[frame] = str(error)
    return found


def put_aside(run: Path, plan: Plan, frame: int, *, decoded: bool = False) -> Path | None:
    """Rename a damaged frame to `frames/.damaged-000001-1` (the first number that is free), so that nothing is lost.

    None where it is whole or gone by now: another process may have put it aside, and rendered it anew, before us.
    `decoded`: whoever asks has seen damage in its pixels, which nothing here can.
    """
    place = frame_folder(run, frame)
    if not os.path.lexists(place) or not (decoded or damaged_frames(run, plan, [frame])):
        return None
    asides = (run / FRAMES / f".damaged-{place.name}-{number}" for number in count(1))
    aside = next(path for path in asides if not os.path.lexists(path))
    try:
        os.rename(place, aside)
    except FileNotFoundError:
        return None
    return aside

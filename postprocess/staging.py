"""A folder or a file that is there whole or not at all: written beside its place, renamed into it.

And never into a run: what a person rendered for hours is read here, and nothing else.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from blender_addon.contract.run import FRAMES, PLAN, is_alive
from blender_addon.contract.words import refusal

from .errors import ExportError
from .signals import stopped_once

_PIECE = 2**20  # bytes that are read at once


def check_place(out: Path) -> None:
    """Raises ExportError where a dataset cannot be written: something is there, or a run is around it."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExportError(f"{out} is there already and not empty; name a new folder, or remove it first")
    run = run_around(out)
    if run is not None:
        raise ExportError(f"{out} lies in the run {run}, which holds what was rendered; name a folder outside of it")


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well, and is gone otherwise.

    `out` does not exist or is empty. What killed exports to the same place left behind is removed first. Ctrl-C and
    SIGTERM end the block as exceptions. Raises ExportError where the disk refuses.
    """
    staging = _beside(out)
    with stopped_once():
        try:
            _make_room(out)
            staging.mkdir()
            yield staging
            if out.exists():
                out.rmdir()  # empty; Windows renames over nothing
            os.rename(staging, out)
        except OSError as error:
            raise ExportError(f"{refusal(error, out)}; nothing was written to {out}") from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def write_whole(out: Path, data: bytes) -> None:
    """Write a file that replaces what is there in one step. Raises ExportError where the disk refuses."""
    staging = _beside(out)
    try:
        _make_room(out)
        with open(staging, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staging, out)
    except OSError as error:
        raise ExportError(f"{refusal(error, out)}; nothing was written to {out}") from error
    finally:
        staging.unlink(missing_ok=True)


def run_around(out: Path) -> Path | None:
    """The run folder that a place to write lies in, if any; links are followed."""
    above = (*out.absolute().parents, *out.resolve().parents)
    return next((folder for folder in above if (folder / PLAN).is_file() and (folder / FRAMES).is_dir()), None)


def is_among_frames(out: Path, run: Path) -> bool:
    """Whether a place to write lies in the frames of `run`, or of the run around it."""
    frames = [(each / FRAMES).resolve() for each in (run, run_around(out)) if each is not None]
    return any(folder in frames for folder in (out.resolve(), *out.resolve().parents))


def _beside(out: Path) -> Path:
    return out.parent / f"{_start(out)}{os.getpid()}"


def _start(out: Path) -> str:
    return f".{out.name}.partial-{socket.gethostname()}-"


def _make_room(out: Path) -> None:
    """The folder above `out`, without what killed processes left beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f"{glob.escape(_start(out))}*"):
        pid = left.name.removeprefix(_start(out))
        if pid.isdecimal() and not is_alive(int(pid)):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def make_folders(root: Path, path: str) -> Path:
    """The folders of `path`, "/" between, below `root`; where the file goes."""
    place = root / path
    if not place.parent.is_dir():
        # Not the root: one that was taken away (the export is over) must not come to life again.
        for folder in reversed(PurePosixPath(path).parents[:-1]):
            (root / folder).mkdir(exist_ok=True)
    return place


def write_checked(root: Path, path: str, data: bytes) -> None:
    """Write the file `path` of the dataset at `root` and read it back. Raises ExportError where they differ."""
    place = make_folders(root, path)
    with open(place, "w+b") as file:  # one open for both: on network disks opening costs more than a label map's bytes
        file.write(data)
        file.flush()
        file.seek(0)
        back = file.read()
    if back != data:
        raise _lies(place)


def write_streamed(root: Path, path: str, pieces: Iterable[bytes]) -> None:
    """The same for a file that may be larger than the memory."""
    place = make_folders(root, path)
    written, read = hashlib.sha256(), hashlib.sha256()
    with open(place, "w+b") as file:
        for piece in pieces:
            written.update(piece)
            file.write(piece)
        file.flush()
        file.seek(0)
        while piece := file.read(_PIECE):
            read.update(piece)
    if read.digest() != written.digest():
        raise _lies(place)


def _lies(place: Path) -> ExportError:
    return ExportError(f"{place} does not hold what was written: a full or failing disk?")

"""A folder or a file that is there whole or not at all: written beside its place, renamed into it.

And never into a run: what a person rendered for hours is read here, and nothing else.
"""

from __future__ import annotations

import glob
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from blender_addon.contract.machine import is_alive, this_machine
from blender_addon.contract.run import FRAMES, PLAN
from blender_addon.contract.words import counted, refusal

from . import journal, spool
from .errors import ExportError, Interrupted
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
def staged(out: Path, digest: str = "") -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well.

    `out` does not exist or is empty. Ctrl-C and SIGTERM end the block as exceptions. Raises ExportError where the disk
    refuses. With a `digest` of all that decides what will be written, the folder has a journal, and stays where a
    signal, the disk or a dying process ends the block: the next block of that digest begins with it, and whoever is
    told of the end (the error, or a note on the signal's exception) is told of that. In all other cases it is gone,
    and so is what dead processes left on the way to the same place.
    """
    staging = _beside(out)
    kept = ""
    with stopped_once():
        try:
            _make_room(out, digest)
            staging.mkdir(exist_ok=True)  # where it is there, it is to be gone on with
            if digest:
                journal.begin(staging, digest)
            yield staging
            for folder in (spool.FOLDER, journal.FOLDER):
                if (staging / folder).exists():
                    shutil.rmtree(staging / folder)
            if out.exists():
                out.rmdir()  # empty; Windows renames over nothing
            os.rename(staging, out)
        except OSError as error:
            kept = _kept(staging)
            why = f"{refusal(error, out)}; nothing was written to {out}"
            raise Interrupted("\n".join([why, *[kept] * bool(kept)])) from error
        except Interrupted as error:
            kept = _kept(staging)
            raise Interrupted("\n".join([str(error), *[kept] * bool(kept)])) from error
        except (KeyboardInterrupt, SystemExit) as stop:
            kept = _kept(staging)
            if kept:
                stop.add_note(kept)
            raise
        finally:
            if not kept:
                shutil.rmtree(staging, ignore_errors=True)


def _kept(staging: Path) -> str:
    """What to say of a folder to go on with; "" where nothing is done in it yet."""
    done = journal.count(staging)
    if not done:
        return ""
    frames = f"{counted(done, 'frame')} {'is' if done == 1 else 'are'}"
    return f"{frames} done: the same command goes on from there. To throw that away, remove {staging}"


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
    return f".{out.name}.partial-{this_machine()}-"


def _make_room(out: Path, digest: str = "") -> None:
    """The folder above `out`, without what killed processes left beside it; what they left of this digest is ours."""
    out.parent.mkdir(parents=True, exist_ok=True)
    ours, taken = _beside(out), False
    for left in _left_of(out):
        if not taken and digest and journal.is_of(left, digest):
            with suppress(FileNotFoundError):  # another process was faster
                os.rename(left, ours)
                taken = True
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _left_of(out: Path) -> list[Path]:
    """What dead processes left on their way to `out`: where most is done comes first, and our own before others."""
    left = [(path, path.name.removeprefix(_start(out))) for path in out.parent.glob(f"{glob.escape(_start(out))}*")]
    dead = [path for path, pid in left if pid.isdecimal() and not is_alive(int(pid))]
    return sorted(dead, key=lambda path: (-journal.count(path), path.name))


def make_folders(root: Path, path: str) -> Path:
    """The folders of `path`, "/" between, below `root`; where the file goes."""
    place = root / path
    if not place.parent.is_dir():
        # Not the root: one that was taken away (the export is over) must not come to life again.
        for folder in reversed(PurePosixPath(path).parents[:-1]):
            (root / folder).mkdir(exist_ok=True)
    return place


def write_checked(root: Path, path: str, data: bytes) -> journal.Sum:
    """Write the file `path` of the dataset at `root` and read it back. Raises ExportError where they differ."""
    place = make_folders(root, path)
    with _new(place) as file:  # one open for both: on network disks opening costs more than a label map's bytes
        file.write(data)
        file.flush()
        file.seek(0)
        back = file.read()
    if back != data:
        raise _lies(place)
    return len(data), zlib.crc32(data)


def in_pieces(text: str) -> Iterator[bytes]:
    """Its bytes, not all at once: the lists of a million frames are long."""
    return (text[at : at + _PIECE].encode() for at in range(0, len(text), _PIECE))


def write_streamed(root: Path, path: str, pieces: Iterable[bytes]) -> None:
    """The same for a file that may be larger than the memory."""
    place = make_folders(root, path)
    written = read = 0  # CRC-32, for accidents: checksums.txt tells the rest
    with _new(place) as file:
        for piece in pieces:
            written = zlib.crc32(piece, written)
            file.write(piece)
        file.flush()
        file.seek(0)
        while piece := file.read(_PIECE):
            read = zlib.crc32(piece, read)
    if read != written:
        raise _lies(place)


def _new(place: Path) -> IO[bytes]:
    """A file that was never there: what an export before this one left half done may be a link into a run, or be
    written by a process that has not noticed that it is over."""
    try:
        return open(place, "x+b")
    except FileExistsError:
        place.unlink()
        return open(place, "x+b")


def _lies(place: Path) -> ExportError:
    return ExportError(f"{place} does not hold what was written: a full or failing disk?")

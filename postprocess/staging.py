"""A folder that is there whole or not at all: written beside its place, renamed into it."""

from __future__ import annotations

import glob
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blender_addon.contract.run import is_alive

from .errors import ExportError
from .signals import stopped_once


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well, and is gone otherwise.

    `out` does not exist or is empty. What killed exports to the same place left behind is removed first. Ctrl-C and
    SIGTERM end the block as exceptions. Raises ExportError where the disk refuses.
    """
    beside = f".{out.name}.partial-{socket.gethostname()}-"
    staging = out.parent / f"{beside}{os.getpid()}"
    with stopped_once():
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            for left in out.parent.glob(f"{glob.escape(beside)}*"):
                pid = left.name.removeprefix(beside)
                if pid.isdecimal() and not is_alive(int(pid)):
                    shutil.rmtree(left, ignore_errors=True)
            staging.mkdir()
            yield staging
            if out.exists():
                out.rmdir()  # empty; Windows renames over nothing
            os.rename(staging, out)
        except OSError as error:
            raise ExportError(f"{error}; nothing was written to {out}") from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def write_checked(place: Path, data: bytes) -> None:
    """Write a file one folder deep in a dataset and read it back. Raises ExportError where they differ."""
    # Not the folders above: one that was taken away (the export is over) must not come to life again.
    if not place.parent.is_dir():
        place.parent.mkdir(exist_ok=True)
    with open(place, "w+b") as file:  # one open for both: on network disks opening costs more than a label map's bytes
        file.write(data)
        file.flush()
        file.seek(0)
        back = file.read()
    if back != data:
        raise ExportError(f"{place} does not hold what was written: a full or failing disk?")

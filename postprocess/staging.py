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


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well, and is gone otherwise.

    `out` does not exist or is empty. What killed exports to the same place left behind is removed first. Raises
    ExportError where the disk refuses.
    """
    beside = f".{out.name}.partial-{socket.gethostname()}-"
    staging = out.parent / f"{beside}{os.getpid()}"
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

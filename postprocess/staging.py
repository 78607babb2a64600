"""A folder that is there whole or not at all: written beside its place, renamed into it."""

from __future__ import annotations

import glob
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
            if not _is_alive(left.name.removeprefix(beside)):
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


def _is_alive(pid: str) -> bool:
    if not pid.isdecimal() or os.name == "nt":
        return True  # not ours, or, on Windows, no harmless way to ask
    if int(pid) == os.getpid():
        return False  # from an earlier life of this number: this process is only about to begin
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

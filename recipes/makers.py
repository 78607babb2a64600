"""One process makes a folder at a time: each says in a file that it does, and sees there who else lives.

A file is taken away by whoever wrote it; that of a dead process counts for nothing, and the next one sweeps it up. Of
processes of other machines nobody can tell whether they live: their files are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blender_addon.contract.machine import is_alive, this_machine, unfinished_by
from blender_addon.contract.words import refusal


@contextmanager
def sole_maker(out: Path, name: str) -> Iterator[None]:
    """The block makes `out`, which is there then; files of makers begin with `name`. Raises ValueError where another
    process of this machine makes it already, and where nothing can be written there."""
    start = f"{name}-made-by-"
    mine = out / f"{start}{unfinished_by()}"
    begun = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        mine.write_text("", encoding="utf-8")
    except OSError as error:
        raise ValueError(refusal(error, out)) from None
    try:
        _refuse_others(out, f"{start}{this_machine()}-", mine)
        yield
    finally:
        mine.unlink(missing_ok=True)
        for folder in begun:
            if any(folder.iterdir()):
                break
            folder.rmdir()


def _refuse_others(out: Path, start: str, mine: Path) -> None:
    """Whoever came later gives way; where the disk's clock cannot tell, both do."""
    for path in sorted(out.iterdir()):
        pid = path.name.removeprefix(start)
        if not path.name.startswith(start) or path == mine or not pid.isdecimal():
            continue
        if not is_alive(int(pid)):
            path.unlink(missing_ok=True)
        elif _when(path) <= _when(mine):
            raise ValueError(
                f"{out} is being made by another labelpass, process {pid} of this machine: wait until it has ended, or "
                f"name another --out (if that is no labelpass, remove {path})"
            )


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # it has ended by now
        return float("inf")


def sweep(folder: Path) -> None:
    """Take away what dead processes of this machine left in it, half written: ".0001-node1-4711.blend"."""
    for path in folder.glob(".*"):
        who, pid = path.stem.rpartition("-")[::2]
        if who.endswith(f"-{this_machine()}") and pid.isdecimal() and not is_alive(int(pid)):
            path.unlink(missing_ok=True)

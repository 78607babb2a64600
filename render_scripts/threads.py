"""How many threads a render may have: Blender knows nothing of what a scheduler or a container leaves it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import bpy

from blender_addon.label_render.stage import changed

from .request import MOST_THREADS

CGROUP = Path("/sys/fs/cgroup")


@contextmanager
def on_threads(scene: bpy.types.Scene, asked: int | None) -> Iterator[int]:
    """Until the block ends, render on so many threads; None is as many as this process was given."""
    with changed(scene.render, threads_mode="AUTO"):
        of_blender = scene.render.threads  # of the machine, or what --threads said to Blender
    by_itself = min(of_blender, _affinity())
    number = asked or min(by_itself, allocated(os.environ, CGROUP))
    if number == by_itself:
        with changed(scene.render, threads_mode="AUTO"):  # where it is told, a thread more waits and takes a core
            yield number
        return
    with changed(scene.render, threads_mode="FIXED", threads=min(number, MOST_THREADS)):
        yield number


def allocated(environment: Mapping[str, str], cgroup: Path) -> int:
    """The cores that a scheduler, a container or an affinity mask leaves this process, at least one.

    Slurm says SLURM_CPUS_PER_TASK; containers limit time, in cgroups of version 2 (cpu.max) or 1.
    """
    limits = [float(_affinity())]
    with suppress(KeyError, ValueError):
        limits.append(float(environment["SLURM_CPUS_PER_TASK"]))
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = _quota(cgroup)
        limits.append(quota / period)
    return max(1, math.ceil(min(limit for limit in limits if limit > 0)))


def _affinity() -> int:
    """Cycles itself minds this, though Blender says another number."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quota(cgroup: Path) -> tuple[float, float]:
    """Microseconds of all cores together in a period. Raises OSError or ValueError where there is no limit."""
    if (cgroup / "cpu.max").exists():
        quota, period = (cgroup / "cpu.max").read_text(encoding="ascii").split()
        return float(quota), float(period)  # "max" is no number
    quota, period = (
        (cgroup / "cpu" / f"cpu.cfs_{what}_us").read_text(encoding="ascii") for what in ("quota", "period")
    )
    return float(quota), float(period)  # -1 where there is none

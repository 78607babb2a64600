"""Broken frames of a run are put aside and rendered again; what did not come back is put back where it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.records import put_aside
from blender_addon.contract.run import Plan, frame_folder

Render = Callable[[tuple[int, ...]], int]
"""Renders these frames of the run, as a resume does; returns an exit code."""


@dataclass(frozen=True)
class Repair:
    """`code` of the render; {frame: where the broken one is now} of those that came back, and frames that did not."""

    code: int
    again: Mapping[int, Path]
    left: tuple[int, ...]


def repair_run(run: Path, plan: Plan, damaged: Iterable[int], render: Render) -> Repair:
    """Nothing is deleted. A frame that is not in the plan cannot be rendered, and stays."""
    aside = {}
    try:
        for frame in sorted(plan.by_frame.keys() & set(damaged)):
            place = put_aside(run, plan, frame, decoded=True)
            if place is not None:
                aside[frame] = place
        code = render(tuple(aside)) if aside else 0
    finally:
        left = _put_back(run, aside)
    return Repair(code, {frame: place for frame, place in aside.items() if frame not in left}, tuple(left))


def _put_back(run: Path, aside: Mapping[int, Path]) -> list[int]:
    left = [frame for frame in aside if not os.path.lexists(frame_folder(run, frame))]
    for frame in left:
        os.rename(aside[frame], frame_folder(run, frame))
    return left

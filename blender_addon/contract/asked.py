"""Which frames of a run are asked for, where a plan of units asks for some of its views' draws only.

::

    RUN/asked.json              {"schema": 1, "frames": [[1, 6]], ...}: from the first of each pair to its last

A run without it is asked for all that its plan has. Unlike the run's plan it decides no pixel, only what is missing.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from pathlib import Path

from .frame_numbers import ranges_of
from .machine import unfinished_by
from .run import PLAN, SCHEMA, Plan, RunError, read_sealed, to_json, write_text
from .seal import sealed

ASKED = "asked.json"


def write_asked(run: Path, frames: Iterable[int]) -> None:
    """In the place of what was asked before, whole or not at all. Nothing where there is no run."""
    if not (run / PLAN).is_file():
        return
    beside = run / f".{ASKED}-{unfinished_by()}"
    try:
        write_text(beside, to_json(sealed({"schema": SCHEMA, "frames": ranges_of(frames)})))
        os.replace(beside, run / ASKED)
    finally:
        beside.unlink(missing_ok=True)


def asked_frames(run: Path, plan: Plan) -> frozenset[int]:
    """Frames of the plan that are asked for. Raises RunError for a file that says nothing of the kind."""
    path, known = run / ASKED, sorted(plan.by_frame)
    if not path.exists():
        return frozenset(known)
    anew = f"; where it is removed, all {len(known)} frames of the plan are asked for"
    try:
        ranges = read_sealed(path, f"{path} is missing").get("frames")
    except RunError as error:
        raise RunError(f"{error}{anew}") from None
    if not isinstance(ranges, list) or not all(_is_range(pair) for pair in ranges):
        raise RunError(f"{path} is damaged: frames must be pairs of numbers{anew}")
    asked: set[int] = set()
    for first, last in ranges:
        asked.update(known[bisect_left(known, first) : bisect_right(known, last)])
    return frozenset(asked)


def _is_range(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(frame) is int for frame in pair)

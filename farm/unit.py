"""One unit carried out: renders of its missing frames in processes of their own, until all are there or given up.

Exit codes: 0 all frames are there; 65 some cannot be had, and trying again will not help; 75 try again later, here or
elsewhere; 128 and a signal: stopped by it.

A frame at which three renders ended is given up, and the others go on. A scene that renders no frame at all is given up
after two frames were. What a full disk or a lost share ended counts for nothing, and neither does what a machine lacks.
Nothing is planned anew: a unit whose run has no plan any more is refused.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from blender_addon.contract.endings import NOT_HERE, NOT_WRITTEN
from blender_addon.contract.frame_numbers import frames_text
from blender_addon.contract.rendered_by import machine_of
from blender_addon.contract.run import PLAN, sweep_partial_frames
from blender_addon.contract.words import shown
from render_scripts.installed_blender import FAILED, REFUSED, ended_by, run_child

from .attempts import Attempt, attempted, attempts_of
from .last_words import has_begun, last_line, reason
from .patience import Patience
from .units import Away, FarmError, Scene, UnitPlan, has_plan, is_farm, missing_frames, read_units, run_of, why_not_here

DONE, PERMANENT, AGAIN = 0, 65, 75
WORDS = {DONE: "done", PERMANENT: "given up", AGAIN: "not now"}
_WRONG_ARGUMENTS = 2
TRIES = 3
"""Renders that may end at a frame before it is given up."""
_IDLE = 2
"""Frames that are given up before a scene is that has rendered none."""


def carry_out(out: Path, index: int, more: Sequence[str] = (), again: bool = False) -> int:
    """Render what a unit lacks; the exit code, or NOT_HERE where its scene cannot be rendered on this machine.

    `more` are options of the render on this machine, such as its threads. With `again` what was given up before now is
    tried again.

    Raises FarmError for a plan that cannot be read and a unit that it has not, Away where the folder is.
    """
    plan = read_units(out)
    if not 0 <= index < len(plan.units):
        raise FarmError(f"{out} has units 0 to {len(plan.units) - 1}, and no unit {index}")
    scene, run = plan.scene_of(index), run_of(out, plan.scene_of(index))
    forgotten = len(attempts_of(out, index)) if again else 0
    while True:
        tried = attempts_of(out, index)[forgotten:]
        given_up = frames_given_up(tried)
        lacking = missing_frames(run, plan.frames_of(index))
        todo = [frame for frame in lacking if frame not in given_up]
        if not lacking:
            sweep_partial_frames(run)  # of a render that was killed at the last frame, none comes that would
            return DONE
        if not todo or is_hopeless(tried):
            _tell_given_up(index, lacking, tried)
            return PERMANENT
        code = _kept_from(out, index, scene, todo) or _attempt(out, plan, index, scene, todo, more)
        if code not in (DONE, FAILED):
            return code


def carry_out_all(out: Path, units: Sequence[int], more: Sequence[str] = (), again: bool = False) -> int:
    """One unit after the other. The exit code: at once that of one that was stopped or is for later, else the worst.

    A scene that cannot be rendered on this machine is for later, with its other units, and does not keep other scenes.
    """
    plan, codes, not_here = read_units(out), [DONE], set[int]()
    for index in units:
        scene = plan.units[index].scene if index < len(plan.units) else -1
        if scene in not_here:
            continue
        code = carry_out(out, index, more, again)
        if code == NOT_HERE:
            not_here.add(scene)
            code = AGAIN
        elif code not in (DONE, PERMANENT):
            return code
        codes.append(code)
    return max(codes)


def frames_given_up(tried: Iterable[Attempt]) -> set[int]:
    ends = Counter(attempt.at for attempt in tried if attempt.code == FAILED and attempt.at is not None)
    return {frame for frame, count in ends.items() if count >= TRIES}


def is_hopeless(tried: Sequence[Attempt]) -> bool:
    """Whether nothing but failures came of a unit so often that it is the scene, and not a frame."""
    return not any(attempt.rendered for attempt in tried) and len(frames_given_up(tried)) >= _IDLE


def _kept_from(out: Path, index: int, scene: Scene, todo: Sequence[int]) -> int:
    """What keeps a unit from being begun, as an attempt that says so: its exit code, 0 where nothing does."""
    run, code = run_of(out, scene), NOT_HERE
    if has_plan(run):
        why = why_not_here(out, scene)
    elif not is_farm(out):
        raise Away(f"{out} was there a moment ago, and is not any more")
    else:
        code, why = PERMANENT, f"{run / PLAN} is gone, and no other is made: put it back, or plan into a new folder"
    if not why:
        return DONE
    with attempted(out, index, len(todo)) as attempt:
        attempt.end(code, 0, None, why, {})
    _tell(index, why)
    return code


def _attempt(out: Path, plan: UnitPlan, index: int, scene: Scene, todo: list[int], more: Sequence[str]) -> int:
    """One render. Its exit code: 0, FAILED, or one of those of `carry_out`."""
    run = run_of(out, scene)
    with attempted(out, index, len(todo)) as attempt:
        patience = Patience(run, todo, plan.frame_timeout)
        with attempt.log.open("wb") as log:
            code = run_child(_command(plan, scene, run, todo, more), log, patience)
        left = missing_frames(run, todo)
        rendered = [frame for frame in todo if frame not in set(left)]
        ended, at, why = _verdict(code, todo, left, attempt.log)
        if ended == PERMANENT and (absent := why_not_here(out, scene)):
            ended, why = NOT_HERE, absent
        if patience.is_out:
            why = patience.why
        attempt.end(ended, len(rendered), at, why, machine_of(run, rendered[-1]) if rendered else {})
    if why:
        _tell(index, why)
    return ended


def _tell(index: int, why: str) -> None:
    print(f"labelpass: unit {index}: {shown(why)}", file=sys.stderr, flush=True)


def _verdict(code: int, todo: list[int], left: list[int], log: Path) -> tuple[int, int | None, str]:
    """(how a render ended, at which frame, why), from its exit code, the frames that it was to render, those that it
    left, and its log."""
    name = ended_by(code)
    if name in ("SIGINT", "SIGTERM", "SIGHUP"):
        return code if code > 0 else 128 - code, None, ""
    if code == 0 and not left:
        return DONE, None, ""
    said = reason(log)
    silent = "it could not even write why: is a disk full?" if code == NOT_WRITTEN else "it said nothing"
    why = said or last_line(log) or silent
    if code in (NOT_HERE, NOT_WRITTEN):
        return NOT_HERE if code == NOT_HERE else AGAIN, None, why
    if code in (REFUSED, _WRONG_ARGUMENTS):  # which a Python that does not start ends with, too
        return (PERMANENT if said else AGAIN), None, why
    if code == 0:
        why = said or f"it ended with exit code 0, without {'frames' if len(left) > 1 else 'frame'} {frames_text(left)}"
    if name:
        where = f"at frame {left[0]}" if left and (left != todo or has_begun(log)) else "before its first frame"
        why = f"ended by {name} {where}{'; ' * bool(said)}{said}"
    return FAILED, left[0] if left else None, why


def _command(plan: UnitPlan, scene: Scene, run: Path, todo: list[int], more: Sequence[str]) -> list[str]:
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    blender = [f"--blender={plan.blender}"] if plan.blender else []
    asked = [
        *scene.arguments,
        f"--out={run}",
        f"--frames={frames_text(todo)}",
        f"--frame-timeout={plan.frame_timeout}",
        "--planned",
    ]
    return [sys.executable, str(door), "render", scene.file, *asked, *blender, *more]


def _tell_given_up(index: int, lacking: Sequence[int], tried: Sequence[Attempt]) -> None:
    whys = [attempt.why for attempt in tried if attempt.why]
    words = f": {shown(whys[-1])}" if whys else ""
    print(f"labelpass: unit {index}: given up: frames {frames_text(lacking)}{words}", file=sys.stderr, flush=True)

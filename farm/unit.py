"""One unit carried out: renders of its missing frames in processes of their own, until all are there or given up.

Exit codes: 0 all frames are there; 65 some cannot be had, and trying again will not help; 75 try again later, here or
elsewhere; 128 and a signal: stopped by it.

A frame at which three renders ended is given up, and the others go on. A scene that renders no frame at all is given up
after two frames were. What a full disk or a lost share ended counts for nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from blender_addon.contract.run import RunError, read_record
from blender_addon.contract.words import shown
from render_scripts.frame_numbers import frames_text
from render_scripts.installed_blender import FAILED, NOT_WRITTEN, ended_by, run_child

from .attempts import Attempt, Open, attempted, attempts_of
from .patience import Patience
from .units import FarmError, Scene, UnitPlan, missing_frames, read_units, run_of

DONE, PERMANENT, AGAIN = 0, 65, 75
WORDS = {DONE: "done", PERMANENT: "given up", AGAIN: "not now"}
TRIES = 3
"""Renders that may end at a frame before it is given up."""
_IDLE = 2
"""Frames that are given up before a scene is that has rendered none."""
_LAST_WORDS = 20  # lines


def carry_out(out: Path, index: int, more: Sequence[str] = (), again: bool = False) -> int:
    """Render what a unit lacks; the exit code. `more` are options of the render on this machine, such as its threads.
    With `again` what was given up before now is tried again.

    Raises FarmError for a plan that cannot be read and a unit that it has not.
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
            return DONE
        if not todo or is_hopeless(tried):
            _tell_given_up(index, lacking, tried)
            return PERMANENT
        code = _attempt(out, plan, index, scene, todo, more)
        if code not in (DONE, FAILED):
            return code


def carry_out_all(out: Path, units: Sequence[int], more: Sequence[str] = (), again: bool = False) -> int:
    """One unit after the other. The exit code: at once that of one that was stopped or is for later, else the worst."""
    codes = [DONE]
    for index in units:
        codes.append(carry_out(out, index, more, again))
        if codes[-1] not in (DONE, PERMANENT):
            return codes[-1]
    return max(codes)


def frames_given_up(tried: Iterable[Attempt]) -> set[int]:
    ends = Counter(attempt.at for attempt in tried if attempt.code == FAILED and attempt.at is not None)
    return {frame for frame, count in ends.items() if count >= TRIES}


def is_hopeless(tried: Sequence[Attempt]) -> bool:
    """Whether nothing but failures came of a unit so often that it is the scene, and not a frame."""
    return not any(attempt.rendered for attempt in tried) and len(frames_given_up(tried)) >= _IDLE


def _attempt(out: Path, plan: UnitPlan, index: int, scene: Scene, todo: list[int], more: Sequence[str]) -> int:
    """One render. Its exit code: 0, FAILED, or one of ours with which a unit ends."""
    run = run_of(out, scene)
    with attempted(out, index, len(todo)) as attempt:
        patience = Patience(run, todo, plan.frame_timeout)
        with attempt.log.open("wb") as log:
            code = run_child(_command(plan, scene, run, todo, more), log, patience)
        left = missing_frames(run, todo)
        rendered = [frame for frame in todo if frame not in set(left)]
        ended, at, why = _verdict(code, left, attempt)
        if patience.is_out:
            why = patience.why
        attempt.end(ended, len(rendered), at, why, _rendered_by(run, rendered))
    if why:
        print(f"labelpass: unit {index}: {shown(why)}", file=sys.stderr, flush=True)
    return ended


def _verdict(code: int, left: list[int], attempt: Open) -> tuple[int, int | None, str]:
    """(how a render ended, at which frame, why), from its exit code and the frames that it left."""
    name = ended_by(code)
    if name in ("SIGINT", "SIGTERM", "SIGHUP"):
        return code if code > 0 else 128 - code, None, ""
    if code == 0 and not left:
        return DONE, None, ""
    why = _last_words(attempt.log)
    if code == NOT_WRITTEN:
        return AGAIN, None, why
    if code in (1, 2):
        return PERMANENT, None, why
    return FAILED, left[0] if left else None, f"ended by {name}; {why}" if name else why


def _command(plan: UnitPlan, scene: Scene, run: Path, todo: list[int], more: Sequence[str]) -> list[str]:
    door = Path(__file__).resolve().parents[1] / "labelpass.py"
    blender = [f"--blender={plan.blender}"] if plan.blender else []
    asked = [*scene.arguments, f"--out={run}", f"--frames={frames_text(todo)}", f"--frame-timeout={plan.frame_timeout}"]
    return [sys.executable, str(door), "render", scene.file, *asked, *blender, *more]


def _last_words(log: Path) -> str:
    """The last line of ours in what a render printed, else its last line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 65536))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    ours = [line.removeprefix("labelpass: ") for line in lines[-_LAST_WORDS:] if line.startswith("labelpass: ")]
    return (ours or lines or ["it said nothing"])[-1]


def _rendered_by(run: Path, rendered: Sequence[int]) -> dict[str, str]:
    """What decides the last digits of a render: which Blender, on what, as a frame's record says."""
    if not rendered:
        return {}
    try:
        versions = read_record(run, rendered[-1])["versions"]
        return {"blender": f"{versions['blender']} {versions['build']}", "kernel": versions["kernel"]}
    except (RunError, KeyError, TypeError):
        return {}


def _tell_given_up(index: int, lacking: Sequence[int], tried: Sequence[Attempt]) -> None:
    whys = [attempt.why for attempt in tried if attempt.why]
    words = f": {shown(whys[-1])}" if whys else ""
    print(f"labelpass: unit {index}: given up: frames {frames_text(lacking)}{words}", file=sys.stderr, flush=True)

"""A run: are its frames what was rendered, and may something be wrong with what was?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.asked import asked_frames
from blender_addon.contract.labels import CODE_NAMES
from blender_addon.contract.records import render_again
from blender_addon.contract.rendered_by import differing, machine_of
from blender_addon.contract.run import Plan, RunError, View, finished_frames
from blender_addon.contract.words import counted

from ..errors import ExportError
from ..progress import Progress
from ..proof import proved_frame
from .findings import ERROR, NOTE, WARNING, Finding, exit_code, in_short, to_json, to_lines
from .frame_faults import Meaning, frame_faults
from .looks import Look, look_at

SCHEMA = "labelpass.verify/1"
_MIXED = "their frames may differ in the last digits of their colours"
_AHEAD = 4  # frames a thread, whose looks wait for their turn


@dataclass(frozen=True)
class RunReport:
    """`damaged`: {frame: why}; `findings` hold these, too."""

    plan: Plan
    looked_at: int
    damaged: dict[int, str]
    findings: tuple[Finding, ...]


def examine_run(
    run: Path, plan: Plan, frames: Sequence[int], jobs: int = 1, progress: Progress | None = None
) -> RunReport:
    """Decodes every file of pixels of these finished frames, in so many threads."""
    damaged: dict[int, str] = {}
    machines: set[tuple[tuple[str, str], ...]] = set()

    def looks() -> Iterator[Look]:
        with ThreadPoolExecutor(jobs) as pool:
            step = jobs * _AHEAD
            for at in range(0, len(frames), step):  # so that no more than a step's outlines wait
                part = frames[at : at + step]
                for frame, look in zip(part, pool.map(lambda frame: _look(run, plan, frame), part)):
                    if isinstance(look, Look):
                        machines.add(tuple(machine_of(run, frame).items()))
                        yield look
                    else:
                        damaged[frame] = look
                if progress is not None:
                    progress(at + len(part), len(frames))

    meaning = Meaning(
        {**{label.id: label.name for label in plan.label_set.labels}, **CODE_NAMES}, frozenset(CODE_NAMES)
    )
    faults = frame_faults(looks(), meaning, in_one_scene=True)
    broken = [Finding(ERROR, "damaged", f"frame {at}", f"frame {at} is damaged: {why}") for at, why in damaged.items()]
    mixed = [Finding(WARNING, "mixed", "", f"{why}; {_MIXED}") for why in differing(map(dict, sorted(machines)))]
    return RunReport(plan, len(frames), damaged, (*broken, *faults, *mixed, *_unfinished(run, plan)))


def told(report: RunReport, as_json: bool, strict: bool = False, repaired: bool = False) -> tuple[str, int]:
    """What there is to print, and the exit code. `repaired`: whoever asks knows of `--repair`."""
    code = exit_code(report.findings, strict)
    if as_json:
        head = {
            "schema": SCHEMA,
            "scene": report.plan.scene,
            "ok": code == 0,
            "frames": {},
            "damaged": {str(frame): why for frame, why in report.damaged.items()},
        }
        return to_json(head, report.findings), code
    lines = [*to_lines(report.findings), f"labelpass: {_verdict(report)}"]
    if not repaired and report.damaged.keys() & report.plan.by_frame.keys():
        lines.append("labelpass: the same command with --repair renders what is damaged again, and that alone")
    return "\n".join(lines) + "\n", code


def _look(run: Path, plan: Plan, frame: int) -> Look | str:
    """A look at a frame, or why there can be none."""
    try:
        record, image, labels = proved_frame(run, plan, frame)
    except (RunError, ExportError) as error:
        return str(error).removesuffix(f"; {render_again(run)}")  # which is said once, below
    return look_at(f"frame {frame}", labels, image, _place(record.view))


def _place(view: View) -> str:
    """What all draws of a view share."""
    return repr((view.camera, view.name, view.scene_frame, view.pose))


def _unfinished(run: Path, plan: Plan) -> Iterator[Finding]:
    asked = asked_frames(run, plan)
    missing = len(asked - set(finished_frames(run)))
    if missing:
        of = counted(len(asked), "frame")
        yield Finding(NOTE, "unfinished", "", f"{missing} of {of} are not there yet; render the run again to go on")


def _verdict(report: RunReport) -> str:
    frames = counted(report.looked_at, "frame")
    short = in_short([each for each in report.findings if each.kind != "damaged"])
    more = f"; {short}" if short else ""
    if report.damaged:
        return f"{frames}: {len(report.damaged)} damaged{more}"
    return f"{frames}: all files of pixels are as they were written{more}"

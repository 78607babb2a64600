"""The figures of a run folder: one pass over its frames, in as many processes as asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from blender_addon.contract.asked import asked_frames
from blender_addon.contract.labels import CODE_NAMES, LabelSet
from blender_addon.contract.run import Plan, RunError, finished_frames, read_plan
from blender_addon.contract.words import counted

from ..contact_sheet import evenly_spaced
from ..errors import ExportError
from ..layout import CODE_COLORS
from ..pool import in_order
from ..progress import Progress
from .cautions import of_run
from .figures import Figures, Kind, Row
from .request import Wishes
from .run_tally import Part, RunTally, tally_part

_TOGETHER = 64  # frames that travel together: the same whatever the machine, so that sums are the same


def figures_of_run(run: Path, wishes: Wishes, progress: Progress | None = None) -> Figures:
    """Raises ExportError for what is no run, and for one whose frames are none or all damaged."""
    try:
        plan = read_plan(run)
        done, asked = [frame for frame in finished_frames(run) if frame in plan.by_frame], asked_frames(run, plan)
    except RunError as error:
        raise ExportError(str(error)) from error
    if not done:
        raise ExportError(f"{run} has no finished frame yet; render first")
    parts = list(_parts(run, plan, done, wishes))
    tally, seen = RunTally(), 0
    with closing(in_order(tally_part, parts, min(wishes.jobs, len(parts)))) as results:
        for part, found in zip(parts, results):
            tally, seen = tally + found, seen + len(part.frames)
            if progress is not None:
                progress(seen, len(done))
    if not tally.counts.frames:
        raise ExportError(f"no frame of {run} is whole: {tally.why[0]}")
    return Figures(
        title=run.resolve().name,
        what="run",
        facts=_facts(plan, tally),
        kinds=kinds_of(plan.label_set),
        classes=tuple(label.id for label in plan.label_set.labels),
        groups={"": tally.counts},
        cautions=tuple(of_run(plan, tally, len(asked.intersection(done)), len(asked))),
        looks=tally.looks,
        together=tally.together,
        together_frames=tally.counts.frames,
        sizes=tally.sizes,
        settings=tuple(_settings(plan)),
        cameras=tally.cameras,
        drawn=tally.drawn,
        timings=tally.timings,
        seconds=tally.seconds,
        versions=tally.versions,
    )


def kinds_of(label_set: LabelSet) -> dict[int, Kind]:
    labels = {label.id: Kind(label.name, label.color) for label in label_set.labels}
    return labels | {code: Kind(name, CODE_COLORS[code]) for code, name in CODE_NAMES.items()}


def _parts(run: Path, plan: Plan, frames: Sequence[int], wishes: Wishes) -> Iterator[Part]:
    pixels = evenly_spaced(frames, max(wishes.pixels, wishes.pictures))
    shown = frozenset(evenly_spaced(pixels, wishes.pictures))
    for at in range(0, len(frames), _TOGETHER):
        some = tuple(frames[at : at + _TOGETHER])
        of_them = replace(plan, views=tuple(plan.by_frame[frame] for frame in some))
        yield Part(run, of_them, some, frozenset(pixels).intersection(some), shown.intersection(some))


def _facts(plan: Plan, tally: RunTally) -> tuple[Row, ...]:
    label_set, draws = plan.label_set, plan.settings.draws
    views = f"{counted(len(plan.views) // draws, 'view')}, {draws} draws of each" if draws > 1 else ""
    return (
        ("scene", plan.scene),
        ("labels", label_set.title or label_set.name),
        *((("views", views),) if views else ()),
    )


def _settings(plan: Plan) -> Iterator[Row]:
    """What the run was asked for."""
    settings, names = plan.settings, {label.id: label.name for label in plan.label_set.labels}
    said = {each.name: getattr(settings, each.name) for each in fields(settings) if each.name != "lidar"}
    said |= {
        "size": "{} × {} pixels".format(*settings.size),
        "thin_labels": tuple(names.get(id_, str(id_)) for id_ in settings.thin_labels),
        "randomization": tuple(name for name in settings.randomization if name != "pictures"),
    }
    for name, value in said.items():
        yield name.replace("_", " "), _in_words(value)
    if plan.view_search:
        yield "views sampled", plan.view_search.counts()
    yield "scene's checksum", plan.scene_sha256[:16] or "unknown"


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value != "" else "none"
